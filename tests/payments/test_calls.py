"""Calls whose answer is lost, and workers that are killed: each call has one effect."""

import os
from datetime import timedelta

import pytest
from sqlalchemy import text

from agrimarket.integrations.stripe import StripeGateway
from agrimarket.kernel import failpoints
from agrimarket.kernel.db import Database
from agrimarket.kernel.money import Money
from agrimarket.payments.flows import payouts as payout_flows
from agrimarket.payments.service import payments
from agrimarket.payments.service.transfers import prepare_due
from tests.factories.payments import Till, a_due_transfer, a_paid_seller, a_sale, a_settled_sale, pay, refund, transfer
from workers.inline import drain


@pytest.mark.parametrize("kind", ["error_after", "error_before", "timeout_after", "timeout_before", "lock_timeout"])
def test_a_transfer_whose_answer_is_lost_is_sent_once(till: Till, kind: str) -> None:
    """Invariant 11."""
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
    assert till.transfers_at_provider() == 1
    till.agrees()


def test_a_lost_transfer_is_found_although_the_provider_forgot_the_key(till: Till) -> None:
    a_due_transfer(till)
    till.fault("error_after", "/v1/transfers")
    till.send_due()
    till.pass_time(timedelta(hours=25), provider=True)
    till.resolve()
    assert till.one("SELECT state FROM transfer").state == "sent"
    assert till.calls("POST /v1/transfers")["calls"] == 1
    assert till.transfers_at_provider() == 1
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
    assert till.transfers_at_provider() == 1
    assert till.sandbox.control("GET", "summary")["objects"]["payout"] == 1
    assert till.one("SELECT state FROM transfer").state == "sent"
    assert till.one("SELECT state FROM payout").state == "in_transit"
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
