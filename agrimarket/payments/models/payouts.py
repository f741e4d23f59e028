"""Payouts to sellers' banks."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from agrimarket.kernel.model import (
    amount_field,
    created_at_field,
    currency_check,
    id_field,
    state_check,
    state_field,
    time_field,
)
from agrimarket.kernel.money import DEFAULT_CURRENCY
from agrimarket.payments.states import PayoutState


class Payout(SQLModel, table=True):
    """Money to a seller's bank, from their account at the provider, or by bank transfer with a `reference`."""

    __tablename__ = "payout"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        Index(
            "uq_payout_open_account",
            "payout_account_id",
            unique=True,
            postgresql_where="state IN ('scheduled', 'held', 'unresolved')",
        ),
        Index("ix_payout_state", "state", postgresql_where="state IN ('scheduled', 'held', 'in_transit')"),
        state_check(PayoutState),
        CheckConstraint("amount > 0", name="amount_positive"),
        currency_check(),
    )

    id: UUID = id_field()
    payout_account_id: UUID = Field(foreign_key="payout_account.id", index=True)
    seller_id: UUID = Field(foreign_key="seller.id", index=True)
    amount: int = amount_field()
    currency: str = DEFAULT_CURRENCY
    state: PayoutState = state_field(PayoutState.SCHEDULED)
    provider_id: str | None = Field(default=None, unique=True)
    reference: str | None = None
    failure_code: str | None = None
    arrives_at: datetime | None = time_field(nullable=True)
    created_at: datetime = created_at_field()
    checked_at: datetime | None = time_field(nullable=True)
