"""Statements about the ledger's accounts, entries and postings."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session

from agrimarket.payments.states import LedgerKind


def insert_entry(session: Session, entry: Mapping[str, Any]) -> bool:
    """Open the accounts that the entry needs, then write it with its postings; False if its key is there.

    `ids`, `kinds`, `owners` and `amounts` are lists of one length, with one place a posting.
    """
    session.connection().execute(_OPEN_ACCOUNTS, entry)
    return bool(session.connection().execute(_INSERT, entry).rowcount)


def lock_account(session: Session, kind: LedgerKind, seller_id: UUID, currency: str) -> None:
    """Lock a seller's account until this transaction ends."""
    session.connection().execute(_LOCK, {"kind": kind.value, "owner": seller_id, "currency": currency})


def balance(session: Session, kind: LedgerKind, seller_id: UUID | None, currency: str) -> int:
    """Debits less credits of an account; zero where it does not exist."""
    row = {"kind": kind.value, "owner": seller_id, "currency": currency}
    return int(session.connection().execute(_BALANCE, row).scalar_one())


def totals(session: Session) -> Iterable[Row[Any]]:
    """Number of accounts, debits and credits of each kind in each currency."""
    return session.connection().execute(_TOTALS)


def by_seller(session: Session, kind: LedgerKind) -> Iterable[Row[Any]]:
    """Seller, currency and balance of every account of that kind."""
    return session.connection().execute(_BY_SELLER, {"kind": kind.value})


def entries(session: Session, before: UUID | None, limit: int) -> Iterable[Row[Any]]:
    """Entries with all their lines, newest first."""
    return session.connection().execute(_ENTRIES, {"before": before, "limit": limit})


def statement(session: Session, seller_id: UUID, before: UUID | None, limit: int) -> Iterable[Row[Any]]:
    """Entries that touch what is payable to a seller, newest first, with those lines only.

    The source of an entry about a payment is what the payment is for: the payment itself is the buyer's. `parts` are
    the seller's splits that the entry is about, with the entry's `given_back` of the commission where it is a refund's;
    none for a payout, which is about many.
    """
    row = {"seller": seller_id, "before": before, "limit": limit}
    return session.connection().execute(_STATEMENT, row)


_OPEN_ACCOUNTS = text("""
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
_INSERT = text("""
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
_LOCK = text("""
    SELECT id FROM ledger_account
    WHERE kind = :kind AND owner_id = :owner AND currency = CAST(:currency AS text) FOR NO KEY UPDATE
""")
_BALANCE = text("""
    SELECT coalesce(sum(p.amount), 0) FROM posting AS p JOIN ledger_account AS a ON a.id = p.account_id
    WHERE a.kind = :kind AND a.owner_id IS NOT DISTINCT FROM CAST(:owner AS uuid)
      AND a.currency = CAST(:currency AS text)
""")
_TOTALS = text("""
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
_FIELDS = """
    e.id, e.key, e.kind, e.created_at, min(p.currency) AS currency,
    jsonb_agg(jsonb_build_object('kind', a.kind, 'owner', a.owner_id, 'amount', p.amount) ORDER BY p.id) AS lines
"""
_TABLES = """
    journal_entry AS e JOIN posting AS p ON p.entry_id = e.id JOIN ledger_account AS a ON a.id = p.account_id
"""
_BEFORE = "(CAST(:before AS uuid) IS NULL OR e.id < :before)"
_ENTRIES = text(f"""
    SELECT {_FIELDS}, e.source_type, e.source_id FROM {_TABLES}
    WHERE {_BEFORE} GROUP BY e.id ORDER BY e.id DESC LIMIT :limit
""")  # noqa: S608
_STATEMENT = text(f"""
    WITH entry AS (
        SELECT {_FIELDS}, e.source_type, e.source_id FROM {_TABLES}
        WHERE a.kind = 'seller_payable' AND a.owner_id = :seller AND {_BEFORE}
        GROUP BY e.id ORDER BY e.id DESC LIMIT :limit
    )
    SELECT e.id, e.key, e.kind, e.created_at, e.currency, e.lines,
           coalesce(y.source_type, e.source_type) AS source_type, coalesce(y.source_id, e.source_id) AS source_id,
           about.parts
    FROM entry AS e
    LEFT JOIN payment AS y ON e.source_type = 'payment' AND y.id = e.source_id
    LEFT JOIN LATERAL (
        SELECT jsonb_agg(jsonb_build_object(
            'type', z.source_type, 'reference', s.reference_id, 'final', s.final, 'bps', s.commission_bps,
            'given_back', (
                SELECT sum(p.amount) FROM posting AS p JOIN ledger_account AS a ON a.id = p.account_id
                WHERE p.entry_id = e.id AND a.kind = 'commission_revenue' AND e.source_type = 'refund'
            )
        ) ORDER BY s.position) AS parts
        FROM (
            SELECT id FROM payment_split
            WHERE e.source_type = 'payment' AND payment_id = e.source_id AND seller_id = :seller
            UNION ALL SELECT split_id FROM refund WHERE e.source_type = 'refund' AND id = e.source_id
            UNION ALL SELECT split_id FROM transfer WHERE e.source_type = 'transfer' AND id = e.source_id
            UNION ALL SELECT t.split_id FROM transfer_reversal AS r JOIN transfer AS t ON t.id = r.transfer_id
            WHERE e.source_type = 'transfer_reversal' AND r.id = e.source_id
        ) AS w JOIN payment_split AS s ON s.id = w.id JOIN payment AS z ON z.id = s.payment_id
    ) AS about ON true
    ORDER BY e.id DESC
""")  # noqa: S608
