"""Payouts over HTTP."""

from typing import Annotated

from pydantic import Field

from agrimarket.kernel.ids import short_number
from agrimarket.kernel.money import Money
from agrimarket.kernel.resources import PayoutId
from agrimarket.kernel.wire import Instant, MoneyOut, Number, Out
from agrimarket.payments.models.payouts import Payout
from agrimarket.payments.states import PayoutState


class PayoutOut(Out):
    """A payout to the seller's bank; `arrives_at` is the provider's estimate."""

    id: PayoutId
    number: Number
    state: PayoutState
    amount: MoneyOut
    arrives_at: Instant | None
    failure_code: Annotated[str | None, Field(examples=["account_closed"])]
    created_at: Instant

    @classmethod
    def of(cls, payout: Payout) -> "PayoutOut":
        """The payout as its seller sees it."""
        return cls(
            id=payout.id,
            number=short_number(payout.id),
            state=PayoutState(payout.state),
            amount=MoneyOut.of(Money(payout.amount, payout.currency)),
            arrives_at=payout.arrives_at,
            failure_code=payout.failure_code,
            created_at=payout.created_at,
        )
