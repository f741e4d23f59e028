"""The ledger and sellers' statements over HTTP."""

from typing import Annotated

from pydantic import Field

from agrimarket.kernel.ids import short_number
from agrimarket.kernel.money import Money
from agrimarket.kernel.resources import EntryId, SellerId
from agrimarket.kernel.wire import Count, Currency, Instant, MinorUnits, MoneyOut, Out, Several
from agrimarket.payments.schemas import sources
from agrimarket.payments.service.ledger import AccountBalance, Entry, StatementEntry, StatementPart
from agrimarket.payments.states import LedgerKind


class LedgerLine(Out):
    """All accounts of one kind in one currency, in minor units. `balance` is debits less credits."""

    kind: LedgerKind
    currency: Currency
    accounts: Count
    debit: MinorUnits
    credit: MinorUnits
    balance: MinorUnits

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

    accounts: Annotated[list[LedgerLine], Several]
    sums: Annotated[dict[str, MinorUnits], Field(examples=[{"CNY": 0}])]

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
    key: Annotated[str, Field(examples=["transfer:trf_01m8504b7ye8nbqetv75q9crjn"])]
    kind: Annotated[str, Field(examples=["transfer"])]
    source: Annotated[str, Field(description="What moved the money.", examples=["trf_01m8504b7ye8nbqetv75q9crjn"])]
    created_at: Instant
    postings: Annotated[list[PostingOut], Several]

    @classmethod
    def of(cls, entry: Entry) -> "EntryOut":
        """The entry with its postings."""
        source = sources.source(entry.source_type, entry.source_id)
        return cls(
            id=entry.id,
            key=entry.key.replace(str(entry.source_id), source),
            kind=entry.kind,
            source=source,
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


class StatementOrder(Out):
    """An order that a statement's line is about. `number` is how texts and pages call it.

    `commission` is what the line kept of it, or, negative, gave back with a refund; the share was fixed at its placing.
    """

    id: Annotated[str, Field(examples=["sor_01m8504b7ye8nbqetv75q9crjn"])]
    number: Annotated[str, Field(examples=["9F01A2"])]
    commission_bps: Annotated[int, Field(ge=0, le=10_000, examples=[300])]
    commission: MoneyOut

    @classmethod
    def of(cls, part: StatementPart) -> "StatementOrder":
        """As it is on the wire."""
        return cls(
            id=sources.part(part.source_type, part.reference_id),
            number=short_number(part.reference_id),
            commission_bps=part.commission_bps,
            commission=MoneyOut.of(part.commission),
        )


class StatementLine(Out):
    """What changed in what a seller is owed: sales are positive, refunds and payouts negative.

    `amount` is after `commission`; before it, the line is the sum of both.
    """

    id: EntryId
    kind: Annotated[str, Field(examples=["settlement"])]
    source: Annotated[
        str,
        Field(
            description="What it is about: the purchase, or a refund, transfer or payout.",
            examples=["grp_01m8504b7ye8nbqetv75q9crjn"],
        ),
    ]
    orders: Annotated[
        list[StatementOrder], Several, Field(description="Orders it is about; none for a payout, of many.")
    ]
    commission: MoneyOut
    amount: MoneyOut
    created_at: Instant

    @classmethod
    def of(cls, line: StatementEntry) -> "StatementLine":
        """The entry as a line of its seller's statement: a credit to the seller is money for them."""
        entry = line.entry
        return cls(
            id=entry.id,
            kind=entry.kind,
            source=sources.source(entry.source_type, entry.source_id),
            orders=[StatementOrder.of(part) for part in line.parts],
            commission=MoneyOut.of(line.commission),
            amount=MoneyOut.of(line.net),
            created_at=entry.created_at,
        )
