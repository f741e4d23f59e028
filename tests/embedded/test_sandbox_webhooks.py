"""Signed webhooks, and the memory of a killed sandbox."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import stripe

from agrimarket.embedded.stripe_sandbox.testing import RunningSandbox, running_sandbox

CARD: Any = {
    "amount": 1_000,
    "currency": "cny",
    "confirm": True,
    "payment_method": "pm_card_visa",
    "allowed_payment_method_types": ["card"],
}
PAID = ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]


@pytest.fixture(scope="module")
def posting_once(receiver: Any) -> Iterator[RunningSandbox]:
    """A sandbox that posts to the receiver."""
    with running_sandbox(webhook_url=receiver.url) as sandbox:
        yield sandbox


@pytest.fixture
def posting(posting_once: RunningSandbox, receiver: Any) -> RunningSandbox:
    """The posting sandbox, empty, with nothing on its way."""
    posting_once.control("POST", "reset")
    receiver.clear()
    return posting_once


def verified(sandbox: RunningSandbox, post: tuple[bytes, str]) -> stripe.Event:
    """The event of a post whose signature holds."""
    return stripe.Webhook.construct_event(post[0], post[1], sandbox.webhook_secret)


def types(sandbox: RunningSandbox, receiver: Any, count: int) -> list[str]:
    """The types of the next posts, each verified."""
    return [verified(sandbox, receiver.next()).type for _ in range(count)]


def test_events_are_posted_signed_and_in_order(posting: RunningSandbox, receiver: Any) -> None:
    client = posting.client()
    intent = client.v1.payment_intents.create(CARD, {"idempotency_key": "one"})
    posts = [receiver.next() for _ in range(3)]
    events = [verified(posting, post) for post in posts]
    assert [event.type for event in events] == PAID
    assert events[2].data.object["id"] == intent.id
    assert (events[2].livemode, events[2].api_version) == (False, stripe.api_version)
    assert events[2].request.idempotency_key == "one"  # type: ignore[union-attr]
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(posts[0][0] + b" ", posts[0][1], posting.webhook_secret)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(*posts[0], "whsec_other")
    assert client.v1.events.retrieve(events[0].id).type == "payment_intent.created"
    assert [event.type for event in client.v1.events.list({"types": PAID[1:]}).data] == PAID[:0:-1]


def test_the_stamp_is_the_real_time_and_created_the_sandboxes(posting: RunningSandbox, receiver: Any) -> None:
    now = posting.control("POST", "clock", {"advance_seconds": 86_400})["now"]
    posting.client().v1.payment_intents.create(CARD)
    assert [verified(posting, receiver.next()).created >= now for _ in range(3)] == [True] * 3


def test_a_refused_post_is_tried_again(posting: RunningSandbox, receiver: Any) -> None:
    receiver.statuses[:] = [500, 503, 400]
    posting.client().v1.payment_intents.create(CARD)
    # A second try of one event may come before the first try of another.
    posts = Counter(verified(posting, receiver.next()).id for _ in range(6))
    assert sorted(posts.values()) == [2, 2, 2]


def test_withheld_events_come_later_or_never(posting: RunningSandbox, receiver: Any) -> None:
    posting.control("POST", "webhooks/pause")
    client = posting.client()
    client.v1.payment_intents.create(CARD)
    assert posting.control("POST", "webhooks/pause") == {"paused": True, "waiting": 3}
    posting.control("POST", "clock", {"advance_seconds": 4 * 86_400})
    client.v1.customers.create({"name": "late"})
    posting.control("POST", "webhooks/resume")
    assert types(posting, receiver, 1) == ["customer.created"]
    assert len(client.v1.events.list().data) == 4
    posting.control("POST", "webhooks/pause")
    client.v1.customers.create({"name": "lost"})
    assert posting.control("POST", "webhooks/discard") == {"lost": 1}
    posting.control("POST", "webhooks/resume")
    client.v1.customers.create({"name": "heard"})
    assert verified(posting, receiver.next()).data.object["name"] == "heard"


def test_events_are_replayed_in_the_order_asked_for(posting: RunningSandbox, receiver: Any) -> None:
    posting.client().v1.payment_intents.create(CARD)
    types(posting, receiver, 3)
    assert posting.control("POST", "webhooks/replay", {"order": "reverse", "times": 2}) == {"queued": 6}
    assert types(posting, receiver, 6) == [*PAID[::-1], *PAID[::-1]]
    posting.control("POST", "webhooks/replay", {"types": ["charge.succeeded"]})
    assert types(posting, receiver, 1) == ["charge.succeeded"]


def test_a_killed_sandbox_goes_on_where_it_was(tmp_path: Path, receiver: Any) -> None:
    receiver.clear()
    file = tmp_path / "sandbox.sqlite3"
    with running_sandbox(file, webhook_url=receiver.url) as first:
        first.control("POST", "webhooks/pause")
        first.control("POST", "clock", {"advance_seconds": 3_600})
        client = first.client()
        intent = client.v1.payment_intents.create(CARD, {"idempotency_key": "one"})
        first.control("POST", "faults", {"kind": "rate_limit", "path": "/v1/balance"})
        first.kill()
    with running_sandbox(file, webhook_url=receiver.url) as second:
        client = second.client()
        assert second.control("GET", "clock")["offset_seconds"] == 3_600
        assert client.v1.payment_intents.create(CARD, {"idempotency_key": "one"}).id == intent.id
        with pytest.raises(stripe.RateLimitError):
            client.v1.balance.retrieve()
        assert client.v1.balance.retrieve().available[0].amount == 1_000
        second.control("POST", "webhooks/resume")
        assert types(second, receiver, 3) == PAID
        assert json.dumps(second.control("GET", "summary")["money"]["cny"]["gross"]) == '{"charge": 1000}'
