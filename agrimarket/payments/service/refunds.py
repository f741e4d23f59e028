"""Refunds after settlement: written into the ledger, sent to the buyer, then taken back from the seller."""

from typing import Any
from uuid import UUID

from sqlmodel import Session

from agrimarket.integrations.payment_gateway import RefundView
from agrimarket.kernel import outbox, states
from agrimarket.kernel.errors import NotFound
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.money import Money
from agrimarket.payments import ledger, queries, rules
from agrimarket.payments.errors import PaymentNotSettled, RefundKeyReused, RefundTooLarge
from agrimarket.payments.events import RefundFailed, RefundSucceeded
from agrimarket.payments.ledger import Line
from agrimarket.payments.models import Payment, PaymentSplit, Refund
from agrimarket.payments.service import calls, reversals
from agrimarket.payments.states import REFUND, LedgerKind, Operation, PaymentState, RefundState


def request_refund(
    session: Session,
    *,
    source_type: str,
    source_id: UUID,
    reference_id: UUID,
    amount: Money,
    reason: str,
    key: str,
) -> UUID:
    """Give a buyer `amount` of one split back; the refund's id, and the same one for the same `key`.

    The seller pays it, and gets the commission on it back. What they were sent too much is clawed back, and what cannot
    be is their debt. `PaymentNotSettled`, `RefundTooLarge`, `RefundKeyReused`.
    """
    payment = queries.live_payment(session, source_type, source_id)
    if payment is None:
        raise NotFound
    found = queries.refund_with_key(session, key)
    if found is not None:
        if (found.payment_id, found.amount, found.currency) != (payment.id, amount.amount, amount.currency):
            raise RefundKeyReused
        return found.id
    if payment.state != PaymentState.SETTLED:
        raise PaymentNotSettled
    part = next((p for p in queries.splits(session, payment.id, lock=True) if p.reference_id == reference_id), None)
    if part is None:
        raise NotFound
    left = part.captured - part.refunded
    if amount.currency != part.currency or not 0 < amount.amount <= left:
        raise RefundTooLarge(left=Money(left, part.currency))
    return _request(session, payment, part, amount.amount, reason, key)


def _request(session: Session, payment: Payment, part: PaymentSplit, amount: int, reason: str, key: str) -> UUID:
    refund = Refund(
        id=new_id(),
        payment_id=payment.id,
        split_id=part.id,
        key=key,
        amount=amount,
        currency=part.currency,
        reason=reason,
    )
    session.add(refund)
    commission = rules.commission(part.captured - part.refunded - amount, part.commission_bps)
    given_back = part.commission - commission
    lines = [
        Line(LedgerKind.SELLER_PAYABLE, amount - given_back, part.seller_id),
        Line(LedgerKind.COMMISSION_REVENUE, given_back),
        Line(LedgerKind.REFUNDS_PAYABLE, -amount),
    ]
    over = rules.overdrawn(
        rules.SplitFigures(part.captured, part.refunded + amount, commission, part.transferred, part.clawed_back)
    )
    # In one statement, since the row's constraint holds for the figures together.
    part.refunded, part.commission, part.clawed_back = part.refunded + amount, commission, part.clawed_back + over
    ledger.post(session, "refund_request", ("refund", refund.id), lines, refund.currency)
    reversals.plan(session, refund, part, over)
    calls.prepare(session, Operation.REFUND, refund.id, {"payment": payment.provider_id, "amount": amount})
    return refund.id


def apply_refund(session: Session, refund_id: UUID, view: RefundView) -> None:
    """Bring a refund to where it stands at the provider: only forward, and each step once."""
    refund = queries.refund(session, refund_id, lock=True)
    refund.provider_id = refund.provider_id or view.id
    source = ("refund", refund.id)
    if view.booked:
        lines = [Line(LedgerKind.REFUNDS_PAYABLE, refund.amount), Line(LedgerKind.PROVIDER_BALANCE, -refund.amount)]
        ledger.post(session, "refund", source, lines, refund.currency)
    target = {"succeeded": RefundState.SUCCEEDED, "failed": RefundState.FAILED, "canceled": RefundState.FAILED}.get(
        view.status, RefundState.PENDING
    )
    if target not in REFUND[refund.state]:
        return
    if target == RefundState.FAILED and view.booked:
        back = [Line(LedgerKind.PROVIDER_BALANCE, refund.amount), Line(LedgerKind.REFUNDS_PAYABLE, -refund.amount)]
        ledger.post(session, "refund_failed", source, back, refund.currency)
    states.move(refund, target, REFUND)
    refund.failure_code = view.failure_code
    _tell(session, refund)


def refund_sent(session: Session, refund_id: UUID, view: RefundView) -> None:
    """The provider has taken the refund: now it is taken back from the seller."""
    apply_refund(session, refund_id, view)
    reversals.start(session, refund_id)


def refund_refused(session: Session, refund_id: UUID, code: str) -> None:
    """The provider does not take it. The buyer is still owed the money: it stays in `refunds_payable`."""
    refund = queries.refund(session, refund_id, lock=True)
    states.move(refund, RefundState.FAILED, REFUND)
    refund.failure_code = code
    _tell(session, refund)
    reversals.start(session, refund_id)


def refund_unresolved(session: Session, refund_id: UUID) -> None:
    """Nobody knows yet whether the provider has taken it."""
    refund = queries.refund(session, refund_id, lock=True)
    if refund.state == RefundState.REQUESTED:
        states.move(refund, RefundState.UNRESOLVED, REFUND)


def _tell(session: Session, refund: Refund) -> None:
    if refund.state not in (RefundState.SUCCEEDED, RefundState.FAILED):
        return
    part = queries.split(session, refund.split_id)
    facts: dict[str, Any] = {
        "refund_id": refund.id,
        "reference_id": part.reference_id,
        "amount": refund.amount,
        "currency": refund.currency,
    }
    if refund.state == RefundState.SUCCEEDED:
        outbox.record(session, RefundSucceeded(**facts))
    else:
        outbox.record(session, RefundFailed(code=refund.failure_code, **facts))
