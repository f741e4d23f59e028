"""Payments over HTTP."""

from typing import Annotated, Final

from pydantic import Field

from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import PaymentId
from agrimarket.kernel.wire import Instant, MoneyOut, Out, Several
from agrimarket.payments.models.payments import Payment
from agrimarket.payments.models.splits import PaymentSplit
from agrimarket.payments.schemas import sources
from agrimarket.payments.service import attempts
from agrimarket.payments.states import NextStep, PaymentMethod, PaymentState

NEXT_STEP: Final = (
    "What the payer does: `pay` with a card or another method, `authenticate` at `redirect_url` or pay another way,"
    " `wait` for the bank, or `none`."
)
REDIRECT: Final = "The bank's or Alipay's page, while the payment waits for its payer there; for the payer alone."


class SplitOut(Out):
    """A seller's part of a payment; what went back before it was settled counts as refunded too."""

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
    next_step: Annotated[NextStep, Field(description=NEXT_STEP, examples=["authenticate"])]
    redirect_url: Annotated[str | None, Field(description=REDIRECT, examples=["https://hooks.stripe.com/3ds/1"])]
    failure_code: Annotated[str | None, Field(examples=["card_declined"])]
    decline_code: Annotated[str | None, Field(examples=["insufficient_funds"])]
    splits: Annotated[list[SplitOut], Several]
    created_at: Instant
    settled_at: Instant | None

    @classmethod
    def of(cls, who: Principal, payment: Payment, splits: list[PaymentSplit]) -> "PaymentOut":
        """The payment with its splits; its payer alone is told where to go."""
        standing = attempts.started(payment)

        def money(amount: int) -> MoneyOut:
            return MoneyOut.of(Money(amount, payment.currency))

        return cls(
            id=payment.id,
            state=PaymentState(payment.state),
            method=PaymentMethod(payment.method),
            amount=money(payment.amount),
            captured=money(payment.captured),
            next_step=standing.next_step,
            redirect_url=standing.redirect_url if payment.payer_id == who.person_id else None,
            failure_code=payment.failure_code,
            decline_code=payment.decline_code,
            splits=[
                SplitOut(
                    reference=sources.part(payment.source_type, split.reference_id),
                    amount=money(split.amount),
                    captured=money(split.amount if payment.state == PaymentState.CAPTURED else split.captured),
                    refunded=money(max(split.refunded, split.given_back)),
                )
                for split in splits
            ],
            created_at=payment.created_at,
            settled_at=payment.settled_at,
        )
