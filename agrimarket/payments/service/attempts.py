"""Attempts to pay: which call comes next."""

from uuid import UUID

from sqlmodel import Session

from agrimarket.payments.models import Payment
from agrimarket.payments.service import calls
from agrimarket.payments.states import Operation, PaymentMethod, PaymentState


def prepare_creation(session: Session, payment: Payment) -> UUID | None:
    """The call that makes a locked payment known to the provider; None once it is."""
    if payment.provider_id is not None:
        return None
    if calls.is_open(session, Operation.CREATE_PAYMENT, payment.id):
        return calls.newest(session, Operation.CREATE_PAYMENT, payment.id)
    request = {
        "amount": payment.amount,
        "currency": payment.currency,
        "method": str(payment.method),
        "manual_capture": payment.method == PaymentMethod.CARD,
        "transfer_group": payment.transfer_group,
    }
    return calls.prepare(session, Operation.CREATE_PAYMENT, payment.id, request, tell=False)


def prepare_confirmation(
    session: Session, payment: Payment, payment_method: str | None, return_url: str
) -> UUID | None:
    """The call that confirms a locked payment; None where the payer's browser does it, or where one is under way."""
    waits_for_payer = payment.state == PaymentState.PENDING and payment.redirect_url
    done = payment.state in (PaymentState.AUTHORISED, PaymentState.CAPTURED)
    by_browser = payment_method is None and payment.method == PaymentMethod.CARD
    if payment.provider_id is None or waits_for_payer or done or by_browser:
        return None
    if calls.is_open(session, Operation.CONFIRM_PAYMENT, payment.id):
        return calls.newest(session, Operation.CONFIRM_PAYMENT, payment.id)
    payment.attempts += 1
    request = {
        "payment": payment.provider_id,
        "method": str(payment.method),
        "payment_method": payment_method,
        "return_url": return_url,
        "attempt": payment.attempts,
    }
    return calls.prepare(session, Operation.CONFIRM_PAYMENT, payment.id, request, tell=False)


def lost(session: Session, payment_id: UUID) -> list[UUID]:
    """The payment's calls that have not ended."""
    operations = (Operation.CREATE_PAYMENT, Operation.CONFIRM_PAYMENT, Operation.CAPTURE, Operation.CANCEL_PAYMENT)
    found = (calls.newest(session, each, payment_id) for each in operations if calls.is_open(session, each, payment_id))
    return [call_id for call_id in found if call_id is not None]
