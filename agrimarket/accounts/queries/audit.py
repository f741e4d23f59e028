"""SELECTs of the audit log."""

from uuid import UUID

from sqlmodel import Session, col, select

from agrimarket.accounts.models import AuditEntry
from agrimarket.accounts.types import AuditLine


def entries(session: Session, before: UUID | None, subject: str | None, limit: int) -> list[AuditLine]:
    """Entries older than `before`, about `subject` if given, newest first."""
    statement = select(AuditEntry).order_by(col(AuditEntry.id).desc()).limit(limit)
    if before is not None:
        statement = statement.where(col(AuditEntry.id) < before)
    if subject is not None:
        statement = statement.where(AuditEntry.subject == subject)
    return [
        AuditLine(row.id, row.created_at, row.person_id, row.action, row.subject, row.details, row.request_id)
        for row in session.exec(statement)
    ]
