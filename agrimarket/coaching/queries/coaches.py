"""Coaches: locked, with their counts of open cases and leased tasks."""

from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, select

from agrimarket.coaching.models import Coach
from agrimarket.kernel.db import locked


def lock(session: Session, person_id: UUID) -> Coach | None:
    """The coach's row, locked; None for a person who is no coach."""
    return session.exec(locked(select(Coach).where(Coach.person_id == person_id))).one_or_none()


def take_slot(session: Session, coach_id: UUID) -> bool:
    """Count one more open case for the coach; False, and nothing counted, at capacity."""
    return session.connection().execute(_TAKE_SLOT, {"coach": coach_id}).rowcount == 1


def free_slot(session: Session, coach_id: UUID) -> None:
    """Count one open case fewer for the coach."""
    session.connection().execute(_FREE_SLOT, {"coach": coach_id})


def free_lease(session: Session, coach_id: UUID) -> None:
    """Count one leased task fewer for the coach."""
    session.connection().execute(_FREE_LEASE, {"coach": coach_id})


_TAKE_SLOT = text("UPDATE coach SET open_cases = open_cases + 1 WHERE person_id = :coach AND open_cases < capacity")
_FREE_SLOT = text("UPDATE coach SET open_cases = greatest(open_cases - 1, 0) WHERE person_id = :coach")
_FREE_LEASE = text("UPDATE coach SET held_tasks = greatest(held_tasks - 1, 0) WHERE person_id = :coach")
