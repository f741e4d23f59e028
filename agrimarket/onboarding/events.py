"""Events of `onboarding`."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from agrimarket.kernel.outbox import Event


class AppealReceived(Event):
    """An appeal was filed. `grams` is None if nobody could say how much; `spoils_at` is UTC.

    `number` is what people call it by, and `answer_by` until when a call is promised (UTC); events of before have none.
    """

    topic: ClassVar[str] = "appeal.received"
    appeal_id: UUID
    person_id: UUID
    region_code: str
    product: str
    grams: int | None
    spoils_at: datetime
    number: str = ""
    answer_by: datetime | None = None


class AppealMissed(Event):
    """A call about an appeal reached nobody; the next one is promised by `answer_by` (UTC)."""

    topic: ClassVar[str] = "appeal.missed"
    appeal_id: UUID
    person_id: UUID
    product: str
    answer_by: datetime
    number: str = ""


class AppealForgotten(Event):
    """An appeal was closed by its farmer. Personal data in its row is erased; its photos still have to be."""

    topic: ClassVar[str] = "appeal.forgotten"
    appeal_id: UUID


class AppealVerified(Event):
    """A county's office said something about the stock of an appeal, or verified stock is no longer to be had.

    `open` while an office vouches for it and nobody closed the appeal. `turn` grows with each such event of an appeal.
    Nothing in it is personal; `price_per_kg` in minor units.
    """

    topic: ClassVar[str] = "appeal.verified"
    appeal_id: UUID
    turn: int
    open: bool
    number: str
    product: str
    region_code: str
    grams: int
    spoils_at: datetime
    price_per_kg: int | None
    office: str
    given_on: date


class ApplicationSubmitted(Event):
    """An application waits for review."""

    topic: ClassVar[str] = "application.submitted"
    application_id: UUID
    person_id: UUID


class ApplicationInfoRequested(Event):
    """A reviewer asked the applicant for information; `steps` are open again."""

    topic: ClassVar[str] = "application.info_requested"
    application_id: UUID
    person_id: UUID
    steps: list[str]


class ApplicationApproved(Event):
    """An application was approved and its seller opened. `needs` are the skills that the seller asked for help with, as
    in `forms.json`; there may be none."""

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
    """An application was rejected; the applicant can read the reason and request a second review."""

    topic: ClassVar[str] = "application.rejected"
    application_id: UUID
    person_id: UUID


class ApplicationWithdrawn(Event):
    """An application was withdrawn. Personal data in its rows is erased; its files still have to be."""

    topic: ClassVar[str] = "application.withdrawn"
    application_id: UUID
    person_id: UUID


class DocumentUploaded(Event):
    """The last byte of a document has arrived; the document has to be checked and stored, unless that is done."""

    topic: ClassVar[str] = "document.uploaded"
    document_id: UUID


class ImportLoading(Event):
    """An import has rows to load."""

    topic: ClassVar[str] = "import.loading"
    import_id: UUID
