"""SELECTs and locks of splits."""

from uuid import UUID

from sqlalchemy import case, func
from sqlmodel import Session, col, select

from agrimarket.kernel.db import locked
from agrimarket.payments.models.payments import Payment
from agrimarket.payments.models.splits import PaymentSplit
from agrimarket.payments.states import PaymentState


def of_payment(session: Session, payment_id: UUID, *, lock: bool = False) -> list[PaymentSplit]:
    """A payment's splits in their order; with `lock`, under their locks."""
    statement = select(PaymentSplit).where(PaymentSplit.payment_id == payment_id).order_by(col(PaymentSplit.position))
    return list(session.exec(locked(statement) if lock else statement))


def one(session: Session, split_id: UUID) -> PaymentSplit:
    """A split, under its lock."""
    return session.exec(locked(select(PaymentSplit).where(PaymentSplit.id == split_id))).one()


def sums(session: Session, reference_id: UUID) -> tuple[int, int]:
    """Sums (captured, refunded) of the splits that pay for `reference_id`, before they are settled too."""
    taken = case((col(Payment.state) == PaymentState.CAPTURED, PaymentSplit.amount), else_=col(PaymentSplit.captured))
    back = func.greatest(PaymentSplit.refunded, PaymentSplit.given_back)
    statement = select(func.sum(taken), func.sum(back)).join(Payment, col(Payment.id) == PaymentSplit.payment_id)
    found = session.exec(statement.where(PaymentSplit.reference_id == reference_id)).one()
    return int(found[0] or 0), int(found[1] or 0)


def live(session: Session, reference_id: UUID) -> PaymentSplit | None:
    """The split that pays for `reference_id` in a payment that is not cancelled, under its lock."""
    # Which payment is cancelled is read under the splits' locks, since whoever cancels one holds them.
    mine = select(PaymentSplit).where(PaymentSplit.reference_id == reference_id).order_by(col(PaymentSplit.id))
    session.exec(locked(mine)).all()
    statement = (
        select(PaymentSplit)
        .join(Payment, col(Payment.id) == PaymentSplit.payment_id)
        .where(PaymentSplit.reference_id == reference_id, Payment.state != PaymentState.CANCELLED)
    )
    return session.exec(statement).one_or_none()
