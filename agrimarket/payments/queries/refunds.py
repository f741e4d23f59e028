"""SELECTs and locks of refunds."""

from uuid import UUID

from sqlmodel import Session, select

from agrimarket.kernel.db import locked
from agrimarket.payments.models.refunds import Refund


def one(session: Session, refund_id: UUID) -> Refund:
    """A refund, under its lock."""
    return session.exec(locked(select(Refund).where(Refund.id == refund_id))).one()


def with_key(session: Session, key: str) -> Refund | None:
    """The refund that was requested under that key."""
    return session.exec(select(Refund).where(Refund.key == key)).one_or_none()


def at_provider(session: Session, provider_id: str) -> UUID | None:
    """The refund that the provider knows by that id."""
    return session.exec(select(Refund.id).where(Refund.provider_id == provider_id)).one_or_none()
