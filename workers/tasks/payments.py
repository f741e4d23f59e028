"""What payments do after a commit: calls to the provider, its events, and the sweeps behind them."""

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
    """Move the money, once."""
    calls.attempt(db, _gateway(), event.call_id)


@flow(PaymentStale)
def look_again(db: Database, event: PaymentStale) -> None:
    """The provider refused to capture or cancel: see why."""
    payments.refresh_stale(db, _gateway(), event.payment_id)


@flow(StripeEventReceived)
def act_on_event(db: Database, event: StripeEventReceived) -> None:
    """Something changed at the provider."""
    webhooks.act_on(db, _gateway(), event)


@effect(SlotDue)
def send_due_transfers(session: Session, _: SlotDue) -> None:
    """Sellers get what is theirs."""
    transfers.prepare_due(session)


@flow(SlotDue)
def pay_out(db: Database, _: SlotDue) -> None:
    """From sellers' accounts to their banks."""
    payouts.pay_out(db, _gateway())


@flow(SlotDue)
def resolve_calls(db: Database, _: SlotDue) -> None:
    """Calls whose answer was lost."""
    calls.resolve_due(db, _gateway())


@flow(SlotDue)
def poll_events(db: Database, _: SlotDue) -> None:
    """Events that never came."""
    webhooks.poll(db, _gateway())


@flow(SlotDue)
def reconcile(db: Database, _: SlotDue) -> None:
    """Our books against the provider's."""
    reconciliations.compare(db, _gateway())
