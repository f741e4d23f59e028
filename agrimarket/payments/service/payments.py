"""Payments: written down, held or captured, settled for what was packed, or cancelled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session

from agrimarket.integrations.payment_gateway import MadePayment, PaymentView, ProviderRefused, Tender
from agrimarket.kernel import clock, outbox, states
from agrimarket.kernel.errors import NotFound, found
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Principal, Role
from agrimarket.payments import rules
from agrimarket.payments.errors import FinalAmountsUnsound, PaymentClosed, PaymentExists, PaymentNotHeld, SplitsUnsound
from agrimarket.payments.events import (
    PaymentCancelled,
    PaymentFailed,
    PaymentMethodChanged,
    PaymentSettled,
    PaymentStale,
    PaymentSucceeded,
)
from agrimarket.payments.models.payments import Payment
from agrimarket.payments.models.splits import PaymentSplit
from agrimarket.payments.queries import payments as queries
from agrimarket.payments.queries import splits as split_queries
from agrimarket.payments.service import attempts, calls, ledger, splits
from agrimarket.payments.service.calls import Call
from agrimarket.payments.service.ledger import Line
from agrimarket.payments.states import (
    HELD,
    PAYMENT_TRANSITIONS,
    UNPAID,
    LedgerKind,
    Operation,
    PaymentMethod,
    PaymentState,
)

UNEXPECTED_STATE: Final = "payment_intent_unexpected_state"
"""The provider's code for: the payment is further on than the call supposes."""
_OPEN_THERE = frozenset({"requires_payment_method", "requires_confirmation", "requires_action"})
"""Statuses in which the provider still waits for the payer."""


@dataclass(frozen=True, slots=True)
class SplitIn:
    """A seller's part of a payment; `reference_id` is what it pays for, such as a seller order."""

    seller_id: UUID
    reference_id: UUID
    amount: Money
    commission_bps: int


@dataclass(frozen=True, slots=True)
class NewPayment:
    """A payment that was written down; `call` makes it known to the provider and is the caller's to make."""

    id: UUID
    call: Call | None = None


def create(
    session: Session,
    *,
    source_type: str,
    source_id: UUID,
    payer_id: UUID,
    parts: Sequence[SplitIn],
    method: PaymentMethod,
    transfer_group: str,
    tender: Tender | None = None,
    capture_at_once: bool = False,
) -> NewPayment:
    """Write down a payment of the sum of its parts; the one that the source has, where it is the same. One statement.

    Nothing reaches the provider before `flows.payments.start`. With `tender` that start is written along: the caller
    makes its `call` after the commit, or the sweep does. With `capture_at_once` the money is taken as soon as it is
    paid, by card too: a bank lets what it only holds go after a week. `SplitsUnsound`, or `PaymentExists` for other
    amounts.
    """
    amounts = {part.reference_id: part.amount.amount for part in parts}
    if len(amounts) < len(parts) or len({part.amount.currency for part in parts}) != 1:
        raise SplitsUnsound
    if sum(amounts.values()) <= 0 or min(amounts.values()) < 0:
        raise SplitsUnsound
    row: dict[str, Any] = {
        "id": new_id(),
        "source_type": source_type,
        "source_id": source_id,
        "payer_id": payer_id,
        "method": method.value,
        "amount": sum(amounts.values()),
        "currency": parts[0].amount.currency,
        "transfer_group": transfer_group,
        "capture_at_once": capture_at_once,
        "splits": [_split(position, part) for position, part in enumerate(parts)],
    }
    request = attempts.creation(row, tender)
    call = None if tender is None else calls.first(Operation.CREATE_PAYMENT, row["id"], request)
    row |= {"attempts": request.get("attempt", 0), "request": request, "operation": Operation.CREATE_PAYMENT.value}
    row["call"] = call and call.id
    if queries.insert(session, row):
        return NewPayment(row["id"], call)
    return NewPayment(_same(session, source_type, source_id, amounts, method))


def _split(position: int, part: SplitIn) -> dict[str, Any]:
    return {
        "id": str(new_id()),
        "position": position,
        "reference_id": str(part.reference_id),
        "seller_id": str(part.seller_id),
        "amount": part.amount.amount,
        "commission_bps": part.commission_bps,
    }


def _same(
    session: Session, source_type: str, source_id: UUID, amounts: Mapping[UUID, int], method: PaymentMethod
) -> UUID:
    there = found(queries.live(session, source_type, source_id))
    parts = split_queries.of_payment(session, there.id)
    if {part.reference_id: part.amount for part in parts} != amounts or there.method != method:
        raise PaymentExists
    return there.id


def visible_to(session: Session, who: Principal, payment_id: UUID) -> tuple[Payment, list[PaymentSplit]]:
    """A payment and its splits, for its payer and for operators; `NotFound` for anybody else."""
    payment = found(queries.one(session, payment_id))
    if payment.payer_id != who.person_id and not who.has(Role.OPERATOR):
        raise NotFound
    return payment, split_queries.of_payment(session, payment_id)


def open_calls(session: Session, payment_id: UUID) -> list[UUID]:
    """The payment's calls that have not ended."""
    kinds = (Operation.CREATE_PAYMENT, Operation.CONFIRM_PAYMENT, Operation.CAPTURE, Operation.CANCEL_PAYMENT)
    return [call_id for kind in kinds if (call_id := calls.open_call(session, kind, payment_id)) is not None]


def funds_held(session: Session, source_type: str, source_id: UUID) -> bool:
    """Whether the buyer's funds are held or captured and not settled; read under the payment's lock."""
    payment = queries.live(session, source_type, source_id)
    return payment is not None and payment.state in HELD


def given_up(session: Session, payment_id: UUID) -> bool:
    """Whether a payment that is being settled is to be cancelled, and nothing of it captured."""
    return not any(part.final for part in split_queries.of_payment(session, payment_id))


def settle(session: Session, source_type: str, source_id: UUID, finals: Mapping[UUID, Money]) -> None:
    """Take exactly `finals` (by reference) of what is held; the rest goes back to the buyer. All zero cancels.

    `finals` names every split, and no amount is above what was authorised (`FinalAmountsUnsound`). The same finals
    again change nothing; others are refused with `PaymentClosed`. `PaymentNotHeld` before the buyer has paid.
    """
    payment = found(queries.live(session, source_type, source_id))
    parts = split_queries.of_payment(session, payment.id, lock=True)
    amounts = {reference: final.amount for reference, final in finals.items()}
    if payment.state not in HELD:
        if {part.reference_id: part.final for part in parts} == amounts:
            return
        raise PaymentNotHeld if payment.state in UNPAID else PaymentClosed
    authorised = {part.reference_id: part.amount for part in parts}
    currencies = {final.currency for final in finals.values()}
    if currencies - {payment.currency} or not rules.finals_are_sound(authorised, amounts):
        raise FinalAmountsUnsound
    _settle(session, payment, parts, amounts)


def cancel(session: Session, source_type: str, source_id: UUID) -> None:
    """Cancel the payment before it is settled: held funds are released, captured ones go back.

    Nothing changes if there is no payment, or it was cancelled before; `PaymentClosed` once it is being settled.
    """
    payment = queries.live(session, source_type, source_id)
    if payment is None:
        return
    parts = split_queries.of_payment(session, payment.id, lock=True)
    if payment.state in HELD | UNPAID:
        _settle(session, payment, parts, {part.reference_id: 0 for part in parts})
    elif any(part.final for part in parts):
        raise PaymentClosed


def _settle(session: Session, payment: Payment, parts: Sequence[PaymentSplit], finals: Mapping[UUID, int]) -> None:
    for part in parts:
        part.final = finals[part.reference_id]
    states.move(payment, PaymentState.SETTLING, PAYMENT_TRANSITIONS)
    if payment.captured:
        _complete(session, payment, parts)
    elif payment.provider_id is not None:
        _finish_at_provider(session, payment, sum(finals.values()))
    elif not calls.is_open(session, Operation.CREATE_PAYMENT, payment.id):
        _cancelled(session, payment)


def _complete(session: Session, payment: Payment, parts: Sequence[PaymentSplit]) -> None:
    splits.share_out(session, payment, parts)
    states.move(payment, PaymentState.SETTLED, PAYMENT_TRANSITIONS)
    payment.settled_at = clock.read(session)
    amounts = {part.reference_id: part.final for part in parts if part.final}
    if amounts:
        outbox.record(session, PaymentSettled(amounts=amounts, currency=payment.currency, **_names(payment)))
    else:
        outbox.record(session, PaymentCancelled(**_names(payment)))


def _finish_at_provider(session: Session, payment: Payment, total: int) -> None:
    request = {"payment": payment.provider_id, "amount": total}
    calls.prepare(session, Operation.CAPTURE if total else Operation.CANCEL_PAYMENT, payment.id, request)


def _cancelled(session: Session, payment: Payment, *, lapsed: bool = False) -> None:
    states.move(payment, PaymentState.CANCELLED, PAYMENT_TRANSITIONS)
    payment.redirect_url = None
    outbox.record(session, PaymentCancelled(lapsed=lapsed, **_names(payment)))


def _names(payment: Payment) -> dict[str, Any]:
    return {"payment_id": payment.id, "source_type": payment.source_type, "source_id": payment.source_id}


def refused(session: Session, payment_id: UUID, error: ProviderRefused) -> None:
    """Record that an attempt to pay was refused; the payer may try another method.

    Where the provider has the payment all the same, that is recorded; one that was given up meanwhile is cancelled.
    One that is further on than the attempt supposed, since another has succeeded meanwhile, is looked up again.
    """
    payment = found(queries.one(session, payment_id, lock=True))
    if error.made is not None and _make_known(payment, error.made):
        _finish_at_provider(session, payment, 0)
    elif payment.state == PaymentState.SETTLING and payment.provider_id is None:
        _cancelled(session, payment)
    elif error.code == UNEXPECTED_STATE:
        outbox.record(session, PaymentStale(payment_id=payment_id))
    elif payment.state in UNPAID:
        _failed(session, payment, error.code, error.decline_code)


def _failed(session: Session, payment: Payment, code: str | None, decline_code: str | None) -> None:
    if payment.state != PaymentState.FAILED:
        states.move(payment, PaymentState.FAILED, PAYMENT_TRANSITIONS)
    payment.failure_code, payment.decline_code, payment.redirect_url = code, decline_code, None
    outbox.record(session, PaymentFailed(code=code, **_names(payment)))


def apply(session: Session, payment_id: UUID, view: PaymentView, *, seen_attempts: int) -> None:
    """Bring a payment to its state at the provider: only forward, and each step once.

    `seen_attempts` is the number of attempts when the view was asked for; what it tells of an earlier one is ignored.
    A status that is not known changes nothing.
    """
    payment = found(queries.one(session, payment_id, lock=True))
    _make_known(payment, view)
    news = payment.state in UNPAID and payment.attempts == seen_attempts
    if news and view.method is not None and view.method != payment.method:
        _paid_another_way(session, payment, view.method)
    match view.status:
        case "canceled":
            if payment.state in UNPAID | {PaymentState.AUTHORISED, PaymentState.SETTLING}:
                _cancelled(session, payment, lapsed=_was_to_be_paid(session, payment))
        case "succeeded" | "requires_capture":
            payment.charge_id, payment.redirect_url = view.charge_id or payment.charge_id, None
            _paid(session, payment, view)
        case "requires_payment_method":
            tried = view.failure_code is not None or payment.state == PaymentState.PENDING
            if tried and news and payment.state != PaymentState.FAILED:
                _failed(session, payment, view.failure_code, view.decline_code)
        case "requires_action" | "processing":
            if news:
                _pending(payment, view)
        case _:
            pass  # the payment waits to be confirmed
    _let_go(session, payment, view)


def _paid_another_way(session: Session, payment: Payment, method: str) -> None:
    payment.method = PaymentMethod(method)
    outbox.record(session, PaymentMethodChanged(method=payment.method, **_names(payment)))


def _pending(payment: Payment, view: PaymentView) -> None:
    if payment.state != PaymentState.PENDING:
        states.move(payment, PaymentState.PENDING, PAYMENT_TRANSITIONS)
    payment.redirect_url, payment.failure_code, payment.decline_code = view.redirect_url, None, None


def _let_go(session: Session, payment: Payment, view: PaymentView) -> None:
    """Cancel at the provider what was given up and waits there for a payer still."""
    if payment.state != PaymentState.SETTLING or view.status not in _OPEN_THERE | {"requires_capture"}:
        return
    if given_up(session, payment.id) and not calls.is_open(session, Operation.CANCEL_PAYMENT, payment.id):
        _finish_at_provider(session, payment, 0)


def _make_known(payment: Payment, made: MadePayment | PaymentView) -> bool:
    """Record the provider's ids of a payment; whether it was given up before they were known, and is still there."""
    given_up = payment.provider_id is None and payment.state == PaymentState.SETTLING
    payment.provider_id = payment.provider_id or made.id
    payment.client_secret = payment.client_secret or made.client_secret
    return given_up


def _was_to_be_paid(session: Session, payment: Payment) -> bool:
    if payment.state == PaymentState.SETTLING:
        return not given_up(session, payment.id)
    return payment.state == PaymentState.AUTHORISED


def _paid(session: Session, payment: Payment, view: PaymentView) -> None:
    captured = view.status == "succeeded"
    if payment.state in UNPAID:
        states.move(payment, PaymentState.CAPTURED if captured else PaymentState.AUTHORISED, PAYMENT_TRANSITIONS)
        payment.failure_code = payment.decline_code = None
        outbox.record(session, PaymentSucceeded(**_names(payment)))
        if captured:
            _captured(session, payment, view.received)
    elif payment.state == PaymentState.SETTLING and captured:
        _captured(session, payment, view.received)
        _complete(session, payment, split_queries.of_payment(session, payment.id, lock=True))
    if view.fee:
        lines = [Line(LedgerKind.PROVIDER_FEES, view.fee), Line(LedgerKind.PROVIDER_BALANCE, -view.fee)]
        ledger.post(session, "fee", ("payment", payment.id), lines, payment.currency)


def _captured(session: Session, payment: Payment, received: int) -> None:
    payment.captured = received
    lines = [Line(LedgerKind.PROVIDER_BALANCE, received), Line(LedgerKind.BUYER_FUNDS, -received)]
    ledger.post(session, "capture", ("payment", payment.id), lines, payment.currency)
