"""Payments over HTTP."""

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import Field

from agrimarket.kernel.money import Money
from agrimarket.kernel.resources import PaymentId, reference
from agrimarket.kernel.wire import Instant, MoneyOut, Out
from agrimarket.payments.models.payments import Payment
from agrimarket.payments.models.splits import PaymentSplit
from agrimarket.payments.states import PaymentMethod, PaymentState

REFERENCES: Final[Mapping[str, str]] = {"order_group": "seller_order"}
"""Kind of a payment's source → kind of what its splits pay for, where that is another one."""


class SplitOut(Out):
    """One seller's part of a payment."""

    reference: Annotated[str, Field(description="What it pays for.", examples=["sor_01m8504b7ye8nbqetv75q9crjn"])]
    amount: MoneyOut
    captured: MoneyOut
    refunded: MoneyOut


class PaymentOut(Out):
    """A payment. `amount` is the ceiling that was authorised; `captured` is what was taken in the end."""

    id: PaymentId
    state: PaymentState
    method: PaymentMethod
    amount: MoneyOut
    captured: MoneyOut
    failure_code: Annotated[str | None, Field(examples=["card_declined"])]
    decline_code: Annotated[str | None, Field(examples=["insufficient_funds"])]
    splits: list[SplitOut]
    created_at: Instant
    settled_at: Instant | None

    @classmethod
    def of(cls, payment: Payment, splits: list[PaymentSplit]) -> "PaymentOut":
        """The payment with its splits."""

        def money(amount: int) -> MoneyOut:
            return MoneyOut.of(Money(amount, payment.currency))

        kind = REFERENCES.get(payment.source_type, payment.source_type)
        return cls(
            id=payment.id,
            state=PaymentState(payment.state),
            method=PaymentMethod(payment.method),
            amount=money(payment.amount),
            captured=money(payment.captured),
            failure_code=payment.failure_code,
            decline_code=payment.decline_code,
            splits=[
                SplitOut(
                    reference=reference(kind, split.reference_id),
                    amount=money(split.amount),
                    captured=money(split.captured),
                    refunded=money(split.refunded),
                )
                for split in splits
            ],
            created_at=payment.created_at,
            settled_at=payment.settled_at,
        )
