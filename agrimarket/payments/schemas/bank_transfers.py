"""Payouts by bank transfer over HTTP."""

from typing import Annotated

from pydantic import Field

from agrimarket.kernel.money import Money
from agrimarket.kernel.resources import BankAccountId, PayoutId, SellerId
from agrimarket.kernel.wire import In, Instant, MoneyOut, Out, Text
from agrimarket.payments.models.bank_accounts import BankAccount
from agrimarket.payments.models.payouts import Payout
from agrimarket.payments.schemas.bank_accounts import BankName, MaskedNumber


class PayoutToSend(Out):
    """A bank transfer to make, to the verified account `bank_account_id`."""

    id: PayoutId
    seller_id: SellerId
    amount: MoneyOut
    bank_account_id: BankAccountId
    bank_name: BankName
    account_number: MaskedNumber
    created_at: Instant

    @classmethod
    def of(cls, payout: Payout, bank: BankAccount) -> "PayoutToSend":
        """The payout, and the verified bank account that it goes to."""
        return cls(
            id=payout.id,
            seller_id=payout.seller_id,
            amount=MoneyOut.of(Money(payout.amount, payout.currency)),
            bank_account_id=bank.id,
            bank_name=bank.bank_name,
            account_number=bank.masked_number,
            created_at=payout.created_at,
        )


class MarkPaid(In):
    """The bank's reference of the transfer that was made."""

    reference: Annotated[Text, Field(examples=["ABC20200218-000417"])]


class MarkReturned(In):
    """Reason why the bank sent the money back."""

    reason: Annotated[Text, Field(examples=["The account was closed."])]
