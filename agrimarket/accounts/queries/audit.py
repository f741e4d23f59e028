"""SELECTs and inserts of the audit log."""

from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Session, col, select

from agrimarket.accounts.models import AuditEntry
from agrimarket.accounts.types import AuditFilter, AuditLine


def entries(session: Session, before: UUID | None, wanted: AuditFilter, limit: int) -> list[AuditLine]:
    """Entries older than `before` that are wanted, the newest first."""
    statement = select(AuditEntry).order_by(col(AuditEntry.id).desc()).limit(limit)
    if before is not None:
        statement = statement.where(col(AuditEntry.id) < before)
    if wanted.subject:
        statement = statement.where(AuditEntry.subject == wanted.subject)
    if wanted.person_id is not None:
        statement = statement.where(AuditEntry.person_id == wanted.person_id)
    if wanted.action.endswith("."):
        statement = statement.where(col(AuditEntry.action).startswith(wanted.action, autoescape=True))
    elif wanted.action:
        statement = statement.where(AuditEntry.action == wanted.action)
    if wanted.since is not None:
        statement = statement.where(col(AuditEntry.created_at) >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(col(AuditEntry.created_at) < wanted.until)
    return [
        AuditLine(row.id, row.created_at, row.person_id, row.action, row.subject, row.details, row.request_id)
        for row in session.exec(statement)
    ]


def insert(
    session: Session,
    entry_id: UUID,
    person_id: UUID | None,
    action: str,
    subject: str,
    details: dict[str, Any],
    request_id: str | None,
) -> None:
    """Insert an entry. One statement."""
    row = {"id": entry_id, "person": person_id, "action": action, "subject": subject, "details": details}
    session.connection().execute(_INSERT, row | {"request": request_id})


_INSERT = text("""
    INSERT INTO audit_entry (id, person_id, action, subject, details, request_id)
    VALUES (:id, :person, :action, :subject, :details, :request)
""").bindparams(bindparam("details", type_=JSONB))
