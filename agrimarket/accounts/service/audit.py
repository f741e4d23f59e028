"""The audit log: acts of people and of the system, and their subjects. It only grows."""

from typing import Any
from uuid import UUID

import structlog
from sqlmodel import Session

from agrimarket.accounts.queries import audit as queries
from agrimarket.accounts.types import AuditFilter, AuditLine
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.principal import Principal


def record(session: Session, who: Principal | None, action: str, subject: str, details: dict[str, Any]) -> None:
    """Note, in the caller's transaction, that `who` (None: the system) did `action` to `subject`; one statement.

    `action` is like `application.approved`, `subject` is an id as on the wire. `details` must contain no secrets.
    """
    record_as(session, who.person_id if who else None, action, subject, details)


def record_as(session: Session, person_id: UUID | None, action: str, subject: str, details: dict[str, Any]) -> None:
    """Record an act of a person known only by id: one who is signing in, or whose act a task completes."""
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    queries.insert(session, new_id(), person_id, action, subject, details, request_id)


def entries(
    session: Session, *, before: UUID | None = None, subject: str | None = None, limit: int = 50
) -> list[AuditLine]:
    """Entries older than `before`, about `subject` if given, newest first."""
    return search(session, AuditFilter(subject=subject or ""), before=before, limit=limit)


def search(session: Session, wanted: AuditFilter, *, before: UUID | None = None, limit: int = 50) -> list[AuditLine]:
    """Entries older than `before` that are wanted, the newest first."""
    return queries.entries(session, before, wanted, limit)
