"""Payout accounts of sellers."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from agrimarket.kernel.model import created_at_field, currency_check, id_field, time_field
from agrimarket.kernel.money import DEFAULT_CURRENCY


class PayoutAccount(SQLModel, table=True):
    """Account of a seller, paid by a provider or by bank transfer, and what the account may do.

    Every look-up at the provider brings it up to date (`checked_at`). `has_funds`: money has come to it since the last
    payout left, so the sweep of payouts takes it up.
    """

    __tablename__ = "payout_account"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        CheckConstraint("provider IN ('stripe', 'manual')", name="provider_known"),
        CheckConstraint(
            "provider = 'manual' OR provider_id IS NOT NULL OR NOT transfers_enabled AND NOT payouts_enabled",
            name="enabled",
        ),
        Index("ix_payout_account_funded", "id", postgresql_where="has_funds"),
        currency_check(),
    )

    id: UUID = id_field()
    seller_id: UUID = Field(foreign_key="seller.id", unique=True)
    provider: str = "stripe"
    provider_id: str | None = Field(default=None, unique=True)
    country: str
    currency: str = DEFAULT_CURRENCY
    details_submitted: bool = False
    transfers_enabled: bool = False
    payouts_enabled: bool = False
    has_funds: bool = False
    requirements: list[str] = Field(default_factory=list, sa_type=ARRAY(String), nullable=False)  # type: ignore[call-overload]  # an instance is meant
    created_at: datetime = created_at_field()
    checked_at: datetime | None = time_field(nullable=True, index=True)
