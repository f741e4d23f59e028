"""SELECTs and locks of payouts that staff send by bank transfer. The payout account is locked before its payouts."""

from uuid import UUID

from sqlalchemy import and_, text
from sqlmodel import Session, col, select

from agrimarket.kernel.db import locked
from agrimarket.payments.models.bank_accounts import BankAccount
from agrimarket.payments.models.payout_accounts import PayoutAccount
from agrimarket.payments.models.payouts import Payout
from agrimarket.payments.states import BankAccountState, PayoutProvider, PayoutState

_BY_BANK = col(PayoutAccount.provider) == PayoutProvider.BANK_TRANSFER.value


def one(session: Session, payout_id: UUID) -> tuple[Payout, BankAccount | None] | None:
    """A payout by bank transfer, and the verified bank account that it goes to now."""
    verified = and_(
        col(BankAccount.payout_account_id) == col(Payout.payout_account_id),
        col(BankAccount.state) == BankAccountState.VERIFIED,
    )
    statement = (
        select(Payout, BankAccount)
        .join(PayoutAccount, col(PayoutAccount.id) == Payout.payout_account_id)
        .join(BankAccount, verified, isouter=True)
        .where(Payout.id == payout_id, _BY_BANK)
    )
    return session.exec(statement).one_or_none()


def with_payout_account(session: Session, payout_id: UUID) -> tuple[PayoutAccount, Payout] | None:
    """A payout by bank transfer and its payout account, both under their locks."""
    owner = (
        select(Payout.payout_account_id)
        .join(PayoutAccount, col(PayoutAccount.id) == Payout.payout_account_id)
        .where(Payout.id == payout_id, _BY_BANK)
    )
    account_id = session.exec(owner).one_or_none()
    account = session.exec(locked(select(PayoutAccount).where(PayoutAccount.id == account_id))).one_or_none()
    if account is None:
        return None
    return account, session.exec(locked(select(Payout).where(Payout.id == payout_id))).one()


def to_send(session: Session, after: UUID | None, limit: int) -> list[tuple[Payout, BankAccount]]:
    """Payouts that an operator has to send, oldest first, and the verified bank account of each."""
    statement = (
        select(Payout, BankAccount)
        .join(BankAccount, col(BankAccount.payout_account_id) == Payout.payout_account_id)
        .where(Payout.state == PayoutState.SCHEDULED, BankAccount.state == BankAccountState.VERIFIED)
    )
    if after is not None:
        statement = statement.where(col(Payout.id) > after)
    return list(session.exec(statement.order_by(col(Payout.id)).limit(limit)))


def sent(session: Session, before: UUID | None, limit: int) -> list[Payout]:
    """Payouts by bank transfer that were sent and have not come back, newest first."""
    statement = (
        select(Payout)
        .join(PayoutAccount, col(PayoutAccount.id) == Payout.payout_account_id)
        .where(Payout.state == PayoutState.PAID, _BY_BANK)
    )
    if before is not None:
        statement = statement.where(col(Payout.id) < before)
    return list(session.exec(statement.order_by(col(Payout.id).desc()).limit(limit)))


def accounts_to_pay(session: Session, limit: int) -> list[UUID]:
    """Payout accounts with money and no payout that waits, in id order; one that came back waits for an hour."""
    return list(session.connection().execute(_TO_PAY, {"limit": limit}).scalars())


def in_waiting_payouts(session: Session, account_id: UUID) -> int:
    """The sum of the account's payouts that are scheduled or held, in minor units."""
    return int(session.connection().execute(_IN_WAITING, {"account": account_id}).scalar_one())


_TO_PAY = text("""
    SELECT a.id FROM payout_account AS a
    WHERE a.has_funds AND a.provider = 'manual' AND NOT EXISTS (
        SELECT FROM payout AS o WHERE o.payout_account_id = a.id AND (
            o.state IN ('scheduled', 'held')
            OR o.state = 'returned' AND o.checked_at > agrimarket_now() - interval '1 h'
        )
    )
    ORDER BY a.id LIMIT :limit
""")
_IN_WAITING = text("""
    SELECT coalesce(sum(amount), 0) FROM payout WHERE payout_account_id = :account AND state IN ('scheduled', 'held')
""")
