"""The ledger: double entry; every movement of money is written once and never changed.

Debits are positive, credits negative, in minor units. `docs/decisions/0007-ledger.md` is the chart of accounts and
says which entry each movement makes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlmodel import Session

from agrimarket.kernel.ids import new_id
from agrimarket.kernel.money import DEFAULT_CURRENCY, Money
from agrimarket.payments import rules
from agrimarket.payments.queries import ledger as queries
from agrimarket.payments.states import PER_SELLER, LedgerKind


@dataclass(frozen=True, slots=True)
class Line:
    """A posting to write: an account, and the amount by which its debit grows."""

    kind: LedgerKind
    amount: int
    seller_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """All accounts of one kind in one currency: the sum of their debits and of their credits."""

    kind: LedgerKind
    currency: str
    accounts: int
    debit: int
    credit: int

    @property
    def balance(self) -> int:
        """Debits less credits."""
        return self.debit - self.credit


@dataclass(frozen=True, slots=True)
class Entry:
    """A journal entry with its postings, or those that a statement shows."""

    id: UUID
    key: str
    kind: str
    source_type: str
    source_id: UUID
    created_at: datetime
    currency: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class StatementPart:
    """What a statement's line is about: a split, by the type of its source and the id of what it pays for.

    `commission` is what this line kept of a sale, or, negative, gave back with a refund; `commission_bps` is the share
    that was frozen when the order was placed.
    """

    source_type: str
    reference_id: UUID
    commission_bps: int
    commission: Money


@dataclass(frozen=True, slots=True)
class StatementEntry:
    """An entry that changed what we owe a seller, with the parts that it is about; none for a payout."""

    entry: Entry
    parts: tuple[StatementPart, ...]

    @property
    def id(self) -> UUID:
        """The entry's."""
        return self.entry.id

    @property
    def net(self) -> Money:
        """What it changed in what we owe the seller: sales are positive, refunds and payouts negative."""
        return Money(-sum(line.amount for line in self.entry.lines), self.entry.currency)

    @property
    def commission(self) -> Money:
        """What it kept of a sale, or, negative, gave back."""
        return Money(sum(part.commission.amount for part in self.parts), self.entry.currency)


@dataclass(frozen=True, slots=True)
class SellerBalance:
    """Balances between us and a seller.

    `payable` is what we owe the seller, `set_aside` waits for a bank transfer, `debt` is what the seller owes us.
    """

    payable: Money
    set_aside: Money
    debt: Money


def post(
    session: Session, kind: str, source: tuple[str, UUID], lines: Sequence[Line], currency: str, *, key: str = ""
) -> bool:
    """Write the entry `kind` about `source`, once for each key (default: kind and source id); False if that exists.

    Lines of zero are left out; an entry without lines is not written, which is False too.
    `ValueError` for lines that do not sum to zero, or a seller's account without a seller.
    """
    moving = _sums(lines)
    if sum(line.amount for line in moving):
        raise ValueError(f"{kind} does not sum to zero")
    if not moving:
        return False
    session.flush()  # the entry's statements refer to rows that may still wait in the session
    entry = {
        "id": new_id(),
        "key": key or f"{kind}:{source[1]}",
        "kind": kind,
        "source_type": source[0],
        "source_id": source[1],
        "currency": currency,
        "count": len(moving),
        "ids": [new_id() for _ in moving],
        "kinds": [line.kind.value for line in moving],
        "owners": [line.seller_id for line in moving],
        "amounts": [line.amount for line in moving],
    }
    return queries.insert_entry(session, entry)


def _sums(lines: Sequence[Line]) -> list[Line]:
    """Sums of `lines`, one for each account, without sums of zero.

    The order is the same everywhere, so that two entries that open the same accounts wait instead of deadlocking.
    """
    sums: dict[tuple[LedgerKind, UUID | None], int] = {}
    for line in lines:
        if (line.kind in PER_SELLER) != (line.seller_id is not None):
            raise ValueError(f"{line.kind} and a seller")
        account = (line.kind, line.seller_id)
        sums[account] = sums.get(account, 0) + line.amount
    moving = [Line(kind, amount, seller_id) for (kind, seller_id), amount in sums.items() if amount]
    return sorted(moving, key=lambda line: (line.kind, str(line.seller_id)))


def balance(
    session: Session, kind: LedgerKind, *, seller_id: UUID | None = None, currency: str = DEFAULT_CURRENCY
) -> Money:
    """Debits less credits of one account; zero where it does not exist."""
    return Money(queries.balance(session, kind, seller_id, currency), currency)


def locked_balance(session: Session, kind: LedgerKind, seller_id: UUID, currency: str) -> int:
    """Balance of a seller's account under its lock: other callers of this wait until the transaction ends."""
    queries.lock_account(session, kind, seller_id, currency)
    return queries.balance(session, kind, seller_id, currency)


def trial_balance(session: Session) -> list[AccountBalance]:
    """Every kind of account that has moved. Per currency the debits and the credits are equal (invariant 2)."""
    return [
        AccountBalance(LedgerKind(row.kind), row.currency, row.accounts, int(row.debit), int(row.credit))
        for row in queries.totals(session)
    ]


def by_seller(session: Session, kind: LedgerKind) -> dict[tuple[UUID, str], int]:
    """The balances of every seller's account of that kind, by seller and currency."""
    return {(row.owner_id, row.currency): int(row.balance) for row in queries.by_seller(session, kind)}


def entries(session: Session, *, before: UUID | None = None, limit: int = 50) -> list[Entry]:
    """Journal entries with all their postings, newest first."""
    return [_entry(row) for row in queries.entries(session, before, limit)]


def statement(
    session: Session, seller_id: UUID, *, before: UUID | None = None, limit: int = 50
) -> list[StatementEntry]:
    """Entries that change what we owe a seller, newest first, with those postings only. One statement."""
    return [
        StatementEntry(_entry(row), tuple(_part(row, part) for part in row.parts or ()))
        for row in queries.statement(session, seller_id, before, limit)
    ]


def _part(row: Row[Any], part: dict[str, Any]) -> StatementPart:
    """A sale keeps its commission, a refund gives part of it back, and nothing else moves it."""
    kept = 0
    if row.kind == "settlement":
        kept = rules.commission(part["final"] or 0, part["bps"])
    elif row.kind == "refund_request":
        kept = -int(part["given_back"] or 0)
    return StatementPart(part["type"], UUID(part["reference"]), part["bps"], Money(kept, row.currency))


def _entry(row: Row[Any]) -> Entry:
    lines = tuple(
        Line(LedgerKind(line["kind"]), line["amount"], UUID(line["owner"]) if line["owner"] else None)
        for line in row.lines
    )
    return Entry(row.id, row.key, row.kind, row.source_type, row.source_id, row.created_at, row.currency, lines)


def seller_balance(session: Session, seller_id: UUID) -> SellerBalance:
    """Balances between us and a seller now."""

    def of(kind: LedgerKind) -> Money:
        return balance(session, kind, seller_id=seller_id)

    in_transit = of(LedgerKind.PAYOUTS_IN_TRANSIT)  # its credit is what bank transfers still have to bring
    return SellerBalance(
        payable=-of(LedgerKind.SELLER_PAYABLE),
        set_aside=Money(max(0, -in_transit.amount), in_transit.currency),
        debt=of(LedgerKind.SELLER_RECEIVABLE),
    )
