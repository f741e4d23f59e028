"""What the provider tells us: its events, taken in once and only as hints; and those that never came, looked for."""

from collections.abc import Callable
from functools import partial

import structlog
from sqlmodel import Session

from agrimarket.integrations.payment_gateway import PaymentGateway, ProviderEvent, ProviderRefused, WebhookUnacceptable
from agrimarket.kernel import external_events, outbox
from agrimarket.kernel.db import Database
from agrimarket.payments import queries
from agrimarket.payments.errors import WebhookRefused
from agrimarket.payments.events import StripeEventReceived
from agrimarket.payments.flows.engine import in_time
from agrimarket.payments.flows.paying import refresh_payment
from agrimarket.payments.flows.selling import refresh_account, refresh_payout
from agrimarket.payments.service import control, refunds

log = structlog.get_logger(__name__)

SOURCE = "stripe"
WINDOW = 6 * 3_600
"""Seconds of events that are listed at a time, so that four lost days do not have to fit into memory."""
OVERLAP = 300
"""Seconds that are listed twice, since events may be listed a little late."""
WINDOWS = 20
"""Windows a run; the next run goes on."""
FIRST = 4 * 86_400
"""How many seconds the first run looks back."""
_HANDLED = ("payment_intent.", "charge.", "refund.", "payout.", "account.updated")


def take_in(db: Database, gateway: PaymentGateway, body: bytes, signature: str) -> bool:
    """Store a webhook that is really the provider's; False if it was stored before. `WebhookRefused` otherwise."""
    try:
        event = gateway.read_webhook(body, signature)
    except WebhookUnacceptable as error:
        raise WebhookRefused from error
    with db.transaction() as session:
        return _store(session, event)


def _store(session: Session, event: ProviderEvent) -> bool:
    facts = {"type": event.type, "created": event.created, "object": event.object_id, "account": event.account}
    if not event.type.startswith(_HANDLED) or not external_events.receive(session, SOURCE, event.id, facts):
        return False
    outbox.record(
        session,
        StripeEventReceived(
            event_id=event.id,
            type=event.type,
            object_id=event.object_id,
            account=event.account,
            payment_intent=event.payment_intent,
        ),
    )
    return True


def act_on(db: Database, gateway: PaymentGateway, event: StripeEventReceived) -> None:
    """Look at what an event is about, as it is now, and go on from there. Things that are not ours change nothing."""
    if event.type.startswith("charge.dispute."):
        view = gateway.dispute(event.object_id)
        with db.transaction() as session:
            control.apply_dispute(session, view)
    elif event.type.startswith("refund.") or event.type == "charge.refund.updated":
        refresh_refund(db, gateway, event.object_id)
    elif event.type.startswith(("payment_intent.", "charge.")):
        _act_on_payment(db, gateway, event.payment_intent or event.object_id)
    elif event.type.startswith("payout."):
        with db.reading() as session:
            payout_id = queries.payout_at_provider(session, event.object_id)
        if payout_id is not None:
            refresh_payout(db, gateway, payout_id)
    elif event.type == "account.updated":
        refresh_account(db, gateway, event.object_id)


def _act_on_payment(db: Database, gateway: PaymentGateway, provider_id: str) -> None:
    with db.reading() as session:
        payment_id = queries.payment_at_provider(session, provider_id)
    if payment_id is not None:
        refresh_payment(db, gateway, payment_id)


def refresh_refund(db: Database, gateway: PaymentGateway, provider_id: str) -> None:
    """Look at a refund at the provider and go on from there."""
    with db.reading() as session:
        refund_id = queries.refund_at_provider(session, provider_id)
    if refund_id is not None:
        view = gateway.refund(provider_id)
        with db.transaction() as session:
            refunds.apply_refund(session, refund_id, view)


def poll(db: Database, gateway: PaymentGateway) -> int:
    """List the provider's events since the last time and take in those that did not come; how many.

    Events of sellers' accounts are not in that list: their accounts, payouts and refunds on the way are looked at.
    """
    newest = gateway.newest_event()
    taken = 0
    if newest is not None:
        with db.transaction() as session:
            position = queries.cursor(session, SOURCE, newest.created - FIRST)
        for _ in range(WINDOWS):
            until = min(position + WINDOW, newest.created)
            listed = list(gateway.events(position - OVERLAP, until))
            with db.transaction() as session:
                taken += sum(_store(session, event) for event in reversed(listed))
                queries.move_cursor(session, SOURCE, until)
            position = until
            if position >= newest.created:
                break
    return taken + _look_around(db, gateway)


def _look_around(db: Database, gateway: PaymentGateway) -> int:
    with db.reading() as session:
        accounts = queries.accounts_to_check(session)
        payouts = queries.payouts_to_check(session)
        waiting = [provider_id for _, provider_id in queries.refunds_waiting(session)]
    looks: list[Callable[[], None]] = [
        *(partial(refresh_refund, db, gateway, refund) for refund in waiting),
        *(partial(refresh_payout, db, gateway, payout) for payout in payouts),
        *(partial(refresh_account, db, gateway, account) for account in accounts),
    ]
    for look in in_time(looks):
        try:
            look()
        except ProviderRefused as error:  # one that the provider no longer knows does not hide the others
            log.warning("provider_refuses_a_look", error=str(error))
    return len(looks)
