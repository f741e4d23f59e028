"""SELECTs and locks of sellers' bank accounts. The payout account is locked before its bank accounts."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session, col, select

from agrimarket.kernel.db import locked
from agrimarket.payments.models.bank_accounts import BankAccount
from agrimarket.payments.models.payout_accounts import PayoutAccount
from agrimarket.payments.states import BankAccountState


def current(session: Session, account_id: UUID) -> BankAccount | None:
    """The payout account's bank account that was not replaced.

    Another may replace it before the transaction ends, unless the caller holds the payout account's lock.
    """
    statement = select(BankAccount).where(
        BankAccount.payout_account_id == account_id, BankAccount.state != BankAccountState.REPLACED
    )
    return session.exec(statement.execution_options(populate_existing=True)).one_or_none()


def of_seller(session: Session, seller_id: UUID) -> BankAccount | None:
    """The seller's bank account that was not replaced."""
    statement = (
        select(BankAccount)
        .join(PayoutAccount, col(PayoutAccount.id) == BankAccount.payout_account_id)
        .where(PayoutAccount.seller_id == seller_id, BankAccount.state != BankAccountState.REPLACED)
    )
    return session.exec(statement.execution_options(populate_existing=True)).one_or_none()


def with_payout_account(session: Session, bank_id: UUID) -> tuple[PayoutAccount, BankAccount] | None:
    """A bank account and its payout account, both read under the payout account's lock."""
    owner = select(BankAccount.payout_account_id).where(BankAccount.id == bank_id)
    account_id = session.exec(owner).one_or_none()
    account = session.exec(locked(select(PayoutAccount).where(PayoutAccount.id == account_id))).one_or_none()
    if account is None:
        return None
    statement = select(BankAccount).where(BankAccount.id == bank_id).execution_options(populate_existing=True)
    return account, session.exec(statement).one()


def replaced_any(session: Session, seller_id: UUID) -> bool:
    """Whether the seller has replaced a bank account."""
    statement = (
        select(BankAccount.id)
        .join(PayoutAccount, col(PayoutAccount.id) == BankAccount.payout_account_id)
        .where(PayoutAccount.seller_id == seller_id, BankAccount.state == BankAccountState.REPLACED)
    )
    return session.exec(statement.limit(1)).first() is not None


def for_review(
    session: Session, states: Collection[BankAccountState], after: UUID | None, limit: int
) -> list[Row[Any]]:
    """Bank accounts in one of `states`, oldest first, each with whether another seller gave the same number."""
    row = {"states": [state.value for state in states], "after": after, "limit": limit}
    return list(session.connection().execute(_LIST, row))


def one_for_review(session: Session, bank_id: UUID) -> Row[Any] | None:
    """A bank account in any state, with whether another seller gave the same number."""
    return session.connection().execute(_ONE, {"id": bank_id}).one_or_none()


_FIELDS = """
    b.id, a.seller_id, b.state, b.bank_name, b.country, b.masked_holder, b.masked_number, b.checked_by, b.verified_by,
    b.refusal, b.created_at, b.promised_by, b.sealed, EXISTS (
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
