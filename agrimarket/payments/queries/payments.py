"""SELECTs and locks of payments. Locks are taken in this order: payment, its splits, their transfers."""

from uuid import UUID

from sqlmodel import Session, select

from agrimarket.kernel.db import locked
from agrimarket.payments.models.payments import Payment
from agrimarket.payments.states import PaymentState


def one(session: Session, payment_id: UUID, *, lock: bool = False) -> Payment | None:
    """A payment; with `lock`, under its lock."""
    statement = select(Payment).where(Payment.id == payment_id)
    return session.exec(locked(statement) if lock else statement).one_or_none()


def at_provider(session: Session, provider_id: str) -> UUID | None:
    """Id of the payment that the provider knows by that id."""
    return session.exec(select(Payment.id).where(Payment.provider_id == provider_id)).one_or_none()


def live(session: Session, source_type: str, source_id: UUID) -> Payment | None:
    """The source's payment that is not cancelled, under its lock. A source has at most one."""
    statement = select(Payment).where(
        Payment.source_type == source_type, Payment.source_id == source_id, Payment.state != PaymentState.CANCELLED
    )
    return session.exec(locked(statement)).one_or_none()
