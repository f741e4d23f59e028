"""Schemas of the audit log."""

from typing import Annotated, Any

from pydantic import Field

from agrimarket.accounts.types import AuditLine
from agrimarket.kernel.resources import AuditEntryId, PersonId
from agrimarket.kernel.wire import Instant, Out


class AuditOut(Out):
    """Act of a person, or of the system, on a subject."""

    id: AuditEntryId
    at: Instant
    person_id: PersonId | None
    action: Annotated[str, Field(examples=["application.approved"])]
    subject: Annotated[str, Field(examples=["app_01m8504b7ye8nbqetv75q9crjn"])]
    details: dict[str, Any]
    request_id: str | None

    @classmethod
    def of(cls, line: AuditLine) -> "AuditOut":
        """The entry as it is on the wire."""
        return cls(
            id=line.id,
            at=line.at,
            person_id=line.person_id,
            action=line.action,
            subject=line.subject,
            details=line.details,
            request_id=line.request_id,
        )
