"""Reversals: parts of transfers that refunds take back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from agrimarket.kernel.model import amount_field, created_at_field, id_field, state_check, state_field
from agrimarket.kernel.money import DEFAULT_CURRENCY
from agrimarket.payments.states import ReversalState


class TransferReversal(SQLModel, table=True):
    """Part of a transfer that a refund takes back, in minor units: `reversed` came back, `shortfall` is owed."""

    __tablename__ = "transfer_reversal"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        UniqueConstraint("refund_id", "transfer_id"),
        state_check(ReversalState),
        CheckConstraint("amount > 0 AND reversed >= 0 AND shortfall >= 0", name="amounts"),
        CheckConstraint("reversed + shortfall <= amount", name="parts_within"),
    )

    id: UUID = id_field()
    transfer_id: UUID = Field(foreign_key="transfer.id", index=True)
    refund_id: UUID = Field(foreign_key="refund.id")
    amount: int = amount_field()
    reversed: int = amount_field(default=0)
    shortfall: int = amount_field(default=0)
    currency: str = DEFAULT_CURRENCY
    state: ReversalState = state_field(ReversalState.WAITING)
    provider_id: str | None = Field(default=None, unique=True)
    created_at: datetime = created_at_field()
