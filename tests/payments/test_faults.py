"""Answers that are lost, workers that race, webhooks that come ten times or never: one effect each."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text
from stripe import WebhookSignature

from agrimarket.app import create_app
from agrimarket.integrations.stripe import StripeGateway
from agrimarket.kernel import clock, failpoints
from agrimarket.kernel.db import Database
from agrimarket.kernel.money import Money
from agrimarket.payments.flows import calls as call_flows
from agrimarket.payments.flows import payments as payment_flows
from agrimarket.payments.flows import payouts as payout_flows
from agrimarket.payments.flows import webhooks
from agrimarket.payments.service import payments, transfers
from agrimarket.payments.service.transfers import prepare_due
from agrimarket.payments.states import LedgerKind, PaymentMethod
from agrimarket.settings import get_settings
from tests.factories.payments import Sale, Till, a_paid_seller, a_sale, a_settled_sale, pay, refund, transfer
from workers.inline import drain


def a_due_transfer(till: Till) -> Sale:
    sale = a_settled_sale(till, [10_000], sellers=[a_paid_seller(till)])
    with till.db.transaction() as session:
        transfers.schedule(session, sale.references[0], clock.read(session))
    return sale


def transfers_at_provider(till: Till) -> int:
    return till.sandbox.control("GET", "summary")["objects"].get("transfer", 0)


@pytest.mark.parametrize("kind", ["error_after", "error_before", "timeout_after", "timeout_before", "lock_timeout"])
def test_a_transfer_whose_answer_is_lost_is_sent_once(till: Till, kind: str) -> None:
    a_due_transfer(till)
    till.fault(kind, "/v1/transfers")
    till.send_due()
    unresolved = kind != "lock_timeout"
    assert till.one("SELECT state FROM transfer").state == ("unresolved" if unresolved else "sending")
    assert till.one("SELECT state FROM provider_call WHERE operation = 'transfer'").state == (
        "unresolved" if unresolved else "intent"
    )
    till.resolve()
    assert till.one("SELECT state, amount FROM transfer") == ("sent", 9_500)
    assert transfers_at_provider(till) == 1
    till.agrees()


def test_a_lost_transfer_is_found_although_the_provider_forgot_the_key(till: Till) -> None:
    a_due_transfer(till)
    till.fault("error_after", "/v1/transfers")
    till.send_due()
    till.pass_time(timedelta(hours=25), provider=True)
    till.resolve()
    assert till.one("SELECT state FROM transfer").state == "sent"
    assert till.calls("POST /v1/transfers")["calls"] == 1
    assert transfers_at_provider(till) == 1
    till.agrees()


def test_a_refused_transfer_is_tried_again_under_a_new_key(till: Till) -> None:
    sale = a_due_transfer(till)
    account = till.one("SELECT provider_id FROM payout_account").provider_id
    with till.db.transaction() as session:
        session.connection().exec_driver_sql("UPDATE payout_account SET provider_id = 'acct_unknown'")
    till.send_due()
    assert till.one("SELECT state, amount, failure_code FROM transfer") == ("failed", 0, "resource_missing")
    assert till.one("SELECT transferred FROM payment_split").transferred == 0
    refund(till, sale, 2_000)
    with till.db.transaction() as session:
        session.connection().exec_driver_sql(f"UPDATE payout_account SET provider_id = '{account}'")
    till.pass_time(timedelta(hours=1))
    till.send_due()
    assert till.one("SELECT state, amount FROM transfer") == ("sent", 7_600)
    keys = till.all("SELECT key FROM provider_call WHERE operation = 'transfer'")
    assert len({row.key for row in keys}) == 2
    till.agrees()


@pytest.mark.parametrize("operation", ["capture", "refund", "payout", "reversal"])
@pytest.mark.parametrize("kind", ["error_after", "error_before"])
def test_every_other_lost_answer_is_found_out(till: Till, operation: str, kind: str) -> None:
    seller = a_paid_seller(till)
    sale = a_sale(till, [10_000], sellers=[seller])
    pay(till, sale)
    if operation == "capture":
        till.fault(kind, "/v1/payment_intents/*/capture")
    with till.db.transaction() as session:
        finals = {sale.references[0]: Money(10_000)}
        payments.settle(session, sale.source_type, sale.source_id, finals)
    till.settle_down()
    till.resolve()
    assert till.one("SELECT state FROM payment").state == "settled"
    transfer(till, sale)
    if operation == "payout":
        till.fault(kind, "/v1/payouts")
        payout_flows.pay_out(till.db, till.gateway)
        till.resolve()
        assert till.one("SELECT state, amount FROM payout") == ("in_transit", 9_500)
        till.agrees()
        return
    if operation == "refund":
        till.fault(kind, "/v1/refunds")
    if operation == "reversal":
        till.fault(kind, "/v1/transfers/*/reversals")
    refund(till, sale, 1_000)
    for _ in range(2):
        till.resolve()
        till.catch_up()
    open_calls = till.all("SELECT key FROM provider_call WHERE state IN ('intent', 'unresolved')")
    assert open_calls == []
    assert till.one("SELECT state FROM refund").state == "succeeded"
    till.agrees()


@pytest.mark.parametrize("where", ["before", "after"])
@pytest.mark.parametrize("operation", ["transfer", "payout"])
def test_a_worker_that_is_killed_around_the_call_leaves_one_effect(
    till: Till, fresh_url: str, operation: str, where: str
) -> None:
    a_due_transfer(till)
    if operation == "payout":
        till.send_due()
    with till.db.transaction() as session:
        prepare_due(session)
    worker = os.fork()
    if worker == 0:
        os.environ["AGRIMARKET_FAILPOINT"] = f"payments.{where}_{operation}"
        failpoints._armed.cache_clear()
        db = Database(fresh_url)
        drain(db)
        payout_flows.pay_out(db, StripeGateway("sk_test_sandbox", till.sandbox.url, "whsec_sandbox"))
        os._exit(0)
    _, status = os.waitpid(worker, 0)
    assert os.waitstatus_to_exitcode(status) == 137
    till.resolve()
    if operation == "transfer":
        payout_flows.pay_out(till.db, till.gateway)
    assert transfers_at_provider(till) == 1
    assert till.sandbox.control("GET", "summary")["objects"]["payout"] == 1
    assert till.one("SELECT state FROM transfer").state == "sent"
    assert till.one("SELECT state FROM payout").state == "in_transit"
    till.agrees()


def test_two_workers_send_a_transfer_once(till: Till) -> None:
    a_due_transfer(till)

    def sweep(_: int) -> None:
        with till.db.transaction() as session:
            prepare_due(session)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(sweep, range(8)))
        call_id = till.one("SELECT id FROM provider_call WHERE operation = 'transfer'").id
        list(pool.map(lambda _: call_flows.run(till.db, till.gateway, call_id), range(8)))
    assert till.calls("POST /v1/transfers")["calls"] == 1
    assert till.one("SELECT state, attempts FROM transfer") == ("sent", 1)
    till.agrees()


def test_one_settlement_of_many_at_once(till: Till) -> None:
    sale = a_sale(till)
    pay(till, sale)

    def act(number: int) -> None:
        with till.db.transaction() as session:
            payments.settle(session, sale.source_type, sale.source_id, {sale.references[0]: Money(9_000)})

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(act, range(8)))
    till.settle_down()
    assert till.calls("POST /v1/payment_intents/{id}/capture")["calls"] == 1
    till.agrees()


def signed(body: bytes, *, secret: str = "whsec_sandbox", at: int = 0) -> dict[str, str]:
    stamp = int(time.time()) + at
    header = WebhookSignature.generate_signature_header(body.decode(), secret, stamp)
    return {"stripe-signature": header, "content-type": "application/json"}


def an_event(till: Till, kind: str) -> bytes:
    (event,) = till.sandbox.client().v1.events.list({"type": kind}).data
    return str(event).encode()


def test_a_webhook_ten_times_at_once_has_one_effect(till: Till, desk: TestClient[Litestar]) -> None:
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


def test_a_dispute_is_booked_once_and_a_lost_one_is_a_loss(till: Till) -> None:
    till.sandbox.control("POST", "settings", {"dispute_fee": 1_500})
    sale = a_settled_sale(till)
    charge = till.one("SELECT charge_id FROM payment").charge_id
    dispute = till.sandbox.control("POST", f"charges/{charge}/dispute", {"reason": "fraudulent"})
    for _ in range(2):
        webhooks.poll(till.db, till.gateway)
        till.settle_down()
    assert till.book(LedgerKind.DISPUTED) == 10_000
    assert till.book(LedgerKind.PROVIDER_FEES) == 1_500
    till.agrees()
    till.sandbox.control("POST", f"disputes/{dispute['id']}/resolve", {"outcome": "lost"})
    webhooks.poll(till.db, till.gateway)
    till.settle_down()
    assert till.book(LedgerKind.DISPUTED) == 0
    assert till.book(LedgerKind.DISPUTE_LOSSES) == 10_000
    assert till.book(LedgerKind.SELLER_PAYABLE, sale.sellers[0]) == 9_500
    till.agrees()


def test_a_handler_that_runs_again_changes_nothing(till: Till) -> None:
    sale = a_settled_sale(till)
    with till.db.transaction() as session:
        again = (
            "UPDATE delivery SET state = 'pending', due_at = agrimarket_now(), attempts = 0 WHERE handler LIKE :ours"
        )
        session.connection().execute(text(again), {"ours": "payments.%"})
    before = till.calls("POST /v1/payment_intents/{id}/capture")
    assert drain(till.db) > 0
    assert till.calls("POST /v1/payment_intents/{id}/capture") == before
    assert till.one("SELECT state FROM payment WHERE id = :id", id=sale.payment_id).state == "settled"
    till.agrees()
