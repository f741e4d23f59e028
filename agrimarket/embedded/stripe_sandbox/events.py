"""Events: every change of state writes one in the same transaction, queued for the webhook."""

import time

import stripe

from agrimarket.embedded.stripe_sandbox.errors import ApiError, Json
from agrimarket.embedded.stripe_sandbox.routing import LIST, Call, operation
from agrimarket.embedded.stripe_sandbox.store import PLATFORM, Record, Transaction, new_id

RETENTION_SECONDS = 30 * 86_400
"""Seconds for which Stripe lists events: 30 days."""


def emit(tx: Transaction, kind: str, record: Record, previous: Json | None = None) -> None:
    """Write an event about a change of `record`. `previous` holds the old values of what changed."""
    emit_about(tx, kind, record.account, record.body, previous)


def emit_about(tx: Transaction, kind: str, account: str, subject: Json, previous: Json | None = None) -> None:
    """Write an event about something that is not a stored object, such as a balance."""
    data: Json = {"object": subject}
    if previous:
        data["previous_attributes"] = previous
    body: Json = {
        "id": new_id("evt"),
        "object": "event",
        "api_version": stripe.api_version,
        "created": tx.now,
        "data": data,
        "livemode": False,
        "pending_webhooks": int(tx.webhooks),
        "request": {"id": tx.request_id, "idempotency_key": tx.idempotency_key},
        "type": kind,
    }
    if account != PLATFORM:
        body["account"] = account
    tx.insert("event", account, body)
    if tx.webhooks:
        queue(tx, body["id"])


def queue(tx: Transaction, event_id: str) -> None:
    """Queue the event for the webhook, again if it was posted before."""
    tx.db.execute(
        "INSERT INTO deliveries (event_id, state, attempts, next_at) VALUES (?, 'pending', 0, ?)",
        (event_id, time.time()),
    )


def changed(record: Record, before: Json) -> Json:
    """The old values of the top-level fields that differ now."""
    return {name: value for name, value in before.items() if record.body.get(name) != value}


@operation("GET", "/v1/events/{id}")
def retrieve_event(call: Call) -> Json:
    """An event, with its object as it was when it happened."""
    event = call.get("event").body
    if event["created"] < call.tx.now - RETENTION_SECONDS:
        raise ApiError(404, "invalid_request_error", f"No such event: '{event['id']}'", code="resource_missing")
    return event


@operation("GET", "/v1/events", *LIST, "type", "types")
def list_events(call: Call) -> Json:
    """Events of the last 30 days, newest first."""
    floor = call.tx.now - RETENTION_SECONDS
    listed = call.cursor_list("event", "/v1/events", equal=("type",))
    kept = [event for event in listed["data"] if event["created"] >= floor]
    return listed | {"data": kept, "has_more": listed["has_more"] and len(kept) == len(listed["data"])}
