"""Events of the provider: stored once and used only as hints. Events that never arrived are fetched."""

from collections.abc import Callable
from functools import partial

import structlog
from sqlmodel import Session

from agrimarket.integrations.payment_gateway import (
    PaymentGateway,
    ProviderEvent,
    ProviderRefused,
    WebhookMalformed,
    WebhookUnacceptable,
)
from agrimarket.kernel import external_events, outbox
from agrimarket.kernel.db import Database
from agrimarket.payments.errors import ProviderAway, WebhookRefused, WebhookUnreadable
from agrimarket.payments.events import StripeEventReceived
from agrimarket.payments.flows import payments, payout_accounts, payouts, refunds
from agrimarket.payments.flows.calls import in_time
from agrimarket.payments.queries import webhooks as queries
from agrimarket.payments.service import disputes

log = structlog.get_logger(__name__)

SOURCE = "stripe"
WINDOW = 6 * 3_600
"""Seconds of events that are listed at a time, so that the events of four lost days need not all fit into memory."""
OVERLAP = 300
"""Seconds that are listed twice, since events may be listed a little late."""
WINDOWS = 20
"""Windows that one run lists; the next run goes on."""
FIRST = 4 * 86_400
"""Seconds that the first run looks back."""
_HANDLED = ("payment_intent.", "charge.", "refund.", "payout.", "account.updated")


def receive(db: Database, gateway: PaymentGateway, body: bytes, signature: str) -> bool:
    """Store a webhook that is really the provider's; False if it was stored before.

    Nothing is stored of one that is not theirs (`WebhookRefused`), or that is no event (`WebhookUnreadable`).
    """
    try:
        event = gateway.read_webhook(body, signature)
    except WebhookMalformed as error:
        raise WebhookUnreadable from error
    except WebhookUnacceptable as error:
        raise WebhookRefused from error
    with db.transaction() as session:
        return _store(session, event)


def _store(session: Session, event: ProviderEvent) -> bool:
    facts = {"type": event.type, "created": event.created, "object": event.object_id, "account": event.account}
    if event.type.startswith(_HANDLED) and not event.object_id:
        raise WebhookUnreadable
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
    """Look up the object of an event, as it is now, and go on from there. Objects that are not ours change nothing."""
    if event.type.startswith("charge.dispute."):
        view = gateway.dispute(event.object_id)
        with db.transaction() as session:
            disputes.apply(session, view)
    elif event.type.startswith("refund.") or event.type == "charge.refund.updated":
        refunds.refresh(db, gateway, event.object_id)
    elif event.type.startswith(("payment_intent.", "charge.")):
        payments.refresh_by_provider_id(db, gateway, event.payment_intent or event.object_id)
    elif event.type.startswith("payout."):
        payouts.refresh_by_provider_id(db, gateway, event.object_id)
    elif event.type == "account.updated":
        payout_accounts.refresh(db, gateway, event.object_id)


def poll(db: Database, gateway: PaymentGateway) -> int:
    """List the provider's events since the last time and store those that did not arrive; returns how many.

    Events of sellers' accounts are not in that list, so accounts, payouts and refunds on their way are looked up
    instead, and payments that could not be settled or cancelled; those count too.
    """
    newest = gateway.newest_event()
    taken = 0 if newest is None else _take_in(db, gateway, newest)
    return taken + _look_around(db, gateway)


def _take_in(db: Database, gateway: PaymentGateway, newest: ProviderEvent) -> int:
    with db.transaction() as session:
        position = queries.position(session, SOURCE, newest.created - FIRST)
    taken = 0
    for _ in range(WINDOWS):
        until = min(position + WINDOW, newest.created)
        listed = list(gateway.events(position - OVERLAP, until))
        with db.transaction() as session:
            taken += sum(_store(session, event) for event in reversed(listed))
            queries.move_position(session, SOURCE, until)
        position = until
        if position >= newest.created:
            break
    return taken


def _look_around(db: Database, gateway: PaymentGateway) -> int:
    with db.reading() as session:
        looks: list[Callable[[], object]] = [
            *(partial(payments.refresh, db, gateway, each) for each in queries.payments_to_check(session)),
            *(partial(refunds.refresh, db, gateway, each) for each in queries.refunds_to_check(session)),
            *(partial(payouts.refresh, db, gateway, each) for each in queries.payouts_to_check(session)),
            *(partial(payout_accounts.refresh, db, gateway, each) for each in queries.accounts_to_check(session)),
        ]
    for look in in_time(looks):
        try:
            look()
        except (ProviderRefused, ProviderAway) as error:  # one that it no longer knows does not hide the others
            log.warning("provider_refuses_a_look", error=str(error))
    return len(looks)
