"""Splits: each seller's part of a payment."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from agrimarket.kernel.model import amount_field, created_at_field, id_field
from agrimarket.kernel.money import DEFAULT_CURRENCY


class PaymentSplit(SQLModel, table=True):
    """Part of a payment that is a seller's, in minor units.

    `amount` was authorised; `final` is what the goods cost in the end. `refunded` counts refunds from their request on,
    `transferred` counts transfers (with what they withheld) from their preparation on, and `clawed_back` is what was
    taken back of them or is owed. So net transferred never exceeds captured − refunded − commission (invariant 5).
    `given_back` was refunded of a captured payment before it was settled; no more than the rest can be its `final`.
    """

    __tablename__ = "payment_split"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        UniqueConstraint("payment_id", "reference_id"),
        UniqueConstraint("payment_id", "position"),
        CheckConstraint("amount >= 0 AND final BETWEEN 0 AND amount", name="final_within"),
        CheckConstraint("given_back >= 0 AND coalesce(final, 0) <= amount - given_back", name="given_back_within"),
        CheckConstraint("captured BETWEEN 0 AND amount", name="captured_within"),
        CheckConstraint("refunded BETWEEN 0 AND captured", name="refunded_within"),
        CheckConstraint("commission_bps BETWEEN 0 AND 10000", name="commission_bps_share"),
        CheckConstraint("commission BETWEEN 0 AND captured - refunded", name="commission_within"),
        CheckConstraint("clawed_back BETWEEN 0 AND transferred", name="clawed_back_within"),
        CheckConstraint("transferred - clawed_back <= captured - refunded - commission", name="transferred_within"),
    )

    id: UUID = id_field()
    payment_id: UUID = Field(foreign_key="payment.id")
    position: int
    reference_id: UUID = Field(index=True)
    seller_id: UUID = Field(foreign_key="seller.id", index=True)
    currency: str = DEFAULT_CURRENCY
    amount: int = amount_field()
    commission_bps: int
    final: int | None = amount_field(default=None, nullable=True)
    given_back: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})
    captured: int = amount_field(default=0)
    refunded: int = amount_field(default=0)
    commission: int = amount_field(default=0)
    transferred: int = amount_field(default=0)
    clawed_back: int = amount_field(default=0)
    created_at: datetime = created_at_field()
