"""Tables of appeals, of their drafts, and of the calls about them. Personal data is sealed, never in plain text."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CHAR, BigInteger, CheckConstraint, Column, Index, Sequence, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlmodel import Field, SQLModel

from agrimarket.kernel.model import amount_field, created_at_field, id_field, state_check, state_field, time_field
from agrimarket.onboarding.states import AppealState, CallOutcome, TruckAccess

APPEAL_NUMBER = Sequence("appeal_number", start=100_001)


class Appeal(SQLModel, table=True):
    """Cry for help: a harvest is about to spoil. Until `joins_until` a repeat by the same person joins it.

    `answer_by` is the latest moment of the call that is promised next. The operator `reviewer_id` holds it until
    `held_until`; each new hold raises `fence`. `called_at` and `call_outcome` are those of the newest `AppealCall`.
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
    stock_turn: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """How often the clearance list was told about it; above zero once a county verified it."""


class AppealCall(SQLModel, table=True):
    """Call about an appeal. Rows are only added; only `note` can change, and only to "".

    Each hold (`fence`) has at most one call. `promised_by` is the moment by which the call had been promised.
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


class AppealDraft(SQLModel, table=True):
    """Appeal that is still being typed, sealed; it is found by the token in the browser's cookie."""

    __tablename__ = "appeal_draft"  # pyright: ignore[reportAssignmentType]

    id: UUID = id_field()
    token_hash: bytes = Field(unique=True)
    sealed: bytes
    updated_at: datetime = created_at_field(index=True)
