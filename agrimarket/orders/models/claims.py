"""Claims and their photos."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from agrimarket.kernel.model import (
    Timestamp,
    amount_field,
    created_at_field,
    id_field,
    state_check,
    state_field,
    time_field,
)
from agrimarket.kernel.money import DEFAULT_CURRENCY
from agrimarket.orders.states import ClaimState


class Claim(SQLModel, table=True):
    """A buyer's claim that a delivery was not as it should be, and the decision. Amounts in minor units.

    `claimed` is held back from the seller while the claim waits; `awarded` is refunded. A rejected claim is
    reviewed once, if the buyer asks for it by `review_until`; the columns' names are older than that word.
    """

    __tablename__ = "claim"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        state_check(ClaimState),
        CheckConstraint("claimed > 0", name="claimed_positive"),
        CheckConstraint("awarded > 0", name="awarded_positive"),
        CheckConstraint("affected_bps BETWEEN 1 AND 10000", name="affected_in_range"),
        CheckConstraint("affected_grams > 0", name="affected_grams_positive"),
        CheckConstraint("num_nonnulls(affected_bps, affected_grams) = 1", name="one_measure"),
        CheckConstraint("(state IN ('approved', 'settled')) = (awarded IS NOT NULL)", name="awarded_when_approved"),
        Index("ix_claim_waiting", "id", postgresql_where=text("state NOT IN ('settled', 'rejected')")),
    )

    id: UUID = id_field()
    seller_order_id: UUID = Field(foreign_key="seller_order.id", index=True)
    buyer_id: UUID = Field(foreign_key="buyer.id", index=True)
    state: ClaimState = state_field(ClaimState.SUBMITTED)
    reason: str
    description: str
    affected_bps: int | None = None
    affected_grams: int | None = amount_field(default=None, nullable=True)
    claimed: int = amount_field()
    awarded: int | None = amount_field(default=None, nullable=True)
    currency: str = DEFAULT_CURRENCY
    question: str | None = None
    decision_reason: str | None = None
    decided_by: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    decided_at: datetime | None = time_field(nullable=True)
    review_until: datetime | None = Field(
        default=None, sa_type=Timestamp, nullable=True, sa_column_kwargs={"name": "appeal_until"}
    )
    review_reason: str | None = Field(default=None, sa_column_kwargs={"name": "appeal_reason"})
    refund_id: UUID | None = Field(default=None, foreign_key="refund.id", unique=True)
    created_at: datetime = created_at_field()


class ClaimPhoto(SQLModel, table=True):
    """A photo that a buyer sent in; `claim_id` once a claim shows it. The picture itself is in storage at `key`."""

    __tablename__ = "claim_photo"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (CheckConstraint("width > 0 AND height > 0 AND size > 0", name="sizes_positive"),)

    id: UUID = id_field()
    buyer_id: UUID = Field(foreign_key="buyer.id", index=True)
    claim_id: UUID | None = Field(default=None, foreign_key="claim.id", index=True)
    key: str
    width: int
    height: int
    size: int
    created_at: datetime = created_at_field()
