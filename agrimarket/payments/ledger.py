"""The ledger: double entry, every movement of money once, nothing ever changed.

Debits are positive, credits negative, in minor units. `docs/decisions/0007-ledger.md` is the chart of accounts and
says which entry each movement makes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from agrimarket.kernel.ids import new_id
from agrimarket.kernel.money import DEFAULT_CURRENCY, Money
from agrimarket.payments.states import PER_SELLER, LedgerKind


@dataclass(frozen=True, slots=True)
class Line:
    """One posting: an account, and how much its debit grows."""

    kind: LedgerKind
    amount: int
    seller_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """One kind of account in one currency: all debits, all credits, and their difference."""

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
class EntryLine:
    """A posting as people read it."""

    kind: LedgerKind
    seller_id: UUID | None
    amount: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A journal entry with its postings."""

    id: UUID
    key: str
    kind: str
    source_type: str
    source_id: UUID
    created_at: datetime
    currency: str
    lines: tuple[EntryLine, ...]


def post(
    session: Session, kind: str, source: tuple[str, UUID], lines: Sequence[Line], currency: str, *, key: str = ""
) -> bool:
    """Write the entry `kind` about `source`, once for each key (default: kind and source id); False if it is there.

    Lines of nothing are left out; an entry of which nothing is left is not written, and that is False too.
    `ValueError` for lines that do not sum to zero, or a seller's account without a seller.
    """
    sums: dict[tuple[LedgerKind, UUID | None], int] = {}
    for line in lines:
        if (line.kind in PER_SELLER) != (line.seller_id is not None):
            raise ValueError(f"{line.kind} and a seller")
        account = (line.kind, line.seller_id)
        sums[account] = sums.get(account, 0) + line.amount
    # In one order everywhere, so that two entries that open the same accounts wait instead of deadlocking.
    moving = sorted(((k, s, amount) for (k, s), amount in sums.items() if amount), key=lambda m: (m[0], str(m[1])))
    if sum(amount for _, _, amount in moving):
        raise ValueError(f"{kind} does not sum to zero")
    if not moving:
        return False
    accounts = {
        "kinds": [k.value for k, _, _ in moving],
        "owners": [s for _, s, _ in moving],
        "ids": [new_id() for _ in moving],
        "currency": currency,
    }
    session.flush()  # the statements below refer to rows that may still wait in the session
    session.connection().execute(_OPEN, accounts)
    row = {
        **accounts,
        "amounts": [amount for _, _, amount in moving],
        "id": new_id(),
        "key": key or f"{kind}:{source[1]}",
        "kind": kind,
        "source_type": source[0],
        "source_id": source[1],
        "count": len(moving),
    }
    return bool(session.connection().execute(_POST, row).rowcount)


def balance(
    session: Session, kind: LedgerKind, *, seller_id: UUID | None = None, currency: str = DEFAULT_CURRENCY
) -> Money:
    """Debits less credits of one account; zero where it does not exist."""
    row = {"kind": kind.value, "owner": seller_id, "currency": currency}
    return Money(int(session.connection().execute(_BALANCE, row).scalar_one()), currency)


def locked_balance(session: Session, kind: LedgerKind, seller_id: UUID, currency: str) -> int:
    """The balance of a seller's account, which nobody else who locks it changes before this transaction ends."""
    row = {"kind": kind.value, "owner": seller_id, "currency": currency}
    session.connection().execute(_LOCK, row)
    return int(session.connection().execute(_BALANCE, row).scalar_one())


def trial_balance(session: Session) -> list[AccountBalance]:
    """Every kind of account that has moved. Per currency the debits and the credits are equal (invariant 2)."""
    return [
        AccountBalance(LedgerKind(row.kind), row.currency, row.accounts, int(row.debit), int(row.credit))
        for row in session.connection().execute(_TRIAL)
    ]


def by_seller(session: Session, kind: LedgerKind) -> dict[tuple[UUID, str], int]:
    """The balances of every seller's account of that kind, by seller and currency."""
    rows = session.connection().execute(_BY_SELLER, {"kind": kind.value})
    return {(row.owner_id, row.currency): int(row.balance) for row in rows}


def entries(
    session: Session, *, seller_id: UUID | None = None, before: UUID | None = None, limit: int = 50
) -> list[Entry]:
    """Entries, newest first; with a seller, those that touch what is payable to them, and only their lines."""
    statement = _ENTRIES if seller_id is None else _STATEMENT
    row = {"seller": seller_id, "before": before, "limit": limit}
    return [
        Entry(
            found.id, found.key, found.kind, found.source_type, found.source_id, found.created_at, found.currency,
            tuple(
                EntryLine(LedgerKind(line["kind"]), UUID(line["owner"]) if line["owner"] else None, line["amount"])
                for line in found.lines
            ),
        )
        for found in session.connection().execute(statement, row)
    ]  # fmt: skip


_OPEN = text("""
    INSERT INTO ledger_account (id, kind, owner_id, currency)
    SELECT w.id, w.kind, w.owner, CAST(:currency AS text)
    FROM unnest(CAST(:ids AS uuid[]), CAST(:kinds AS text[]), CAST(:owners AS uuid[])) AS w (id, kind, owner)
    WHERE NOT EXISTS (
        SELECT FROM ledger_account AS a
        WHERE a.kind = w.kind AND a.owner_id IS NOT DISTINCT FROM w.owner AND a.currency = CAST(:currency AS text)
    )
    ORDER BY w.kind, w.owner
    ON CONFLICT (kind, owner_id, currency) DO NOTHING
""")
_POST = text("""
    WITH entry AS (
        INSERT INTO journal_entry (id, key, kind, source_type, source_id, postings)
        VALUES (:id, :key, :kind, :source_type, :source_id, :count)
        ON CONFLICT (key) DO NOTHING RETURNING id
    )
    INSERT INTO posting (id, entry_id, account_id, amount, currency)
    SELECT w.id, entry.id, a.id, w.amount, CAST(:currency AS text)
    FROM entry
    CROSS JOIN unnest(
        CAST(:ids AS uuid[]), CAST(:kinds AS text[]), CAST(:owners AS uuid[]), CAST(:amounts AS bigint[])
    ) AS w (id, kind, owner, amount)
    JOIN ledger_account AS a
        ON a.kind = w.kind AND a.owner_id IS NOT DISTINCT FROM w.owner AND a.currency = CAST(:currency AS text)
""")
_BALANCE = text("""
    SELECT coalesce(sum(p.amount), 0) FROM posting AS p JOIN ledger_account AS a ON a.id = p.account_id
    WHERE a.kind = :kind AND a.owner_id IS NOT DISTINCT FROM CAST(:owner AS uuid)
      AND a.currency = CAST(:currency AS text)
""")
_LOCK = text("""
    SELECT id FROM ledger_account
    WHERE kind = :kind AND owner_id = :owner AND currency = CAST(:currency AS text) FOR NO KEY UPDATE
""")
_TRIAL = text("""
    SELECT a.kind, a.currency, count(DISTINCT a.id) AS accounts,
           coalesce(sum(p.amount) FILTER (WHERE p.amount > 0), 0) AS debit,
           coalesce(-sum(p.amount) FILTER (WHERE p.amount < 0), 0) AS credit
    FROM ledger_account AS a LEFT JOIN posting AS p ON p.account_id = a.id
    GROUP BY a.kind, a.currency ORDER BY a.kind, a.currency
""")
_BY_SELLER = text("""
    SELECT a.owner_id, a.currency, coalesce(sum(p.amount), 0) AS balance
    FROM ledger_account AS a LEFT JOIN posting AS p ON p.account_id = a.id
    WHERE a.kind = :kind GROUP BY a.owner_id, a.currency
""")
_LINES = """
    SELECT e.id, e.key, e.kind, e.source_type, e.source_id, e.created_at, min(p.currency) AS currency,
           jsonb_agg(jsonb_build_object('kind', a.kind, 'owner', a.owner_id, 'amount', p.amount) ORDER BY p.id) AS lines
    FROM journal_entry AS e JOIN posting AS p ON p.entry_id = e.id JOIN ledger_account AS a ON a.id = p.account_id
"""
_PAGE = "(CAST(:before AS uuid) IS NULL OR e.id < :before) GROUP BY e.id ORDER BY e.id DESC LIMIT :limit"
_ENTRIES = text(f"{_LINES} WHERE CAST(:seller AS uuid) IS NULL AND {_PAGE}")
_STATEMENT = text(f"{_LINES} WHERE a.kind = 'seller_payable' AND a.owner_id = :seller AND {_PAGE}")
