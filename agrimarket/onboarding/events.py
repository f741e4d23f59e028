"""What `onboarding` tells others."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from agrimarket.kernel.outbox import Event


class AppealReceived(Event):
    """Someone asks for help with a harvest. `grams` is None where they could not say how much; `spoils_at` is UTC."""

    topic: ClassVar[str] = "appeal.received"
    appeal_id: UUID
    person_id: UUID
    region_code: str
    product: str
    grams: int | None
    spoils_at: datetime


class AppealMissed(Event):
    """Someone called about an appeal and reached nobody; the next call comes by `answer_by` (UTC)."""

    topic: ClassVar[str] = "appeal.missed"
    appeal_id: UUID
    person_id: UUID
    product: str
    answer_by: datetime


class AppealForgotten(Event):
    """Its farmer closed it; what was personal in it is erased, and its photos are to go."""

    topic: ClassVar[str] = "appeal.forgotten"
    appeal_id: UUID


class ApplicationSubmitted(Event):
    """An application waits for review."""

    topic: ClassVar[str] = "application.submitted"
    application_id: UUID
    person_id: UUID


class ApplicationInfoRequested(Event):
    """The reviewer asks the applicant for something; `steps` are open again."""

    topic: ClassVar[str] = "application.info_requested"
    application_id: UUID
    person_id: UUID
    steps: list[str]


class ApplicationApproved(Event):
    """A seller was opened. `needs` are the skills they asked help with (see `onboarding.forms`), maybe none."""

    topic: ClassVar[str] = "application.approved"
    application_id: UUID
    seller_id: UUID
    person_id: UUID
    needs: list[str]
    product: str
    grams: int
    spoils_at: datetime
    region_code: str


class ApplicationRejected(Event):
    """The application was turned down, with a reason that the applicant can read and appeal."""

    topic: ClassVar[str] = "application.rejected"
    application_id: UUID
    person_id: UUID


class ApplicationWithdrawn(Event):
    """The applicant took it back; what was personal in it is erased."""

    topic: ClassVar[str] = "application.withdrawn"
    application_id: UUID
    person_id: UUID


class DocumentUploaded(Event):
    """The last byte of a document is here; it is to be checked and stored, unless that has been done."""

    topic: ClassVar[str] = "document.uploaded"
    document_id: UUID
