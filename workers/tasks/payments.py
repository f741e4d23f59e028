"""What payments do after a commit: calls to the provider, its events, and the sweeps behind them."""

from sqlmodel import Session

from agrimarket.integrations.payment_gateway import PaymentGateway
from agrimarket.integrations.stripe import gateway
from agrimarket.kernel.db import Database
from agrimarket.kernel.schedule import SlotDue
from agrimarket.payments import flows
from agrimarket.payments.events import CallPrepared, PaymentStale, StripeEventReceived
from agrimarket.payments.service.transfers import prepare_due
from agrimarket.settings import get_settings
from workers.handling import effect, flow


def _gateway() -> PaymentGateway:
    return gateway(get_settings())


@flow(CallPrepared)
def make_call(db: Database, event: CallPrepared) -> None:
    """Move the money, once."""
    flows.attempt_call(db, _gateway(), event.call_id)


@flow(PaymentStale)
def look_again(db: Database, event: PaymentStale) -> None:
    """The provider refused to capture or cancel: see why."""
    flows.refresh_stale(db, _gateway(), event.payment_id)


@flow(StripeEventReceived)
def act_on_event(db: Database, event: StripeEventReceived) -> None:
    """Something changed at the provider."""
    flows.act_on(db, _gateway(), event)


@effect(SlotDue)
def send_due_transfers(session: Session, _: SlotDue) -> None:
    """Sellers get what is theirs."""
    prepare_due(session)


@flow(SlotDue)
def pay_out(db: Database, _: SlotDue) -> None:
    """From sellers' accounts to their banks."""
    flows.pay_out(db, _gateway())


@flow(SlotDue)
def resolve_calls(db: Database, _: SlotDue) -> None:
    """Calls whose answer was lost."""
    flows.resolve_due(db, _gateway())


@flow(SlotDue)
def poll_events(db: Database, _: SlotDue) -> None:
    """Events that never came."""
    flows.poll(db, _gateway())


@flow(SlotDue)
def reconcile(db: Database, _: SlotDue) -> None:
    """Our books against the provider's."""
    flows.reconcile(db, _gateway())
