"""SELECTs and locks of payouts."""

from uuid import UUID

from sqlalchemy import func, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from agrimarket.kernel.db import locked
from agrimarket.kernel.ids import new_id
from agrimarket.payments.models.payout_accounts import PayoutAccount
from agrimarket.payments.models.payouts import Payout
from agrimarket.payments.states import PayoutState


def one(session: Session, payout_id: UUID) -> Payout:
    """A payout, under its lock."""
    return session.exec(locked(select(Payout).where(Payout.id == payout_id))).one()


def of_seller(session: Session, seller_id: UUID, *, before: UUID | None, limit: int) -> list[Payout]:
    """A seller's payouts, newest first."""
    statement = select(Payout).where(Payout.seller_id == seller_id)
    if before is not None:
        statement = statement.where(col(Payout.id) < before)
    return list(session.exec(statement.order_by(col(Payout.id).desc()).limit(limit)))


def waiting(session: Session, account_id: UUID) -> Payout | None:
    """The account's payout that is scheduled or held, under its lock."""
    states = (PayoutState.SCHEDULED, PayoutState.HELD)
    statement = select(Payout).where(Payout.payout_account_id == account_id, col(Payout.state).in_(states))
    return session.exec(locked(statement)).one_or_none()


def at_provider(session: Session, provider_id: str) -> UUID | None:
    """The payout that the provider knows by that id."""
    return session.exec(select(Payout.id).where(Payout.provider_id == provider_id)).one_or_none()


def provider_ids(session: Session, payout_id: UUID) -> tuple[str, str] | None:
    """The provider's ids of a payout's account and of the payout itself; None before both exist there."""
    statement = (
        select(PayoutAccount.provider_id, Payout.provider_id)
        .join(PayoutAccount, col(PayoutAccount.id) == Payout.payout_account_id)
        .where(Payout.id == payout_id)
    )
    account_id, provider_id = session.exec(statement).one()
    return (account_id, provider_id) if account_id and provider_id else None


def scheduled_at_provider(session: Session, limit: int = 50) -> list[tuple[UUID, str, str]]:
    """Payouts that the provider has to make: id, currency, and the provider's id of the account.

    Those checked longest ago come first, so that one that cannot go yet does not hold up the others.
    """
    statement = (
        select(Payout.id, Payout.currency, PayoutAccount.provider_id)
        .join(PayoutAccount, col(PayoutAccount.id) == Payout.payout_account_id)
        .where(Payout.state == PayoutState.SCHEDULED, col(PayoutAccount.provider_id).is_not(None))
        .order_by(func.coalesce(Payout.checked_at, Payout.created_at), col(Payout.id))
        .limit(limit)
    )
    return [(payout_id, currency, account_id or "") for payout_id, currency, account_id in session.exec(statement)]


def insert_due(session: Session, limit: int) -> int:
    """Write a payout for each account at the provider with money and none on its way out; returns how many."""
    accounts = [row.payout_account_id for row in session.connection().execute(_DUE, {"limit": limit, "ids": None})]
    if not accounts:
        return 0
    in_order = select(PayoutAccount).where(col(PayoutAccount.id).in_(accounts)).order_by(col(PayoutAccount.id))
    session.exec(locked(in_order)).all()
    # Money and payouts are read anew under the accounts' locks, which whoever sends a payout holds.
    due = session.connection().execute(_DUE, {"limit": limit, "ids": accounts}).mappings().all()
    if due:
        rows = [{"id": new_id(), **row} for row in due]
        session.connection().execute(insert(Payout).on_conflict_do_nothing(), rows)
    return len(due)


_DUE = text("""
    SELECT a.id AS payout_account_id, a.seller_id, b.balance AS amount, a.currency,
           CASE WHEN a.payouts_enabled THEN 'scheduled' ELSE 'held' END AS state
    FROM payout_account AS a
    CROSS JOIN LATERAL (
        SELECT CAST(sum(p.amount) AS bigint) AS balance
        FROM ledger_account AS l JOIN posting AS p ON p.account_id = l.id
        WHERE l.kind = 'connected_balance' AND l.owner_id = a.seller_id AND l.currency = a.currency
    ) AS b
    WHERE (CAST(:ids AS uuid[]) IS NULL OR a.id = ANY(:ids))
        AND a.has_funds AND a.provider_id IS NOT NULL AND b.balance > 0 AND NOT EXISTS (
        SELECT FROM payout AS o WHERE o.payout_account_id = a.id AND (
            o.state IN ('scheduled', 'held', 'unresolved')
            OR o.state IN ('failed', 'returned') AND o.checked_at > agrimarket_now() - interval '1 h'
        )
    )
    ORDER BY a.id LIMIT :limit
""")
