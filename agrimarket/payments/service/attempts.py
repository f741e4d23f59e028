"""Attempts to pay: how a payment is made known to the provider and confirmed, and how another card takes its place.

A payment has one intent at the provider, whatever is tried (decision 19): another card or method is another
confirmation of it, which the provider refuses once the one before has succeeded. So money is never taken twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session

from agrimarket.integrations.payment_gateway import Tender
from agrimarket.kernel.principal import Principal
from agrimarket.payments import rules
from agrimarket.payments.errors import CardMissing
from agrimarket.payments.models.payments import Payment
from agrimarket.payments.queries import calls as queries
from agrimarket.payments.queries import payments as payment_queries
from agrimarket.payments.service import calls
from agrimarket.payments.states import HELD, NextStep, Operation, PaymentMethod, PaymentState


@dataclass(frozen=True, slots=True)
class StartedPayment:
    """State of a payment as its payer sees it.

    `redirect_url` is where the payer has to go, if anywhere; `client_secret` is for Stripe.js in the payer's browser.
    """

    payment_id: UUID
    state: PaymentState
    method: PaymentMethod
    client_secret: str | None
    redirect_url: str | None
    failure_code: str | None
    decline_code: str | None

    @property
    def next_step(self) -> NextStep:
        """What the payer does next."""
        return rules.next_step(self.state, self.redirect_url)


def started(payment: Payment) -> StartedPayment:
    """The payment as its payer sees it."""
    return StartedPayment(
        payment.id,
        PaymentState(payment.state),
        PaymentMethod(payment.method),
        payment.client_secret,
        payment.redirect_url if payment.state == PaymentState.PENDING else None,
        payment.failure_code,
        payment.decline_code,
    )


def started_of(session: Session, payer: Principal, payment_ids: Sequence[UUID]) -> dict[UUID, StartedPayment]:
    """Payments of that payer. One statement, or none without ids."""
    if not payment_ids:
        return {}
    return {each.id: started(each) for each in payment_queries.of_payer(session, payer.person_id, payment_ids)}


def creation(payment: Mapping[str, Any], tender: Tender | None) -> dict[str, Any]:
    """What creates a payment at the provider, and confirms it in the same call unless the payer's browser does that."""
    card = payment["method"] == PaymentMethod.CARD
    request = {
        "amount": payment["amount"],
        "currency": payment["currency"],
        "method": str(payment["method"]),
        "manual_capture": card and not payment["capture_at_once"],
        "transfer_group": payment["transfer_group"],
    }
    if tender is None or (card and tender.payment_method is None):
        return request
    return {**request, "tender": list(tender), "attempt": payment.get("attempts", 0) + 1}


def next_call(session: Session, payment: Payment, tender: Tender, method: PaymentMethod | None = None) -> UUID | None:
    """The call by which a locked payment goes on: one that is under way, or a new one; None if there is nothing to do.

    One that the provider does not know is created, and confirmed with that; one that waits to be confirmed is
    confirmed, unless the payer's browser does it. One that waits for its payer, such as in 3-D Secure, is confirmed
    with another card or `method`, where that is asked for: what was begun before it is over with that.
    """
    method = method or PaymentMethod(payment.method)
    if payment.provider_id is None:
        return calls.open_call(session, Operation.CREATE_PAYMENT, payment.id) or _prepare_creation(
            session, payment, tender, method
        )
    if stands(session, payment, tender, method):
        return None
    return calls.open_call(session, Operation.CONFIRM_PAYMENT, payment.id) or _prepare_confirmation(
        session, payment, tender, method
    )


def stands(session: Session, payment: Payment, tender: Tender, method: PaymentMethod | None) -> bool:
    """Whether a payment that the provider knows needs no call of ours: it is paid, waits, or is left to a browser."""
    method = method or PaymentMethod(payment.method)
    if payment.state in HELD:
        return True
    if method == PaymentMethod.CARD and tender.payment_method is None:
        if payment.method != PaymentMethod.CARD:
            raise CardMissing(pointer="/payment_method")  # a browser cannot change the method of an intent
        return True
    if payment.state != PaymentState.PENDING:
        return False
    return (method, tender.payment_method) == _tried(session, payment)


def _tried(session: Session, payment: Payment) -> tuple[str, str | None]:
    """Method and card of our latest attempt; no card where it was left to the payer's browser."""
    request = queries.latest_attempt(session, payment.id) or {}
    tender = request.get("tender") or [request.get("payment_method")]
    return request.get("method", payment.method), tender[0]


def _prepare_creation(session: Session, payment: Payment, tender: Tender, method: PaymentMethod) -> UUID:
    payment.method = method
    request = creation(dict(payment), tender)
    payment.attempts = request.get("attempt", payment.attempts)
    return calls.prepare(session, Operation.CREATE_PAYMENT, payment.id, request, by_worker=False)


def _prepare_confirmation(session: Session, payment: Payment, tender: Tender, method: PaymentMethod) -> UUID:
    payment.attempts += 1
    request = {
        "payment": payment.provider_id,
        "method": method.value,
        "payment_method": tender.payment_method,
        "return_url": tender.return_url,
        "attempt": payment.attempts,
        "instead_of": payment.redirect_url,
    }
    if method != payment.method:
        request["manual_capture"] = method == PaymentMethod.CARD and not payment.capture_at_once
    return calls.prepare(session, Operation.CONFIRM_PAYMENT, payment.id, request, by_worker=False)
