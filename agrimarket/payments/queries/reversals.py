"""SELECTs and locks of reversals."""

from uuid import UUID

from sqlmodel import Session, col, select

from agrimarket.kernel.db import locked
from agrimarket.payments.models.reversals import TransferReversal


def one(session: Session, reversal_id: UUID) -> TransferReversal:
    """A reversal, under its lock."""
    return session.exec(locked(select(TransferReversal).where(TransferReversal.id == reversal_id))).one()


def transfer_of(session: Session, reversal_id: UUID) -> UUID:
    """The transfer that a reversal takes back."""
    return session.exec(select(TransferReversal.transfer_id).where(TransferReversal.id == reversal_id)).one()


def of_refund(session: Session, refund_id: UUID) -> list[TransferReversal]:
    """A refund's reversals in id order, under their locks."""
    statement = select(TransferReversal).where(TransferReversal.refund_id == refund_id)
    return list(session.exec(locked(statement.order_by(col(TransferReversal.id)))))


def of_transfer(session: Session, transfer_id: UUID) -> list[TransferReversal]:
    """A transfer's reversals in id order, under their locks."""
    statement = select(TransferReversal).where(TransferReversal.transfer_id == transfer_id)
    return list(session.exec(locked(statement.order_by(col(TransferReversal.id)))))
