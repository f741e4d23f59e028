"""Disputes: a payer's bank contests a payment; the money that this takes and gives back is booked."""

from uuid import UUID

from sqlmodel import Session

from agrimarket.integrations.payment_gateway import DisputeView
from agrimarket.kernel import outbox
from agrimarket.payments.events import PaymentDisputed
from agrimarket.payments.queries import payments
from agrimarket.payments.service import ledger
from agrimarket.payments.service.ledger import Line
from agrimarket.payments.states import LedgerKind


def apply(session: Session, view: DisputeView) -> None:
    """Book the money that a dispute took and gave back, each movement once; a lost dispute becomes a loss, once."""
    payment_id = payments.at_provider(session, view.payment_id) if view.payment_id else None
    if payment_id is not None and _book(session, payment_id, view):
        outbox.record(
            session,
            PaymentDisputed(
                payment_id=payment_id,
                dispute_id=view.id,
                status=view.status,
                amount=view.amount,
                currency=view.currency,
            ),
        )


def _book(session: Session, payment_id: UUID, view: DisputeView) -> bool:
    """Book the movements that are not booked yet; returns whether there were any."""
    source, news = ("payment", payment_id), False
    for movement in view.movements:
        lines = [
            Line(LedgerKind.DISPUTED, -movement.amount),
            Line(LedgerKind.PROVIDER_FEES, movement.fee),
            Line(LedgerKind.PROVIDER_BALANCE, movement.amount - movement.fee),
        ]
        news |= ledger.post(session, "dispute", source, lines, view.currency, key=f"dispute:{movement.id}")
    if view.status == "lost":
        lines = [Line(LedgerKind.DISPUTE_LOSSES, view.amount), Line(LedgerKind.DISPUTED, -view.amount)]
        news |= ledger.post(session, "dispute_lost", source, lines, view.currency, key=f"dispute_lost:{view.id}")
    return news
