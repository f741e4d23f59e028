"""Refunds: money back to the buyer."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from agrimarket.kernel.model import amount_field, created_at_field, id_field, state_check, state_field
from agrimarket.kernel.money import DEFAULT_CURRENCY
from agrimarket.payments.states import RefundState


class Refund(SQLModel, table=True):
    """Money back to the buyer. A `settlement` refund returns what was captured above the final amount."""

    __tablename__ = "refund"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        state_check(RefundState),
        CheckConstraint("amount > 0", name="amount_positive"),
    )

    id: UUID = id_field()
    payment_id: UUID = Field(foreign_key="payment.id", index=True)
    split_id: UUID = Field(foreign_key="payment_split.id", index=True)
    key: str = Field(unique=True)
    amount: int = amount_field()
    currency: str = DEFAULT_CURRENCY
    reason: str
    settlement: bool = False
    state: RefundState = state_field(RefundState.REQUESTED)
    provider_id: str | None = Field(default=None, unique=True)
    failure_code: str | None = None
    created_at: datetime = created_at_field()
