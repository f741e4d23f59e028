"""Tables of `onboarding`. Names and numbers of people are in `Secret` or sealed columns, never in plain text."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CHAR, BigInteger, CheckConstraint, Column, Index, Sequence, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlmodel import Field, SQLModel

from agrimarket.kernel.model import (
    amount_field,
    created_at_field,
    id_field,
    json_field,
    state_check,
    state_field,
    time_field,
)
from agrimarket.onboarding.states import (
    OPEN,
    AppealState,
    ApplicationKind,
    ApplicationState,
    CallOutcome,
    DocumentState,
    TruckAccess,
)

APPEAL_NUMBER = Sequence("appeal_number", start=100_001)
_OPEN = ", ".join(f"'{state.value}'" for state in OPEN)


class Appeal(SQLModel, table=True):
    """A cry for help: something is about to spoil. Until `joins_until` the same again from the same phone joins it.

    `answer_by` is the latest moment of the call that is promised next. Like an application it is held by `reviewer_id`
    until `held_until`; each claim raises `fence`. `called_at` and `call_outcome` are of the newest `AppealCall`.
    """

    __tablename__ = "appeal"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        state_check(AppealState),
        state_check(TruckAccess, "truck_access"),
        CheckConstraint("grams > 0", name="grams_positive"),
        CheckConstraint("reports > 0", name="reports_positive"),
        CheckConstraint("(state = 'linked') = (application_id IS NOT NULL)", name="linked_to_application"),
        state_check(CallOutcome, "call_outcome"),
        CheckConstraint("(called_at IS NULL) = (call_outcome IS NULL)", name="called_with_outcome"),
        CheckConstraint(
            "call_again_at IS NULL OR (call_outcome IS NOT NULL AND call_outcome = 'not_reached')", name="called_again"
        ),
        CheckConstraint("held_until IS NULL OR reviewer_id IS NOT NULL", name="held_by_someone"),
        Index("ix_appeal_queue", "created_at", postgresql_where=text("state IN ('received', 'triaged')")),
        ExcludeConstraint(
            ("person_id", "="),
            ("region_code", "="),
            ("product_key", "="),
            (text("tstzrange(created_at, joins_until)"), "&&"),
            name="ex_appeal_duplicate",
            using="gist",
            where=text("state <> 'closed'"),
        ),
    )

    id: UUID = id_field()
    number: int = Field(
        default=None,
        sa_column=Column(BigInteger, server_default=APPEAL_NUMBER.next_value(), nullable=False, unique=True),
    )
    person_id: UUID = Field(foreign_key="person.id", index=True)
    filed_by: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    application_id: UUID | None = Field(default=None, foreign_key="application.id", index=True)
    name: bytes
    region_code: str = Field(sa_type=CHAR(6), foreign_key="region.code", index=True)  # type: ignore[call-overload]  # an instance is meant
    product: str
    product_key: str
    grams: int | None = amount_field(default=None, nullable=True)
    quantity_text: str
    spoils_at: datetime = time_field()
    answer_by: datetime = time_field()
    truck_access: TruckAccess = state_field(TruckAccess.UNKNOWN)
    note: str
    state: AppealState = state_field(AppealState.RECEIVED)
    reports: int = 1
    created_at: datetime = created_at_field(index=True)
    reported_at: datetime = created_at_field()
    joins_until: datetime = time_field()
    reviewer_id: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    held_until: datetime | None = time_field(nullable=True)
    fence: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    called_at: datetime | None = time_field(nullable=True)
    call_outcome: CallOutcome | None = Field(default=None, sa_type=String, nullable=True)
    call_again_at: datetime | None = time_field(nullable=True)


class Application(SQLModel, table=True):
    """Someone who would sell here. `version` is the entity tag; `answers` holds each step's plain answers.

    While it is in review, `reviewer_id` holds it until `held_until`; each claim raises `fence`.
    """

    __tablename__ = "application"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        state_check(ApplicationKind, "kind"),
        state_check(ApplicationState),
        CheckConstraint("version > 0", name="version_positive"),
        CheckConstraint("grams > 0", name="grams_positive"),
        CheckConstraint("exposure_limit >= 0", name="limit_not_negative"),
        CheckConstraint("state NOT IN ('approved', 'suspended') OR seller_id IS NOT NULL", name="approved_has_seller"),
        CheckConstraint(
            "state IN ('draft', 'withdrawn') OR "
            "(grams IS NOT NULL AND spoils_at IS NOT NULL AND region_code IS NOT NULL AND submitted_at IS NOT NULL)",
            name="submitted_is_complete",
        ),
        Index("uq_application_open", "person_id", unique=True, postgresql_where=text(f"state IN ({_OPEN})")),
        Index(
            "ix_application_queue",
            "submitted_at",
            postgresql_include=["grams", "spoils_at", "held_until"],
            postgresql_where=text("state IN ('submitted', 'in_review')"),
        ),
    )

    id: UUID = id_field()
    person_id: UUID = Field(foreign_key="person.id", index=True)
    filed_by: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    previous_id: UUID | None = Field(default=None, foreign_key="application.id", index=True)
    seller_id: UUID | None = Field(default=None, foreign_key="seller.id", index=True)
    kind: ApplicationKind = state_field()
    form_version: int
    state: ApplicationState = state_field(ApplicationState.DRAFT)
    version: int = 1
    language: str
    answers: dict[str, Any] = json_field()
    region_code: str | None = Field(default=None, sa_type=CHAR(6), foreign_key="region.code", index=True)  # type: ignore[call-overload]
    product: str = ""
    grams: int | None = amount_field(default=None, nullable=True)
    spoils_at: datetime | None = time_field(nullable=True)
    reviewer_id: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    held_until: datetime | None = time_field(nullable=True)
    fence: int = 0
    reason: str = ""
    exposure_limit: int | None = amount_field(default=None, nullable=True)
    created_at: datetime = created_at_field()
    updated_at: datetime = created_at_field()
    submitted_at: datetime | None = time_field(nullable=True)
    decided_at: datetime | None = time_field(nullable=True)


class Secret(SQLModel, table=True):
    """An answer that only a reviewer may open: sealed, found by its blind index, shown as `masked`."""

    __tablename__ = "application_secret"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("ix_application_secret_lookup", "field", "lookup"),)

    application_id: UUID = Field(foreign_key="application.id", primary_key=True)
    field: str = Field(primary_key=True)
    step: str
    sealed: bytes
    lookup: bytes
    masked: str


class InfoRequest(SQLModel, table=True):
    """One thing that a reviewer asked for; it re-opens `step` until it is answered."""

    __tablename__ = "info_request"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        Index(
            "uq_info_request_open",
            "application_id",
            "step",
            "reason",
            unique=True,
            postgresql_where=text("answered_at IS NULL"),
        ),
    )

    id: UUID = id_field()
    application_id: UUID = Field(foreign_key="application.id", index=True)
    asked_by: UUID = Field(foreign_key="person.id", index=True)
    step: str
    reason: str
    note: str
    asked_at: datetime = created_at_field()
    answered_at: datetime | None = time_field(nullable=True)


class Check(SQLModel, table=True):
    """A requirement that a reviewer saw met, by a document or a call."""

    __tablename__ = "application_check"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (UniqueConstraint("application_id", "requirement"),)

    id: UUID = id_field()
    application_id: UUID = Field(foreign_key="application.id")
    requirement: str
    checked_by: UUID = Field(foreign_key="person.id", index=True)
    checked_at: datetime = created_at_field()


class AppealDraft(SQLModel, table=True):
    """What someone without an account has typed of an appeal so far, sealed; found by the cookie's token."""

    __tablename__ = "appeal_draft"  # pyright: ignore[reportAssignmentType]

    id: UUID = id_field()
    token_hash: bytes = Field(unique=True)
    sealed: bytes
    updated_at: datetime = created_at_field(index=True)


class Document(SQLModel, table=True):
    """A photo or PDF of an application, or a photo of an appeal. It arrives in `parts` (storage keys, in order) up to
    `length` bytes."""

    __tablename__ = "document"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        state_check(DocumentState),
        CheckConstraint("num_nonnulls(application_id, appeal_id) = 1", name="of_one"),
        CheckConstraint("received BETWEEN 0 AND length", name="received_within_length"),
        CheckConstraint("pages > 0", name="pages_positive"),
        CheckConstraint("state <> 'stored' OR (key <> '' AND sha256 IS NOT NULL)", name="stored_is_somewhere"),
        Index(
            "uq_document_content", "application_id", "sha256", unique=True, postgresql_where=text("state = 'stored'")
        ),
        Index("uq_document_photo", "appeal_id", "sha256", unique=True, postgresql_where=text("state = 'stored'")),
    )

    id: UUID = id_field()
    application_id: UUID | None = Field(default=None, foreign_key="application.id", index=True)
    appeal_id: UUID | None = Field(default=None, foreign_key="appeal.id", index=True)
    uploaded_by: UUID = Field(foreign_key="person.id", index=True)
    name: str
    media_type: str = ""
    length: int
    received: int = 0
    parts: list[str] = json_field()
    state: DocumentState = state_field(DocumentState.UPLOADING)
    reason: str = ""
    key: str = ""
    sha256: bytes | None = None
    pages: int = 1
    created_at: datetime = created_at_field()


class AppealCall(SQLModel, table=True):
    """A call about an appeal. Rows are only added; of what is in one only `note` can change, and only to nothing.

    One call a claim (`fence`). `promised_by` is the promise that it kept, or was too late for.
    """

    __tablename__ = "appeal_call"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (state_check(CallOutcome, "outcome"), UniqueConstraint("appeal_id", "fence"))

    id: UUID = id_field()
    appeal_id: UUID = Field(foreign_key="appeal.id")
    operator_id: UUID = Field(foreign_key="person.id", index=True)
    outcome: CallOutcome = state_field()
    note: str
    fence: int
    promised_by: datetime = time_field()
    at: datetime = created_at_field()
