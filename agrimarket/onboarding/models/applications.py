"""Tables of applications and of their review. Personal answers are sealed (`Secret`), never in plain text."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CHAR, CheckConstraint, Index, UniqueConstraint, text
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
from agrimarket.onboarding.states import OPEN, ApplicationKind, ApplicationState

_OPEN = ", ".join(f"'{state.value}'" for state in OPEN)


class Application(SQLModel, table=True):
    """Request by a person to sell here. `version` is the entity tag; `answers` holds each step's plain answers.

    While it is in review, `reviewer_id` holds it until `held_until`; each new hold raises `fence`. `previous_id` is the
    rejected application of which this is the second review.
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
    """Answer that only a reviewer may open: sealed, found by its blind index, shown as `masked`."""

    __tablename__ = "application_secret"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("ix_application_secret_lookup", "field", "lookup"),)

    application_id: UUID = Field(foreign_key="application.id", primary_key=True)
    field: str = Field(primary_key=True)
    step: str
    sealed: bytes
    lookup: bytes
    masked: str


class InfoRequest(SQLModel, table=True):
    """Question from a reviewer to the applicant; it re-opens `step` until it is answered."""

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
    """Requirement of the checklist that a reviewer found met, by a document or a call."""

    __tablename__ = "application_check"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (UniqueConstraint("application_id", "requirement"),)

    id: UUID = id_field()
    application_id: UUID = Field(foreign_key="application.id")
    requirement: str
    checked_by: UUID = Field(foreign_key="person.id", index=True)
    checked_at: datetime = created_at_field()
