"""Payments: written down, held or captured, settled for what was packed, or cancelled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session

from agrimarket.integrations.payment_gateway import PaymentView
from agrimarket.kernel import outbox, states
from agrimarket.kernel.errors import NotFound
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.money import Money
from agrimarket.payments import ledger, queries, rules
from agrimarket.payments.errors import (
    FinalAmountsUnsound,
    PaymentClosed,
    PaymentExists,
    PaymentNotHeld,
    SplitsUnsound,
)
from agrimarket.payments.events import PaymentCancelled, PaymentFailed, PaymentSucceeded
from agrimarket.payments.ledger import Line
from agrimarket.payments.models import Payment, PaymentSplit
from agrimarket.payments.service import calls
from agrimarket.payments.service.settlement import complete_settlement
from agrimarket.payments.states import PAYMENT, LedgerKind, Operation, PaymentMethod, PaymentState

_UNPAID = frozenset({PaymentState.CREATED, PaymentState.PENDING, PaymentState.FAILED})
_HELD = frozenset({PaymentState.AUTHORISED, PaymentState.CAPTURED})


@dataclass(frozen=True, slots=True)
class SplitIn:
    """A seller's part of a payment; `reference_id` is what it pays for, such as a seller order."""

    seller_id: UUID
    reference_id: UUID
    amount: Money
    commission_bps: int


def create_payment(
    session: Session,
    *,
    source_type: str,
    source_id: UUID,
    payer_id: UUID,
    splits: Sequence[SplitIn],
    method: PaymentMethod,
    transfer_group: str,
) -> Payment:
    """Write down a payment of the splits' sum; the one that the source has, where it is the same.

    Nothing reaches the provider before `flows.start_payment`. `SplitsUnsound`, or `PaymentExists` for other amounts.
    """
    if not splits or len({part.amount.currency for part in splits}) > 1:
        raise SplitsUnsound
    total, references = sum(part.amount.amount for part in splits), {part.reference_id for part in splits}
    if total <= 0 or min(part.amount.amount for part in splits) < 0 or len(references) < len(splits):
        raise SplitsUnsound
    found = queries.live_payment(session, source_type, source_id)
    if found is not None:
        there = {part.reference_id: part.amount for part in queries.splits(session, found.id)}
        if there != {part.reference_id: part.amount.amount for part in splits} or found.method != method:
            raise PaymentExists
        return found
    payment = Payment(
        id=new_id(),
        source_type=source_type,
        source_id=source_id,
        payer_id=payer_id,
        method=method,
        amount=total,
        currency=splits[0].amount.currency,
        transfer_group=transfer_group,
    )
    session.add(payment)
    session.flush()  # the splits refer to the payment
    session.add_all(
        PaymentSplit(
            payment_id=payment.id,
            position=position,
            reference_id=part.reference_id,
            seller_id=part.seller_id,
            currency=part.amount.currency,
            amount=part.amount.amount,
            commission_bps=part.commission_bps,
        )
        for position, part in enumerate(splits)
    )
    return payment


def funds_held(session: Session, source_type: str, source_id: UUID) -> bool:
    """Whether the buyer's funds are held or captured and not settled: asked under the payment's lock."""
    payment = queries.live_payment(session, source_type, source_id)
    return payment is not None and payment.state in _HELD


def settle(session: Session, source_type: str, source_id: UUID, finals: Mapping[UUID, Money]) -> None:
    """Take exactly `finals` (by reference) of what is held; the rest goes back to the buyer. All zero cancels.

    Every split is named, and no amount is above what was authorised (`FinalAmountsUnsound`). The same finals again
    change nothing; others are refused with `PaymentClosed`. `PaymentNotHeld` before the buyer has paid.
    """
    payment = queries.live_payment(session, source_type, source_id)
    if payment is None:
        raise NotFound
    parts = queries.splits(session, payment.id, lock=True)
    amounts = {reference: final.amount for reference, final in finals.items()}
    if payment.state not in _HELD:
        if {part.reference_id: part.final for part in parts} == amounts:
            return
        raise PaymentNotHeld if payment.state in _UNPAID else PaymentClosed
    authorised = {part.reference_id: part.amount for part in parts}
    currencies = {final.currency for final in finals.values()}
    if currencies - {payment.currency} or not rules.finals_are_sound(authorised, amounts):
        raise FinalAmountsUnsound
    _settle(session, payment, parts, amounts)


def cancel(session: Session, source_type: str, source_id: UUID) -> None:
    """Give the payment up, whatever it has reached before settlement: what is held is released, what is captured goes
    back. Without a payment, or with one given up before, nothing changes; `PaymentClosed` once it is being settled.
    """
    payment = queries.live_payment(session, source_type, source_id)
    if payment is None:
        return
    parts = queries.splits(session, payment.id, lock=True)
    if payment.state in _HELD | _UNPAID:
        _settle(session, payment, parts, {part.reference_id: 0 for part in parts})
    elif any(part.final for part in parts):
        raise PaymentClosed


def _settle(session: Session, payment: Payment, parts: Sequence[PaymentSplit], finals: Mapping[UUID, int]) -> None:
    for part in parts:
        part.final = finals[part.reference_id]
    states.move(payment, PaymentState.SETTLING, PAYMENT)
    if payment.captured:
        complete_settlement(session, payment, parts, payment.captured)
    elif payment.provider_id is not None:
        _finish_at_provider(session, payment, sum(finals.values()))
    elif not calls.is_open(session, Operation.CREATE_PAYMENT, payment.id):
        _cancelled(session, payment)


def _finish_at_provider(session: Session, payment: Payment, total: int) -> None:
    request = {"payment": payment.provider_id, "amount": total}
    calls.prepare(session, Operation.CAPTURE if total else Operation.CANCEL_PAYMENT, payment.id, request)


def _cancelled(session: Session, payment: Payment, *, lapsed: bool = False) -> None:
    states.move(payment, PaymentState.CANCELLED, PAYMENT)
    outbox.record(session, PaymentCancelled(lapsed=lapsed, **_names(payment)))


def _names(payment: Payment) -> dict[str, Any]:
    return {"payment_id": payment.id, "source_type": payment.source_type, "source_id": payment.source_id}


def created_at_provider(session: Session, payment_id: UUID, view: PaymentView) -> None:
    """The provider knows the payment now. One that was given up meanwhile is cancelled there."""
    payment = queries.payment(session, payment_id, lock=True)
    assert payment is not None  # noqa: S101 - calls are about payments that exist
    payment.provider_id, payment.client_secret = view.id, view.client_secret
    if payment.state == PaymentState.SETTLING:
        _finish_at_provider(session, payment, 0)


def refused_at_provider(session: Session, payment_id: UUID, code: str, decline_code: str | None) -> None:
    """An attempt to pay was refused; the payer may try another method."""
    payment = queries.payment(session, payment_id, lock=True)
    assert payment is not None  # noqa: S101
    if payment.state == PaymentState.SETTLING and payment.provider_id is None:
        _cancelled(session, payment)
    elif payment.state in _UNPAID:
        _failed(session, payment, code, decline_code)


def _failed(session: Session, payment: Payment, code: str | None, decline_code: str | None) -> None:
    if payment.state != PaymentState.FAILED:
        states.move(payment, PaymentState.FAILED, PAYMENT)
    payment.failure_code, payment.decline_code = code, decline_code
    outbox.record(session, PaymentFailed(code=code, **_names(payment)))


def apply_payment(session: Session, payment_id: UUID, view: PaymentView, *, seen_attempts: int) -> None:
    """Bring a payment to where it stands at the provider: only forward, and each step once.

    `seen_attempts` is how many attempts there were when the view was asked for: a failure of an older one is not news.
    """
    payment = queries.payment(session, payment_id, lock=True)
    assert payment is not None  # noqa: S101
    payment.provider_id = payment.provider_id or view.id
    match view.status:
        case "canceled":
            if payment.state in _UNPAID | {PaymentState.AUTHORISED, PaymentState.SETTLING}:
                _cancelled(session, payment, lapsed=_was_to_be_paid(session, payment))
        case "succeeded" | "requires_capture":
            payment.charge_id, payment.redirect_url = view.charge_id, None
            _paid(session, payment, view)
        case "requires_payment_method":
            if view.failure_code and payment.state in _UNPAID and payment.attempts == seen_attempts:
                _fail_once(session, payment, view)
        case "requires_action" | "processing":
            if payment.state in (PaymentState.CREATED, PaymentState.FAILED):
                states.move(payment, PaymentState.PENDING, PAYMENT)
            payment.redirect_url = view.redirect_url
        case _:
            pass  # it waits to be confirmed


def _was_to_be_paid(session: Session, payment: Payment) -> bool:
    if payment.state == PaymentState.SETTLING:
        return any(part.final for part in queries.splits(session, payment.id))
    return payment.state == PaymentState.AUTHORISED


def _fail_once(session: Session, payment: Payment, view: PaymentView) -> None:
    if payment.state != PaymentState.FAILED:
        _failed(session, payment, view.failure_code, view.decline_code)


def _paid(session: Session, payment: Payment, view: PaymentView) -> None:
    captured = view.status == "succeeded"
    if payment.state in _UNPAID:
        states.move(payment, PaymentState.CAPTURED if captured else PaymentState.AUTHORISED, PAYMENT)
        payment.failure_code = payment.decline_code = None
        outbox.record(session, PaymentSucceeded(**_names(payment)))
        if captured:
            _captured_at_once(session, payment, view.received)
    elif payment.state == PaymentState.SETTLING and captured:
        parts = queries.splits(session, payment.id, lock=True)
        complete_settlement(session, payment, parts, view.received)
    if view.fee:
        lines = [Line(LedgerKind.PROVIDER_FEES, view.fee), Line(LedgerKind.PROVIDER_BALANCE, -view.fee)]
        ledger.post(session, "fee", ("payment", payment.id), lines, payment.currency)


def _captured_at_once(session: Session, payment: Payment, received: int) -> None:
    payment.captured = received
    lines = [Line(LedgerKind.PROVIDER_BALANCE, received), Line(LedgerKind.BUYER_FUNDS, -received)]
    ledger.post(session, "capture", ("payment", payment.id), lines, payment.currency)
