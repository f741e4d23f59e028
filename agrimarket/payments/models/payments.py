"""Payments of buyers, one for each source."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, false
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
from agrimarket.payments.states import PaymentMethod, PaymentState


class Payment(SQLModel, table=True):
    """Payment by a buyer for one source, such as an order group.

    `amount` is the ceiling that is authorised and `captured` what was taken, in minor units; `attempts` counts
    confirmations. `provider_id` and `charge_id` are the provider's ids of payment intent and charge. With
    `capture_at_once` a card too is captured as soon as it is paid.
    """

    __tablename__ = "payment"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        Index(
            "uq_payment_live_source",
            "source_type",
            "source_id",
            unique=True,
            postgresql_where="state <> 'cancelled'",
        ),
        Index("ix_payment_source", "source_type", "source_id"),
        Index("ix_payment_settling", "id", postgresql_where="state = 'settling'"),
        state_check(PaymentState),
        state_check(PaymentMethod, "method"),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("captured BETWEEN 0 AND amount", name="captured_within"),
        currency_check(),
    )

    id: UUID = id_field()
    source_type: str
    source_id: UUID
    payer_id: UUID = Field(foreign_key="person.id", index=True)
    method: PaymentMethod = state_field()
    state: PaymentState = state_field(PaymentState.CREATED)
    amount: int = amount_field()
    captured: int = amount_field(default=0)
    currency: str = DEFAULT_CURRENCY
    capture_at_once: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    transfer_group: str
    provider_id: str | None = Field(default=None, unique=True)
    charge_id: str | None = Field(default=None, unique=True)
    client_secret: str | None = None
    redirect_url: str | None = None
    attempts: int = 0
    failure_code: str | None = None
    decline_code: str | None = None
    created_at: datetime = created_at_field()
    settled_at: datetime | None = time_field(nullable=True)
