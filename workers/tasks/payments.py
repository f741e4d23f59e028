"""Handlers of `payments`: calls to the provider, its events, and the sweeps behind them."""

from sqlmodel import Session

from agrimarket.integrations.payment_gateway import PaymentGateway
from agrimarket.integrations.stripe import gateway
from agrimarket.kernel.db import Database
from agrimarket.kernel.schedule import SlotDue
from agrimarket.payments.events import CallPrepared, PaymentStale, StripeEventReceived
from agrimarket.payments.flows import calls, payments, payouts, reconciliations, webhooks
from agrimarket.payments.service import transfers
from agrimarket.settings import get_settings
from workers.handling import effect, flow


def _gateway() -> PaymentGateway:
    return gateway(get_settings())


@flow(CallPrepared)
def make_call(db: Database, event: CallPrepared) -> None:
    """Make a call that was written down."""
    calls.attempt(db, _gateway(), event.call_id)


@flow(PaymentStale)
def look_again(db: Database, event: PaymentStale) -> None:
    """Look up a payment that the provider refused to capture or to cancel."""
    payments.refresh_stale(db, _gateway(), event.payment_id)


@flow(StripeEventReceived)
def act_on_event(db: Database, event: StripeEventReceived) -> None:
    """Look up the object of an event of the provider."""
    webhooks.act_on(db, _gateway(), event)


@effect(SlotDue)
def send_due_transfers(session: Session, _: SlotDue) -> None:
    """Send the transfers that are due."""
    transfers.prepare_due(session)


@flow(SlotDue)
def pay_out(db: Database, _: SlotDue) -> None:
    """Pay out the money on sellers' accounts."""
    payouts.pay_out(db, _gateway())


@flow(SlotDue)
def resolve_calls(db: Database, _: SlotDue) -> None:
    """Look up the calls whose answer was lost."""
    calls.resolve_due(db, _gateway())


@flow(SlotDue)
def poll_events(db: Database, _: SlotDue) -> None:
    """Fetch the provider's events whose webhook never arrived."""
    webhooks.poll(db, _gateway())


@flow(SlotDue)
def reconcile(db: Database, _: SlotDue) -> None:
    """Compare our ledger with the provider's balances."""
    reconciliations.compare(db, _gateway())
