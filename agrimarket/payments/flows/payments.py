"""Steps of a payment at the provider: it is created there, confirmed, and looked up until it is over."""

from contextlib import suppress
from uuid import UUID

from sqlmodel import Session

from agrimarket.integrations.payment_gateway import (
    PaymentGateway,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
    ProviderUnknown,
    Tender,
)
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import found
from agrimarket.kernel.failpoints import failpoint
from agrimarket.payments.errors import PaymentClosed, PaymentRefused, PaymentUnderWay, ProviderAway
from agrimarket.payments.flows import calls
from agrimarket.payments.flows.calls import Answered
from agrimarket.payments.models.payments import Payment
from agrimarket.payments.queries import payments as queries
from agrimarket.payments.service import attempts, payments
from agrimarket.payments.service import calls as call_service
from agrimarket.payments.service.attempts import StartedPayment
from agrimarket.payments.service.calls import Call
from agrimarket.payments.states import PaymentMethod, PaymentState
from agrimarket.settings import get_settings


class SettlementStuck(RuntimeError):
    """The provider neither captures nor cancels what it holds; the delivery ends as dead, for an operator to see."""


def start(
    db: Database,
    gateway: PaymentGateway,
    payment_id: UUID,
    payment_method: str | None,
    *,
    method: PaymentMethod | None = None,
    return_url: str | None = None,
) -> StartedPayment:
    """Begin a payment, or go on with it. Safe to call again after any failure: each step happens once.

    With a card's `payment_method`, or for Alipay, it is confirmed here; otherwise the payer's browser confirms it with
    the client secret. Another card or `method` takes the place of one that waits for its payer; what is asked for
    again is looked up. `PaymentRefused` (402) if the bank refuses: the payment may be tried again with another method.
    `ProviderAway` (503) if the provider does not answer: a look-up finds out what it did, and a further call goes on.
    `PaymentUnderWay` (409) while somebody else is trying: come again, and go on from what that brought.
    `PaymentClosed` once it is being settled or is cancelled.
    """
    tender = Tender(payment_method, return_url or default_return_url())
    asked = False
    try:
        # One that was created and left to the payer's browser may have to be confirmed after all.
        while (call := _next_call(db, gateway, payment_id, tender, method)) is not None:
            calls.make(db, gateway, call)
            asked = True
            if call.request.get("attempt"):
                break
    except ProviderRefused as error:
        if error.code == payments.UNEXPECTED_STATE:  # what was to be replaced has succeeded, or ended
            return refresh(db, gateway, payment_id)
        raise refusal(error) from error
    except ProviderError as error:
        raise refusal(error) from error
    started = status(db, payment_id)
    return started if asked or started.state != PaymentState.PENDING else refresh(db, gateway, payment_id)


def default_return_url() -> str:
    """Where a payer comes back to after the bank's own page: their orders, the unpaid one first."""
    return get_settings().base_url + "/orders"


def refusal(error: ProviderError) -> PaymentRefused | ProviderAway:
    """What a payer is told about a call that ended so."""
    if isinstance(error, ProviderRefused):
        return PaymentRefused(code=error.code, decline_code=error.decline_code)
    return ProviderAway(retry_after=5)


def _next_call(
    db: Database, gateway: PaymentGateway, payment_id: UUID, tender: Tender, method: PaymentMethod | None
) -> Call | None:
    """The payment's next call, claimed. One that somebody has begun and not ended is looked up once it is overdue."""
    with db.transaction() as session:
        call_id = attempts.next_call(session, _startable(session, payment_id), tender, method)
        call = None if call_id is None else call_service.claim(session, call_id)
    if call is None and call_id is not None:
        calls.resolve(db, gateway, call_id)
        with db.reading() as session:
            payment = found(queries.one(session, payment_id))
            untried = payment.provider_id is None or payment.state == PaymentState.FAILED
            other = payment.state == PaymentState.PENDING and not attempts.stands(session, payment, tender, method)
            if untried or other or call_id in payments.open_calls(session, payment_id):
                # That call may be another card's, and this one was not tried.
                raise (
                    ProviderAway(retry_after=5)
                    if call_service.has_failed(session, call_id)
                    else PaymentUnderWay(retry_after=2)
                )
    return call


def _startable(session: Session, payment_id: UUID) -> Payment:
    payment = found(queries.one(session, payment_id, lock=True))
    if payment.state in (PaymentState.SETTLING, PaymentState.SETTLED, PaymentState.CANCELLED):
        raise PaymentClosed
    return payment


def says_paid(answered: Answered) -> bool:
    """Whether the provider holds or has the money."""
    return answered.view is not None and answered.view.status in ("requires_capture", "succeeded")


def record(session: Session, answered: Answered) -> StartedPayment:
    """Write down what the first call of a payment brought, in the caller's transaction; where the payment stands."""
    calls.record(session, answered)
    return attempts.started(found(queries.known(session, answered.call.subject_id)))


def status(db: Database, payment_id: UUID) -> StartedPayment:
    """State of the payment, as far as we know it."""
    with db.reading() as session:
        return attempts.started(found(queries.one(session, payment_id)))


def refresh(db: Database, gateway: PaymentGateway, payment_id: UUID) -> StartedPayment:
    """Look up the payment at the provider and go on from there; the return page and the webhook both call this.

    However often and in whatever order it runs, each step happens once. `ProviderAway` if the provider does not answer.
    """
    with db.transaction() as session:
        payment = found(queries.one(session, payment_id))
        open_calls = payments.open_calls(session, payment_id)
    try:
        for call_id in open_calls:
            with suppress(ProviderRefused):  # the refusal is recorded, and read below
                calls.resolve(db, gateway, call_id)
        view = gateway.payment(payment.provider_id) if payment.provider_id else None
    except (ProviderUnavailable, ProviderUnknown) as error:
        raise ProviderAway(retry_after=5) from error
    if view is not None:
        with db.transaction() as session:
            payments.apply(session, payment_id, view, seen_attempts=payment.attempts)
    failpoint("payments.refreshed")
    return status(db, payment_id)


def refresh_by_provider_id(db: Database, gateway: PaymentGateway, provider_id: str) -> None:
    """`refresh` the payment that the provider knows by that id, if it is ours.

    Where the call that made it has not been recorded, since the event was faster or our process died, the payment is
    known by our own id, which the provider's object carries.
    """
    with db.reading() as session:
        payment_id = queries.at_provider(session, provider_id)
    if payment_id is not None:
        refresh(db, gateway, payment_id)
        return
    view = gateway.payment(provider_id)
    with db.transaction() as session:
        payment = queries.unknown_at_provider(session, view.reference)
        if payment is not None:
            payments.apply(session, payment.id, view, seen_attempts=payment.attempts)


def refresh_stale(db: Database, gateway: PaymentGateway, payment_id: UUID) -> None:
    """Refresh a payment after a refused capture or cancellation; `SettlementStuck` if it is to be captured still.

    One that was given up, and cannot be cancelled while the bank has not answered, is left to `webhooks.poll`.
    """
    if refresh(db, gateway, payment_id).state == PaymentState.SETTLING:
        with db.reading() as session:
            if not payments.given_up(session, payment_id):
                raise SettlementStuck(str(payment_id))
