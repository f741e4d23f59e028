"""The ledger and sellers' statements over HTTP."""

from typing import Annotated

from pydantic import Field

from agrimarket.kernel.money import Money
from agrimarket.kernel.resources import EntryId, SellerId
from agrimarket.kernel.wire import Instant, MoneyOut, Out
from agrimarket.payments.schemas import sources
from agrimarket.payments.service.ledger import AccountBalance, Entry
from agrimarket.payments.states import LedgerKind


class LedgerLine(Out):
    """All accounts of one kind in one currency, in minor units. `balance` is debits less credits."""

    kind: LedgerKind
    currency: Annotated[str, Field(examples=["CNY"])]
    accounts: int
    debit: int
    credit: int
    balance: int

    @classmethod
    def of(cls, line: AccountBalance) -> "LedgerLine":
        """All accounts of the kind of `line`."""
        return cls(
            kind=line.kind,
            currency=line.currency,
            accounts=line.accounts,
            debit=line.debit,
            credit=line.credit,
            balance=line.balance,
        )


class LedgerOut(Out):
    """The trial balance. `sums` adds up all debits and credits of each currency, which is zero."""

    accounts: list[LedgerLine]
    sums: Annotated[dict[str, int], Field(examples=[{"CNY": 0}])]

    @classmethod
    def of(cls, lines: list[AccountBalance]) -> "LedgerOut":
        """The trial balance."""
        sums: dict[str, int] = {}
        for line in lines:
            sums[line.currency] = sums.get(line.currency, 0) + line.balance
        return cls(accounts=[LedgerLine.of(line) for line in lines], sums=sums)


class PostingOut(Out):
    """A line of a journal entry: debits are positive, credits negative."""

    kind: LedgerKind
    seller_id: SellerId | None
    amount: MoneyOut


class EntryOut(Out):
    """A journal entry."""

    id: EntryId
    key: Annotated[str, Field(examples=["transfer:01979d3c-6a53-7c53-b0f1-9f5a2a3f6c11"])]
    kind: Annotated[str, Field(examples=["transfer"])]
    source: Annotated[str, Field(description="What moved the money.", examples=["trf_01m8504b7ye8nbqetv75q9crjn"])]
    created_at: Instant
    postings: list[PostingOut]

    @classmethod
    def of(cls, entry: Entry) -> "EntryOut":
        """The entry with its postings."""
        return cls(
            id=entry.id,
            key=entry.key,
            kind=entry.kind,
            source=sources.source(entry.source_type, entry.source_id),
            created_at=entry.created_at,
            postings=[
                PostingOut(
                    kind=line.kind,
                    seller_id=line.seller_id,
                    amount=MoneyOut.of(Money(line.amount, entry.currency)),
                )
                for line in entry.lines
            ],
        )


class StatementLine(Out):
    """A change of what a seller is owed: sales are positive, refunds and payouts negative."""

    id: EntryId
    kind: Annotated[str, Field(examples=["settlement"])]
    source: Annotated[
        str,
        Field(
            description="What it is about: the purchase, or a refund, transfer or payout.",
            examples=["grp_01m8504b7ye8nbqetv75q9crjn"],
        ),
    ]
    amount: MoneyOut
    created_at: Instant

    @classmethod
    def of(cls, entry: Entry) -> "StatementLine":
        """The entry as a line of its seller's statement: a credit to the seller is money for them."""
        return cls(
            id=entry.id,
            kind=entry.kind,
            source=sources.source(entry.source_type, entry.source_id),
            amount=MoneyOut.of(Money(-sum(line.amount for line in entry.lines), entry.currency)),
            created_at=entry.created_at,
        )
