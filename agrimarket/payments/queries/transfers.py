"""SELECTs and locks of transfers and of the holds on them."""

from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from agrimarket.kernel import clock
from agrimarket.kernel.db import locked
from agrimarket.payments.models.payments import Payment
from agrimarket.payments.models.payout_accounts import PayoutAccount
from agrimarket.payments.models.splits import PaymentSplit
from agrimarket.payments.models.transfers import Hold, Transfer
from agrimarket.payments.states import PaymentState, TransferState


def one(session: Session, transfer_id: UUID) -> Transfer:
    """A transfer, under its lock."""
    return session.exec(locked(select(Transfer).where(Transfer.id == transfer_id))).one()


def of_split(session: Session, split_id: UUID) -> list[Transfer]:
    """A split's transfers, oldest first, under their locks."""
    statement = select(Transfer).where(Transfer.split_id == split_id).order_by(col(Transfer.sequence))
    return list(session.exec(locked(statement)))


def split_of(session: Session, transfer_id: UUID) -> UUID:
    """The split whose money a transfer sends."""
    return session.exec(select(Transfer.split_id).where(Transfer.id == transfer_id)).one()


def due(session: Session, max_attempts: int, limit: int) -> list[tuple[UUID, UUID]]:
    """Due transfers of settled payments to accounts that can take them, oldest due first.

    Pairs of transfer and split. A refused transfer is due again until it was refused `max_attempts` times.
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


def held(session: Session, split_id: UUID) -> int:
    """Amount of a split that open claims hold back, in minor units."""
    statement = select(func.coalesce(func.sum(Hold.amount), 0)).where(
        Hold.split_id == split_id, col(Hold.released_at).is_(None)
    )
    return int(session.exec(statement).one())


def oldest_hold(session: Session, split_id: UUID, amount: int) -> Hold | None:
    """The split's oldest open hold of exactly `amount`, under its lock."""
    statement = (
        select(Hold)
        .where(Hold.split_id == split_id, Hold.amount == amount, col(Hold.released_at).is_(None))
        .order_by(col(Hold.id))
        .limit(1)
    )
    return session.exec(locked(statement)).one_or_none()
