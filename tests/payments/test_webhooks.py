"""Webhooks that arrive ten times, late, forged or never."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import TestClient
from stripe import WebhookSignature

from agrimarket.app import create_app
from agrimarket.integrations.payment_gateway import WebhookMalformed
from agrimarket.integrations.stripe_events import read_event
from agrimarket.payments.flows import payments as payment_flows
from agrimarket.payments.flows import webhooks
from agrimarket.payments.states import PaymentMethod
from agrimarket.settings import get_settings
from tests.factories.payments import Till, a_sale, pay


def signed(body: bytes, *, secret: str = "whsec_sandbox", at: int = 0) -> dict[str, str]:
    stamp = int(time.time()) + at
    header = WebhookSignature.generate_signature_header(body.decode(), secret, stamp)
    return {"stripe-signature": header, "content-type": "application/json"}


def an_event(till: Till, kind: str) -> bytes:
    (event,) = till.sandbox.client().v1.events.list({"type": kind}).data
    return str(event).encode()


def test_a_webhook_ten_times_at_once_has_one_effect(till: Till, desk: TestClient[Litestar]) -> None:
    """Invariant 9."""
    sale = a_sale(till, method=PaymentMethod.ALIPAY)
    payment_flows.start(till.db, till.gateway, sale.payment_id, None)
    intent = till.one("SELECT provider_id FROM payment").provider_id
    till.sandbox.control("POST", f"payment_intents/{intent}/complete_action", {"outcome": "succeed"})
    body = an_event(till, "payment_intent.succeeded")
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: desk.post("/webhooks/stripe", content=body, headers=signed(body)), range(10)))
    assert [answer.status_code for answer in answers] == [200] * 10
    assert sorted(answer.json()["new"] for answer in answers) == [False] * 9 + [True]
    till.settle_down()
    assert till.one("SELECT state, captured FROM payment") == ("captured", 10_000)
    assert len(till.all("SELECT id FROM outbox_message WHERE topic = 'payment.succeeded'")) == 1
    till.agrees()


def test_a_webhook_is_believed_only_if_it_is_really_theirs(till: Till, desk: TestClient[Litestar]) -> None:
    pay(till, a_sale(till))
    body = an_event(till, "payment_intent.amount_capturable_updated")
    live = body.replace(b'"livemode": false', b'"livemode": true')
    refused = {
        "forged": (body, signed(body, secret="whsec_other")),
        "changed": (body + b" ", signed(body)),
        "old": (body, signed(body, at=-301)),
        "future": (body, signed(body, at=400)),
        "live": (live, signed(live)),
        "no signature": (body, {"content-type": "application/json"}),
        "nonsense": (body, {"stripe-signature": "t=,v1", "content-type": "application/json"}),
        "no text": (b"\xff", {"stripe-signature": "t=1,v1=0", "content-type": "application/json"}),
        "signed in letters": (body, {**signed(body), "stripe-signature": "t=1,v1=\u00e9".encode("latin-1")}),
    }
    for content, headers in refused.values():
        answer = desk.post("/webhooks/stripe", content=content, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "webhook.refused")
    assert till.all("SELECT id FROM external_event") == []
    unset = get_settings().model_copy(update={"stripe_webhook_secret": type(get_settings().secret_key)("")})
    with TestClient(create_app(unset, till.db)) as client:
        empty = signed(body, secret="")
        assert client.post("/webhooks/stripe", content=body, headers=empty).status_code == 401
    assert till.all("SELECT id FROM external_event") == []


EVENT: dict[str, Any] = {
    "id": "evt_1", "object": "event", "type": "payment_intent.succeeded", "created": 1_600_000_000, "livemode": False,
    "account": "acct_1", "data": {"object": {"id": "pi_1", "object": "payment_intent", "payment_intent": "pi_1"}},
}  # fmt: skip
ODD = [
    None, 7, 0.5, True, "", "evt\0", "evt é", "x" * 300, [], {}, [[]], {"object": []}, {"object": {"id": 7}},
    {"object": {"id": "pi\0"}}, {"object": {}}, {"object": {"id": "pi_1", "payment_intent": {"id": 7}}}, 10**400,
]  # fmt: skip
"""Values for each member of an event."""
BODIES = [
    b"", b"[]", b"{", b"null", b"7", b"NaN", b'"x"', b"[" * 100_000, b'{"data":' * 100_000, b"9" * 100_000,
    b"\xef\xbb\xbf{}", rb'{"id": "\ud800"}', b'{"id": "evt_1"}',
]  # fmt: skip


def odd_events() -> Iterator[bytes]:
    """Bodies that Stripe's secret may have signed, and that are no events as Stripe makes them."""
    yield from BODIES
    for name in ("id", "type", "created", "livemode", "data"):
        yield json.dumps({key: value for key, value in EVENT.items() if key != name}).encode()
        for value in ODD:
            if (name, value) not in (("livemode", True), ("created", 7)):
                yield json.dumps({**EVENT, name: value}).encode()
    for value in ODD:
        if value is not None:
            yield json.dumps({**EVENT, "account": value}).encode()


def test_a_signed_webhook_of_whatever_shape_is_read_or_refused(till: Till, desk: TestClient[Litestar]) -> None:
    for body in odd_events():
        answer = desk.post("/webhooks/stripe", content=body, headers=signed(body))
        assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json"), body[:200]
        assert answer.json()["code"] == "webhook.unreadable"
    assert till.all("SELECT id FROM external_event") == []


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=5))
def test_whatever_stands_in_an_event_is_read_or_refused(value: Any) -> None:
    for name in ("id", "type", "created", "account", "data", "livemode"):
        with suppress(WebhookMalformed):
            read_event(json.dumps({**EVENT, name: value}).encode())
        with suppress(WebhookMalformed):
            read_event(json.dumps({**EVENT, "data": {"object": {"id": value, "payment_intent": value}}}).encode())


def test_events_that_never_came_are_found_by_the_poller(till: Till) -> None:
    webhooks.poll(till.db, till.gateway)
    sale = a_sale(till, method=PaymentMethod.ALIPAY)
    payment_flows.start(till.db, till.gateway, sale.payment_id, None)
    intent = till.one("SELECT provider_id FROM payment").provider_id
    till.sandbox.control("POST", f"payment_intents/{intent}/complete_action", {"outcome": "succeed"})
    till.pass_time(timedelta(days=4), provider=True)
    other = a_sale(till)
    pay(till, other)
    assert webhooks.poll(till.db, till.gateway) > 0
    till.settle_down()
    states = till.all("SELECT state FROM payment ORDER BY id")
    assert [row.state for row in states] == ["captured", "authorised"]
    assert webhooks.poll(till.db, till.gateway) == 0
    till.agrees()
