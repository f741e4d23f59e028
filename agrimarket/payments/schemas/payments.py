"""Payments over HTTP."""

from typing import Annotated

from pydantic import Field

from agrimarket.kernel.money import Money
from agrimarket.kernel.resources import PaymentId
from agrimarket.kernel.wire import Instant, MoneyOut, Out, Several
from agrimarket.payments.models.payments import Payment
from agrimarket.payments.models.splits import PaymentSplit
from agrimarket.payments.schemas import sources
from agrimarket.payments.states import PaymentMethod, PaymentState


class SplitOut(Out):
    """A seller's part of a payment."""

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
    splits: Annotated[list[SplitOut], Several]
    created_at: Instant
    settled_at: Instant | None

    @classmethod
    def of(cls, payment: Payment, splits: list[PaymentSplit]) -> "PaymentOut":
        """The payment with its splits."""

        def money(amount: int) -> MoneyOut:
            return MoneyOut.of(Money(amount, payment.currency))

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
                    reference=sources.part(payment.source_type, split.reference_id),
                    amount=money(split.amount),
                    captured=money(split.captured),
                    refunded=money(split.refunded),
                )
                for split in splits
            ],
            created_at=payment.created_at,
            settled_at=payment.settled_at,
        )
