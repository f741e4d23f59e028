"""Steps of a payment at the provider: it is created there, confirmed, and looked up until it is over."""

from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from agrimarket.integrations.payment_gateway import (
    PaymentGateway,
    ProviderRefused,
    ProviderUnavailable,
    ProviderUnknown,
)
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import found
from agrimarket.payments.errors import PaymentClosed, PaymentRefused, ProviderAway
from agrimarket.payments.flows import calls
from agrimarket.payments.models.payments import Payment
from agrimarket.payments.queries import payments as queries
from agrimarket.payments.service import payments
from agrimarket.payments.states import PaymentState
from agrimarket.settings import get_settings


@dataclass(frozen=True, slots=True)
class StartedPayment:
    """State of a payment as its payer sees it.

    `redirect_url` is where the payer has to go, if anywhere; `client_secret` is for Stripe.js in the payer's browser.
    """

    payment_id: UUID
    state: PaymentState
    client_secret: str | None
    redirect_url: str | None
    failure_code: str | None


class SettlementStuck(RuntimeError):
    """The provider neither captures nor cancels what it holds; the delivery ends as dead, for an operator to see."""


def start(
    db: Database,
    gateway: PaymentGateway,
    payment_id: UUID,
    payment_method: str | None,
    *,
    return_url: str | None = None,
) -> StartedPayment:
    """Begin a payment, or go on with it. Safe to call again after any failure: each step happens once.

    With a card's `payment_method`, or for Alipay, it is confirmed here; otherwise the payer's browser confirms it with
    the client secret. `PaymentRefused` (402) if the bank refuses: the payment may be tried again with another method.
    `ProviderAway` (503) if the provider does not answer: a look-up finds out what it did, and a further call goes on.
    `PaymentClosed` once it is being settled or is cancelled.
    """
    try:
        with db.transaction() as session:
            creation = payments.prepare_creation(session, _startable(session, payment_id))
        if creation is not None:
            calls.run(db, gateway, creation)
        with db.transaction() as session:
            payment = _startable(session, payment_id)
            if payment.provider_id is None:
                raise ProviderAway(retry_after=5)
            confirmation = payments.prepare_confirmation(
                session, payment, payment_method, return_url or get_settings().base_url + "/"
            )
        if confirmation is not None:
            calls.run(db, gateway, confirmation)
    except ProviderRefused as error:
        raise PaymentRefused(code=error.code, decline_code=error.decline_code) from error
    except (ProviderUnavailable, ProviderUnknown) as error:
        raise ProviderAway(retry_after=5) from error
    return status(db, payment_id)


def _startable(session: Session, payment_id: UUID) -> Payment:
    payment = found(queries.one(session, payment_id, lock=True))
    if payment.state in (PaymentState.SETTLING, PaymentState.SETTLED, PaymentState.CANCELLED):
        raise PaymentClosed
    return payment


def status(db: Database, payment_id: UUID) -> StartedPayment:
    """State of the payment, as far as we know it."""
    with db.transaction() as session:
        payment = found(queries.one(session, payment_id))
    return StartedPayment(
        payment.id,
        PaymentState(payment.state),
        payment.client_secret,
        payment.redirect_url if payment.state == PaymentState.PENDING else None,
        payment.failure_code,
    )


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
    return status(db, payment_id)


def refresh_by_provider_id(db: Database, gateway: PaymentGateway, provider_id: str) -> None:
    """Refresh the payment that the provider knows by that id, if it is ours."""
    with db.reading() as session:
        payment_id = queries.at_provider(session, provider_id)
    if payment_id is not None:
        refresh(db, gateway, payment_id)


def refresh_stale(db: Database, gateway: PaymentGateway, payment_id: UUID) -> None:
    """Refresh a payment after a refused capture or cancellation; `SettlementStuck` if it is still held."""
    if refresh(db, gateway, payment_id).state == PaymentState.SETTLING:
        raise SettlementStuck(str(payment_id))
