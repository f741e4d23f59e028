"""SELECTs and locks of this package's tables. Locks are taken in this order: payment, its splits, its transfers."""

from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import func, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from agrimarket.kernel import clock
from agrimarket.kernel.ids import new_id
from agrimarket.payments.models import (
    Hold,
    Payment,
    PaymentSplit,
    Payout,
    PayoutAccount,
    ProviderCall,
    ProviderCursor,
    Reconciliation,
    Refund,
    Transfer,
    TransferReversal,
)
from agrimarket.payments.states import PaymentState, PayoutState, RefundState, TransferState

Row = TypeVar("Row")


def payment(session: Session, payment_id: UUID, *, lock: bool = False) -> Payment | None:
    """One payment; with `lock`, read anew under its lock."""
    statement = select(Payment).where(Payment.id == payment_id)
    return session.exec(_locked(statement) if lock else statement).one_or_none()


def payment_at_provider(session: Session, provider_id: str) -> UUID | None:
    """Whose payment intent that is."""
    return session.exec(select(Payment.id).where(Payment.provider_id == provider_id)).one_or_none()


def live_payment(session: Session, source_type: str, source_id: UUID) -> Payment | None:
    """The source's payment that is not cancelled, under its lock."""
    statement = select(Payment).where(
        Payment.source_type == source_type, Payment.source_id == source_id, Payment.state != PaymentState.CANCELLED
    )
    return session.exec(_locked(statement)).one_or_none()


def latest_payment(session: Session, source_type: str, source_id: UUID) -> Payment | None:
    """The source's newest payment, whatever became of it."""
    statement = select(Payment).where(Payment.source_type == source_type, Payment.source_id == source_id)
    return session.exec(statement.order_by(col(Payment.id).desc()).limit(1)).one_or_none()


def splits(session: Session, payment_id: UUID, *, lock: bool = False) -> list[PaymentSplit]:
    """A payment's splits in their order."""
    statement = select(PaymentSplit).where(PaymentSplit.payment_id == payment_id).order_by(col(PaymentSplit.position))
    return list(session.exec(_locked(statement) if lock else statement))


def split(session: Session, split_id: UUID) -> PaymentSplit:
    """One split, read anew under its lock."""
    return session.exec(_locked(select(PaymentSplit).where(PaymentSplit.id == split_id))).one()


def live_split(session: Session, reference_id: UUID) -> PaymentSplit | None:
    """The split of a reference in a payment that is not cancelled, under its lock."""
    statement = (
        select(PaymentSplit)
        .join(Payment, col(Payment.id) == PaymentSplit.payment_id)
        .where(PaymentSplit.reference_id == reference_id, Payment.state != PaymentState.CANCELLED)
    )
    return session.exec(_locked(statement, of=PaymentSplit)).one_or_none()


def held(session: Session, split_id: UUID) -> int:
    """What open claims hold back of a split."""
    statement = select(func.coalesce(func.sum(Hold.amount), 0)).where(
        Hold.split_id == split_id, col(Hold.released_at).is_(None)
    )
    return int(session.exec(statement).one())


def oldest_hold(session: Session, split_id: UUID, amount: int) -> Hold | None:
    """The oldest open hold of exactly that amount, under its lock."""
    statement = (
        select(Hold)
        .where(Hold.split_id == split_id, Hold.amount == amount, col(Hold.released_at).is_(None))
        .order_by(col(Hold.id))
        .limit(1)
    )
    return session.exec(_locked(statement)).one_or_none()


def refund(session: Session, refund_id: UUID, *, lock: bool = False) -> Refund:
    """One refund; with `lock`, read anew under its lock."""
    statement = select(Refund).where(Refund.id == refund_id)
    return session.exec(_locked(statement) if lock else statement).one()


def refund_with_key(session: Session, key: str) -> Refund | None:
    """The refund that was requested under a key."""
    return session.exec(select(Refund).where(Refund.key == key)).one_or_none()


def refund_at_provider(session: Session, provider_id: str) -> UUID | None:
    """Whose refund that is."""
    return session.exec(select(Refund.id).where(Refund.provider_id == provider_id)).one_or_none()


def refunds_waiting(session: Session, limit: int = 50) -> list[tuple[UUID, str]]:
    """Refunds that wait at the provider, oldest first: id and the provider's id."""
    statement = (
        select(Refund.id, Refund.provider_id)
        .where(Refund.state == RefundState.PENDING)
        .order_by(col(Refund.id))
        .limit(limit)
    )
    return [(refund_id, provider_id) for refund_id, provider_id in session.exec(statement) if provider_id]


def transfer(session: Session, transfer_id: UUID) -> Transfer:
    """One transfer, read anew under its lock."""
    return session.exec(_locked(select(Transfer).where(Transfer.id == transfer_id))).one()


def transfers_of(session: Session, split_id: UUID) -> list[Transfer]:
    """A split's transfers, oldest first, under their locks."""
    statement = select(Transfer).where(Transfer.split_id == split_id).order_by(col(Transfer.sequence))
    return list(session.exec(_locked(statement)))


def split_of_transfer(session: Session, transfer_id: UUID) -> UUID:
    """Of which split it is a transfer."""
    return session.exec(select(Transfer.split_id).where(Transfer.id == transfer_id)).one()


def transfer_of_reversal(session: Session, reversal_id: UUID) -> UUID:
    """Of which transfer it is a reversal."""
    return session.exec(select(TransferReversal.transfer_id).where(TransferReversal.id == reversal_id)).one()


def due_transfers(session: Session, max_attempts: int, limit: int) -> list[tuple[UUID, UUID]]:
    """Transfers whose time has come, of settled payments, to accounts that take them; oldest due first.

    Pairs of transfer and split. A refused one is due again until it was refused `max_attempts` times.
    """
    statement = (
        select(Transfer.id, Transfer.split_id)
        .join(PayoutAccount, col(PayoutAccount.seller_id) == Transfer.seller_id)
        .join(PaymentSplit, col(PaymentSplit.id) == Transfer.split_id)
        .join(Payment, col(Payment.id) == PaymentSplit.payment_id)
        .where(
            col(Transfer.state).in_((TransferState.DUE, TransferState.FAILED)),
            col(Transfer.due_at) <= clock.now(),
            Transfer.attempts < max_attempts,
            col(PayoutAccount.transfers_enabled),
            Payment.state == PaymentState.SETTLED,
        )
        .order_by(col(Transfer.due_at), col(Transfer.id))
        .limit(limit)
    )
    return list(session.exec(statement))


def reversal(session: Session, reversal_id: UUID) -> TransferReversal:
    """One reversal, read anew under its lock."""
    return session.exec(_locked(select(TransferReversal).where(TransferReversal.id == reversal_id))).one()


def reversals_of_refund(session: Session, refund_id: UUID) -> list[TransferReversal]:
    """What a refund takes back, under their locks."""
    statement = select(TransferReversal).where(TransferReversal.refund_id == refund_id)
    return list(session.exec(_locked(statement.order_by(col(TransferReversal.id)))))


def reversals_of_transfer(session: Session, transfer_id: UUID) -> list[TransferReversal]:
    """What is taken back of a transfer."""
    statement = select(TransferReversal).where(TransferReversal.transfer_id == transfer_id)
    return list(session.exec(_locked(statement.order_by(col(TransferReversal.id)))))


def payout_account(session: Session, seller_id: UUID, *, lock: bool = False) -> PayoutAccount | None:
    """A seller's payout account."""
    statement = select(PayoutAccount).where(PayoutAccount.seller_id == seller_id)
    return session.exec(_locked(statement) if lock else statement).one_or_none()


def account_with_id(session: Session, account_id: UUID) -> PayoutAccount:
    """A payout account, read anew under its lock."""
    return session.exec(_locked(select(PayoutAccount).where(PayoutAccount.id == account_id))).one()


def account_at_provider(session: Session, provider_id: str) -> PayoutAccount | None:
    """Whose connected account that is, under its lock."""
    return session.exec(_locked(select(PayoutAccount).where(PayoutAccount.provider_id == provider_id))).one_or_none()


def accounts_at_provider(session: Session, *, after: UUID | None = None, limit: int = 500) -> list[PayoutAccount]:
    """Accounts that exist at the provider, in id order."""
    statement = select(PayoutAccount).where(col(PayoutAccount.provider_id).is_not(None))
    if after is not None:
        statement = statement.where(col(PayoutAccount.id) > after)
    return list(session.exec(statement.order_by(col(PayoutAccount.id)).limit(limit)))


def accounts_to_check(session: Session, limit: int = 20) -> list[str]:
    """Accounts that are not fully enabled and were not looked at for ten minutes."""
    statement = (
        select(PayoutAccount.provider_id)
        .where(
            col(PayoutAccount.provider_id).is_not(None),
            ~(col(PayoutAccount.transfers_enabled) & col(PayoutAccount.payouts_enabled)),
            col(PayoutAccount.checked_at) < clock.now() - text("interval '10 min'"),
        )
        .order_by(col(PayoutAccount.checked_at))
        .limit(limit)
    )
    return [provider_id for provider_id in session.exec(statement) if provider_id]


def payout(session: Session, payout_id: UUID) -> Payout:
    """One payout, read anew under its lock."""
    return session.exec(_locked(select(Payout).where(Payout.id == payout_id))).one()


def payout_names(session: Session, payout_id: UUID) -> tuple[str, str] | None:
    """What the provider calls a payout: its account and itself; None before it is there."""
    statement = (
        select(PayoutAccount.provider_id, Payout.provider_id)
        .join(PayoutAccount, col(PayoutAccount.id) == Payout.payout_account_id)
        .where(Payout.id == payout_id)
    )
    account_id, provider_id = session.exec(statement).one()
    return (account_id, provider_id) if account_id and provider_id else None


def provider_account(session: Session, account_id: UUID) -> str | None:
    """What the provider calls a payout account."""
    return session.exec(select(PayoutAccount.provider_id).where(PayoutAccount.id == account_id)).one()


def payout_at_provider(session: Session, provider_id: str) -> UUID | None:
    """Whose payout that is."""
    return session.exec(select(Payout.id).where(Payout.provider_id == provider_id)).one_or_none()


def payouts_in(session: Session, state: PayoutState, limit: int = 50) -> list[Payout]:
    """Payouts from accounts at the provider that are in a state, oldest first."""
    statement = (
        select(Payout)
        .join(PayoutAccount, col(PayoutAccount.id) == Payout.payout_account_id)
        .where(Payout.state == state, col(PayoutAccount.provider_id).is_not(None))
    )
    return list(session.exec(statement.order_by(col(Payout.id)).limit(limit)))


def payouts_to_check(session: Session, limit: int = 50) -> list[UUID]:
    """Payouts on their way that were not looked at for ten minutes."""
    statement = (
        select(Payout.id)
        .where(
            Payout.state == PayoutState.IN_TRANSIT,
            col(Payout.checked_at) < clock.now() - text("interval '10 min'"),
        )
        .order_by(col(Payout.checked_at))
        .limit(limit)
    )
    return list(session.exec(statement))


def payouts_of(session: Session, seller_id: UUID, *, before: UUID | None, limit: int) -> list[Payout]:
    """A seller's payouts, newest first."""
    statement = select(Payout).where(Payout.seller_id == seller_id)
    if before is not None:
        statement = statement.where(col(Payout.id) < before)
    return list(session.exec(statement.order_by(col(Payout.id).desc()).limit(limit)))


def open_payout(session: Session, account_id: UUID) -> Payout | None:
    """The account's payout that is not at the provider yet, under its lock."""
    states = (PayoutState.SCHEDULED, PayoutState.HELD)
    statement = select(Payout).where(Payout.payout_account_id == account_id, col(Payout.state).in_(states))
    return session.exec(_locked(statement)).one_or_none()


def insert_payouts(session: Session, limit: int) -> int:
    """A payout for each account with money and without one that waits; how many were made."""
    due = session.connection().execute(_PAYOUTS_DUE, {"limit": limit}).mappings().all()
    if due:
        rows = [{"id": new_id(), **row} for row in due]
        session.connection().execute(insert(Payout).on_conflict_do_nothing(), rows)
    return len(due)


def mark_funded(session: Session, seller_id: UUID) -> None:
    """Money came to the seller's account at the provider: the next sweep looks at it."""
    statement = text("UPDATE payout_account SET has_funds = true WHERE seller_id = :seller AND NOT has_funds")
    session.connection().execute(statement, {"seller": seller_id})


def insert_account(session: Session, seller_id: UUID, country: str, currency: str) -> None:
    """The seller's payout account, unless it is there."""
    row = {"id": new_id(), "seller": seller_id, "country": country, "currency": currency}
    session.connection().execute(_INSERT_ACCOUNT, row)


def call(session: Session, call_id: UUID, *, lock: bool = False) -> ProviderCall:
    """One provider call; with `lock`, read anew under its lock."""
    statement = select(ProviderCall).where(ProviderCall.id == call_id)
    return session.exec(_locked(statement) if lock else statement).one()


def cursor(session: Session, source: str, start: int) -> int:
    """Up to where events were listed; `start` the first time."""
    session.connection().execute(_CURSOR, {"source": source, "position": start})
    statement = select(ProviderCursor.position).where(ProviderCursor.source == source)
    return session.exec(statement).one()


def move_cursor(session: Session, source: str, position: int) -> None:
    """Events are listed up to there; never back."""
    session.connection().execute(_MOVE_CURSOR, {"source": source, "position": position})


def reconciliations(session: Session, *, before: UUID | None, limit: int) -> Sequence[Reconciliation]:
    """Comparisons, newest first."""
    statement = select(Reconciliation)
    if before is not None:
        statement = statement.where(col(Reconciliation.id) < before)
    return session.exec(statement.order_by(col(Reconciliation.id).desc()).limit(limit)).all()


def _locked(statement: SelectOfScalar[Row], *, of: type[Any] | None = None) -> SelectOfScalar[Row]:
    """Lock what is found, and read it anew: what the session knew before the lock may be stale."""
    return statement.with_for_update(of=of).execution_options(populate_existing=True)


_PAYOUTS_DUE = text("""
    SELECT a.id AS payout_account_id, a.seller_id, b.balance AS amount, a.currency,
           CASE WHEN a.payouts_enabled THEN 'scheduled' ELSE 'held' END AS state
    FROM payout_account AS a
    CROSS JOIN LATERAL (
        SELECT CAST(sum(p.amount) AS bigint) AS balance
        FROM ledger_account AS l JOIN posting AS p ON p.account_id = l.id
        WHERE l.kind = 'connected_balance' AND l.owner_id = a.seller_id AND l.currency = a.currency
    ) AS b
    WHERE a.has_funds AND a.provider_id IS NOT NULL AND b.balance > 0 AND NOT EXISTS (
        SELECT FROM payout AS o WHERE o.payout_account_id = a.id AND (
            o.state IN ('scheduled', 'held', 'unresolved')
            OR o.state IN ('failed', 'returned') AND o.checked_at > agrimarket_now() - interval '1 h'
        )
    )
    ORDER BY a.id LIMIT :limit
""")
_INSERT_ACCOUNT = text("""
    INSERT INTO payout_account (id, seller_id, provider, country, currency, details_submitted, transfers_enabled,
        payouts_enabled, has_funds, requirements)
    VALUES (:id, :seller, 'stripe', :country, :currency, false, false, false, false, '{}')
    ON CONFLICT (seller_id) DO NOTHING
""")
_CURSOR = text("""
    INSERT INTO provider_cursor (source, position) VALUES (:source, :position) ON CONFLICT (source) DO NOTHING
""")
_MOVE_CURSOR = text("""
    UPDATE provider_cursor SET position = greatest(position, :position) WHERE source = :source
""")
