"""SELECTs, locks and inserts of appeals."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.dialects.postgresql import insert as insert_into
from sqlmodel import Session, col

from agrimarket.kernel.db import locked
from agrimarket.onboarding.models.appeals import Appeal
from agrimarket.onboarding.states import AppealState


def insert(session: Session, values: dict[str, Any]) -> Appeal | None:
    """Insert an appeal; None if the same is open already (`ex_appeal_duplicate`)."""
    statement = insert_into(Appeal).values(**values).on_conflict_do_nothing().returning(Appeal)
    return session.scalars(statement).one_or_none()


def lock_same(session: Session, person_id: UUID, region_code: str, product_key: str, now: datetime) -> Appeal | None:
    """The open appeal that a new one of the same person, region and produce joins, locked."""
    statement = select(Appeal).where(
        col(Appeal.person_id) == person_id,
        col(Appeal.region_code) == region_code,
        col(Appeal.product_key) == product_key,
        col(Appeal.state) != AppealState.CLOSED,
        col(Appeal.joins_until) > now,
    )
    return _one(session, statement, lock=True)


def one(session: Session, appeal_id: UUID, *, lock: bool = False) -> Appeal | None:
    """Any appeal, for operators and the system's own steps."""
    return _one(session, select(Appeal).where(col(Appeal.id) == appeal_id), lock=lock)


def mine(session: Session, person_id: UUID, appeal_id: UUID, *, lock: bool = False) -> Appeal | None:
    """The appeal, if it is that person's or they filed it for somebody."""
    return _one(session, select(Appeal).where(col(Appeal.id) == appeal_id, _belongs_to(person_id)), lock=lock)


def _belongs_to(person_id: UUID) -> ColumnElement[bool]:
    return (col(Appeal.person_id) == person_id) | (col(Appeal.filed_by) == person_id)


def _one(session: Session, statement: Select[Appeal], *, lock: bool) -> Appeal | None:
    return session.scalars(locked(statement) if lock else statement).one_or_none()


def of_person(session: Session, person_id: UUID, limit: int = 50) -> Sequence[Appeal]:
    """Appeals of that person and those they filed for others, newest first."""
    statement = select(Appeal).where(_belongs_to(person_id)).order_by(col(Appeal.id).desc()).limit(limit)
    return session.scalars(statement).all()


def filed_by(session: Session, agent_id: UUID, before: UUID | None, limit: int) -> Sequence[Appeal]:
    """The appeals that an agent filed for others, newest first."""
    statement = select(Appeal).where(col(Appeal.filed_by) == agent_id).order_by(col(Appeal.id).desc()).limit(limit)
    return session.scalars(statement.where(col(Appeal.id) < before) if before else statement).all()


def linked(session: Session, application_id: UUID) -> Sequence[Appeal]:
    """The appeals that led to an application, oldest first."""
    statement = select(Appeal).where(col(Appeal.application_id) == application_id).order_by(col(Appeal.id))
    return session.scalars(statement).all()
