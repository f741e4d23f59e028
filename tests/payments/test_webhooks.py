"""Webhooks that arrive ten times, late, forged or never."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from litestar import Litestar
from litestar.testing import TestClient
from stripe import WebhookSignature

from agrimarket.app import create_app
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
        "not an event": (b"[]", signed(b"[]")),
        "not JSON": (b"{", signed(b"{")),
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
