"""Schemas of the audit log."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from agrimarket.accounts.types import AuditFilter, AuditLine
from agrimarket.kernel.resources import AuditEntryId, PersonId
from agrimarket.kernel.wire import In, Instant, Out


class AuditQuery(In):
    """Which entries are wanted."""

    person_id: PersonId | None = None
    action: Annotated[str, StringConstraints(pattern=r"^[a-z_.]{0,60}$")] = ""
    subject: Annotated[str, StringConstraints(max_length=100)] = ""
    since: Instant | None = None
    until: Instant | None = None

    def filter(self) -> AuditFilter:
        """As the service takes it."""
        return AuditFilter(self.person_id, self.action, self.subject, self.since, self.until)


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
