"""SELECTs and locks for sellers who are paid by bank transfer. The payout account is locked before what hangs on it."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, text
from sqlmodel import Session, col, select

from agrimarket.payments.models import BankAccount, Payout, PayoutAccount
from agrimarket.payments.states import BankAccountState, PayoutState

_FIELDS = """
    b.id, a.seller_id, b.state, b.bank_name, b.country, b.masked_holder, b.masked_number, b.checked_by, b.verified_by,
    b.created_at, EXISTS (
        SELECT FROM bank_account AS o
        WHERE o.lookup = b.lookup AND o.state <> 'replaced' AND o.payout_account_id <> b.payout_account_id
    ) AS shared
"""
_LIST = text(f"""
    SELECT {_FIELDS} FROM bank_account AS b JOIN payout_account AS a ON a.id = b.payout_account_id
    WHERE b.state = ANY(:states) AND (CAST(:after AS uuid) IS NULL OR b.id > :after)
    ORDER BY b.id LIMIT :limit
""")  # noqa: S608
_ONE = text(f"""
    SELECT {_FIELDS} FROM bank_account AS b JOIN payout_account AS a ON a.id = b.payout_account_id WHERE b.id = :id
""")  # noqa: S608
_FUNDED = text("""
    SELECT a.id FROM payout_account AS a
    WHERE a.has_funds AND a.provider = 'manual' AND NOT EXISTS (
        SELECT FROM payout AS o WHERE o.payout_account_id = a.id AND (
            o.state IN ('scheduled', 'held')
            OR o.state = 'returned' AND o.checked_at > agrimarket_now() - interval '1 h'
        )
    )
    ORDER BY a.id LIMIT :limit
""")
_IN_OPEN_PAYOUTS = text("""
    SELECT coalesce(sum(amount), 0) FROM payout WHERE payout_account_id = :account AND state IN ('scheduled', 'held')
""")


def current_bank(session: Session, account_id: UUID) -> BankAccount | None:
    """The account's bank account of now; the caller holds the account's lock where that matters."""
    statement = select(BankAccount).where(
        BankAccount.payout_account_id == account_id, BankAccount.state != BankAccountState.REPLACED
    )
    return session.exec(statement.execution_options(populate_existing=True)).one_or_none()


def bank_with_account(session: Session, bank_id: UUID) -> tuple[PayoutAccount, BankAccount] | None:
    """A bank account with its payout account, both read anew under the payout account's lock."""
    owner = select(BankAccount.payout_account_id).where(BankAccount.id == bank_id)
    account = _locked_account(session, session.exec(owner).one_or_none())
    if account is None:
        return None
    statement = select(BankAccount).where(BankAccount.id == bank_id).execution_options(populate_existing=True)
    return account, session.exec(statement).one()


def payout_with_account(session: Session, payout_id: UUID) -> tuple[PayoutAccount, Payout] | None:
    """A payout by bank transfer with its account, both read anew under their locks."""
    owner = (
        select(Payout.payout_account_id)
        .join(PayoutAccount, col(PayoutAccount.id) == Payout.payout_account_id)
        .where(Payout.id == payout_id, PayoutAccount.provider == "manual")
    )
    account = _locked_account(session, session.exec(owner).one_or_none())
    if account is None:
        return None
    statement = select(Payout).where(Payout.id == payout_id).with_for_update()
    return account, session.exec(statement.execution_options(populate_existing=True)).one()


def _locked_account(session: Session, account_id: UUID | None) -> PayoutAccount | None:
    statement = select(PayoutAccount).where(PayoutAccount.id == account_id).with_for_update()
    return session.exec(statement.execution_options(populate_existing=True)).one_or_none()


def banks(session: Session, states: Collection[BankAccountState], after: UUID | None, limit: int) -> list[Row[Any]]:
    """Bank accounts in one of `states`, oldest first, each with whether another seller gave the same number."""
    row = {"states": [state.value for state in states], "after": after, "limit": limit}
    return list(session.connection().execute(_LIST, row))


def bank_row(session: Session, bank_id: UUID) -> Row[Any] | None:
    """One of them, or of those that were replaced."""
    return session.connection().execute(_ONE, {"id": bank_id}).one_or_none()


def has_replaced(session: Session, account_id: UUID) -> bool:
    """Whether the account had another bank account before."""
    statement = select(BankAccount.id).where(
        BankAccount.payout_account_id == account_id, BankAccount.state == BankAccountState.REPLACED
    )
    return session.exec(statement.limit(1)).first() is not None


def funded_accounts(session: Session, limit: int) -> list[UUID]:
    """Accounts with money that waits for a payout, in id order. An hour passes after one that came back."""
    return list(session.connection().execute(_FUNDED, {"limit": limit}).scalars())


def in_open_payouts(session: Session, account_id: UUID) -> int:
    """What payouts that are not sent yet amount to."""
    return int(session.connection().execute(_IN_OPEN_PAYOUTS, {"account": account_id}).scalar_one())


def payouts_to_send(session: Session, after: UUID | None, limit: int) -> list[tuple[Payout, BankAccount]]:
    """Payouts that an operator has to send, oldest first, and where to."""
    statement = (
        select(Payout, BankAccount)
        .join(BankAccount, col(BankAccount.payout_account_id) == Payout.payout_account_id)
        .where(Payout.state == PayoutState.SCHEDULED, BankAccount.state == BankAccountState.VERIFIED)
    )
    if after is not None:
        statement = statement.where(col(Payout.id) > after)
    return list(session.exec(statement.order_by(col(Payout.id)).limit(limit)))


def manual_payout(session: Session, payout_id: UUID) -> tuple[Payout, BankAccount | None] | None:
    """A payout by bank transfer, and the account's verified bank account of now."""
    verified = and_(
        col(BankAccount.payout_account_id) == col(Payout.payout_account_id),
        col(BankAccount.state) == BankAccountState.VERIFIED,
    )
    statement = (
        select(Payout, BankAccount)
        .join(PayoutAccount, col(PayoutAccount.id) == Payout.payout_account_id)
        .join(BankAccount, verified, isouter=True)
        .where(Payout.id == payout_id, PayoutAccount.provider == "manual")
    )
    return session.exec(statement).one_or_none()


def payouts_sent(session: Session, before: UUID | None, limit: int) -> list[Payout]:
    """Payouts by bank transfer that were sent and have not come back, newest first."""
    statement = (
        select(Payout)
        .join(PayoutAccount, col(PayoutAccount.id) == Payout.payout_account_id)
        .where(Payout.state == PayoutState.PAID, PayoutAccount.provider == "manual")
    )
    if before is not None:
        statement = statement.where(col(Payout.id) < before)
    return list(session.exec(statement.order_by(col(Payout.id).desc()).limit(limit)))
