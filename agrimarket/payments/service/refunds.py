"""Refunds after settlement: written into the ledger, sent to the buyer, then taken back from the seller."""

from typing import Any
from uuid import UUID

from sqlmodel import Session

from agrimarket.integrations.payment_gateway import ProviderRefused, RefundView
from agrimarket.kernel import outbox, states
from agrimarket.kernel.errors import found
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.money import Money
from agrimarket.payments import rules
from agrimarket.payments.errors import PaymentNotSettled, RefundKeyReused, RefundTooLarge
from agrimarket.payments.events import RefundFailed, RefundSucceeded
from agrimarket.payments.models.payments import Payment
from agrimarket.payments.models.refunds import Refund
from agrimarket.payments.models.splits import PaymentSplit
from agrimarket.payments.queries import payments, splits
from agrimarket.payments.queries import refunds as queries
from agrimarket.payments.service import calls, ledger, reversals
from agrimarket.payments.service.ledger import Line
from agrimarket.payments.states import REFUND_TRANSITIONS, LedgerKind, Operation, PaymentState, RefundState


def request(
    session: Session,
    *,
    source_type: str,
    source_id: UUID,
    reference_id: UUID,
    amount: Money,
    reason: str,
    key: str,
) -> UUID:
    """Give a buyer `amount` of one split back; returns the refund's id, which is the same for the same `key`.

    The seller pays it, and gets the commission on it back. An excess that they were sent is clawed back, and what
    cannot be is their debt. `PaymentNotSettled`, `RefundTooLarge`, `RefundKeyReused`.
    """
    payment = found(payments.live(session, source_type, source_id))
    there = queries.with_key(session, key)
    if there is not None:
        if (there.payment_id, there.amount, there.currency) != (payment.id, amount.amount, amount.currency):
            raise RefundKeyReused
        return there.id
    if payment.state != PaymentState.SETTLED:
        raise PaymentNotSettled
    parts = splits.of_payment(session, payment.id, lock=True)
    part = found(next((part for part in parts if part.reference_id == reference_id), None))
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
    _book_and_send(session, payment, refund, lines)
    reversals.plan(session, refund, part, over)
    return refund.id


def lower(
    session: Session,
    *,
    source_type: str,
    source_id: UUID,
    reference_id: UUID,
    amount: Money,
    reason: str,
    key: str,
) -> UUID | None:
    """Have a buyer pay `amount` less for one split of a payment that is not settled; the seller never had it.

    What is only held, or was let go, is not taken: nothing is to be done, and None is returned. What was captured goes
    back at once, not when the payment is settled: returns the refund's id, the same for the same `key`.
    `PaymentNotSettled` if it is being settled; `RefundTooLarge` for more than is left.
    """
    payment = payments.live(session, source_type, source_id)
    if payment is None or payment.state == PaymentState.AUTHORISED:
        return None
    if (there := queries.with_key(session, key)) is not None:
        return there.id
    if payment.state != PaymentState.CAPTURED:
        raise PaymentNotSettled
    parts = splits.of_payment(session, payment.id, lock=True)
    part = found(next((part for part in parts if part.reference_id == reference_id), None))
    left = part.amount - part.given_back
    if amount.currency != part.currency or not 0 < amount.amount <= left:
        raise RefundTooLarge(left=Money(left, part.currency))
    part.given_back += amount.amount
    return _return(session, payment, part, amount.amount, reason, key)


def return_difference(session: Session, payment: Payment, part: PaymentSplit) -> None:
    """Refund what was captured of a split above its final amount, as far as it was not; the seller never had it."""
    _return(session, payment, part, part.refunded - part.given_back, "settlement", f"settlement:{part.id}")


def _return(session: Session, payment: Payment, part: PaymentSplit, amount: int, reason: str, key: str) -> UUID:
    refund = Refund(
        id=new_id(),
        payment_id=payment.id,
        split_id=part.id,
        key=key,
        amount=amount,
        currency=part.currency,
        reason=reason,
        settlement=True,
    )
    session.add(refund)
    lines = [Line(LedgerKind.BUYER_FUNDS, refund.amount), Line(LedgerKind.REFUNDS_PAYABLE, -refund.amount)]
    _book_and_send(session, payment, refund, lines)
    return refund.id


def _book_and_send(session: Session, payment: Payment, refund: Refund, lines: list[Line]) -> None:
    ledger.post(session, "refund_request", ("refund", refund.id), lines, refund.currency)
    request = {"payment": payment.provider_id, "amount": refund.amount}
    calls.prepare(session, Operation.REFUND, refund.id, request)


def apply(session: Session, refund_id: UUID, view: RefundView) -> None:
    """Bring a refund to its state at the provider: only forward, and each step once."""
    refund = queries.one(session, refund_id)
    refund.provider_id = refund.provider_id or view.id
    source = ("refund", refund.id)
    if view.booked:
        lines = [Line(LedgerKind.REFUNDS_PAYABLE, refund.amount), Line(LedgerKind.PROVIDER_BALANCE, -refund.amount)]
        ledger.post(session, "refund", source, lines, refund.currency)
    target = {"succeeded": RefundState.SUCCEEDED, "failed": RefundState.FAILED, "canceled": RefundState.FAILED}.get(
        view.status, RefundState.PENDING
    )
    if target not in REFUND_TRANSITIONS.get(refund.state, frozenset()):
        return
    if target == RefundState.FAILED and view.booked:
        back = [Line(LedgerKind.PROVIDER_BALANCE, refund.amount), Line(LedgerKind.REFUNDS_PAYABLE, -refund.amount)]
        ledger.post(session, "refund_failed", source, back, refund.currency)
    states.move(refund, target, REFUND_TRANSITIONS)
    refund.failure_code = view.failure_code
    _tell(session, refund)


def sent(session: Session, refund_id: UUID, view: RefundView) -> None:
    """Record that the provider has accepted the refund: now the amount is taken back from the seller."""
    apply(session, refund_id, view)
    reversals.start(session, refund_id)


def refused(session: Session, refund_id: UUID, error: ProviderRefused) -> None:
    """Record that the provider refused the refund. The buyer is still owed the money: it stays in `refunds_payable`."""
    refund = queries.one(session, refund_id)
    states.move(refund, RefundState.FAILED, REFUND_TRANSITIONS)
    refund.failure_code = error.code
    _tell(session, refund)
    reversals.start(session, refund_id)


def unresolved(session: Session, refund_id: UUID) -> None:
    """Record that it is not known yet whether the provider has accepted the refund."""
    refund = queries.one(session, refund_id)
    if refund.state == RefundState.REQUESTED:
        states.move(refund, RefundState.UNRESOLVED, REFUND_TRANSITIONS)


def _tell(session: Session, refund: Refund) -> None:
    if refund.state not in (RefundState.SUCCEEDED, RefundState.FAILED):
        return
    part = splits.one(session, refund.split_id)
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
