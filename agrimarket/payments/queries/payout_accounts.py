"""SELECTs and locks of payout accounts. An account is locked before the rows that refer to it."""

from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, select

from agrimarket.kernel.db import locked
from agrimarket.kernel.ids import new_id
from agrimarket.payments.models.payout_accounts import PayoutAccount


def of_seller(session: Session, seller_id: UUID, *, lock: bool = False) -> PayoutAccount | None:
    """A seller's payout account; with `lock`, under its lock."""
    statement = select(PayoutAccount).where(PayoutAccount.seller_id == seller_id)
    return session.exec(locked(statement) if lock else statement).one_or_none()


def one(session: Session, account_id: UUID) -> PayoutAccount:
    """A payout account, under its lock."""
    return session.exec(locked(select(PayoutAccount).where(PayoutAccount.id == account_id))).one()


def at_provider(session: Session, provider_id: str) -> PayoutAccount | None:
    """The account that the provider knows by that id, under its lock."""
    return session.exec(locked(select(PayoutAccount).where(PayoutAccount.provider_id == provider_id))).one_or_none()


def connected(session: Session) -> list[tuple[UUID, str]]:
    """Seller and provider's id of every account that exists at the provider, in id order."""
    statement = (
        select(PayoutAccount.seller_id, PayoutAccount.provider_id)
        .where(col(PayoutAccount.provider_id).is_not(None))
        .order_by(col(PayoutAccount.id))
    )
    return [(seller_id, provider_id) for seller_id, provider_id in session.exec(statement) if provider_id]


def insert(session: Session, seller_id: UUID, country: str, currency: str) -> None:
    """Write a payout account for the seller, unless they have one."""
    row = {"id": new_id(), "seller": seller_id, "country": country, "currency": currency}
    session.connection().execute(_INSERT, row)


def mark_funded(session: Session, seller_id: UUID) -> None:
    """Note that money has come to the seller's account, so that the next sweep of payouts takes it up."""
    statement = text("UPDATE payout_account SET has_funds = true WHERE seller_id = :seller AND NOT has_funds")
    session.connection().execute(statement, {"seller": seller_id})


_INSERT = text("""
    INSERT INTO payout_account (id, seller_id, provider, country, currency, details_submitted, transfers_enabled,
        payouts_enabled, has_funds, requirements)
    VALUES (:id, :seller, 'stripe', :country, :currency, false, false, false, false, '{}')
    ON CONFLICT (seller_id) DO NOTHING
""")
