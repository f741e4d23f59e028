"""Row 29: whoever dies in a purchase, and wherever: it is paid once and placed once, or it was never accepted.

Each purchase is made by a process of its own that ends at the failpoint. Decision 11 names the states that it leaves.
"""

import pytest

from agrimarket.drive import drive
from agrimarket.kernel.errors import DomainError
from agrimarket.payments.errors import PaymentRefused, PaymentUnderWay
from agrimarket.payments.flows import webhooks
from tests.faults.buying import LEASE, REPEATS, Buying

BETWEEN = {
    "orders.placed": "after placing, before the call",
    "payments.before_create_payment": "as the call begins",
    "payments.after_create_payment": "between the call and its record",
    "orders.recording": "within the recording transaction",
}


@pytest.mark.parametrize("where", BETWEEN)
def test_row_29_killed_and_nobody_comes_back(buying: Buying, where: str) -> None:
    for _ in range(REPEATS):
        buying.die(buying.begin(), where)
    buying.sweep()
    buying.tell(f"killed {BETWEEN[where]}; the sweep ends it")


@pytest.mark.parametrize("where", BETWEEN)
def test_row_29_killed_and_the_buyer_asks_again(buying: Buying, where: str) -> None:
    refused = 0
    for _ in range(REPEATS):
        cart = buying.begin()
        buying.die(cart, where)
        refused += isinstance(buying.check_out(cart), DomainError)  # its key is held for a minute
        refused += isinstance(buying.check_out(cart, payment_method="pm_card_mastercard"), PaymentUnderWay)
        buying.till.pass_time(LEASE)
        assert not isinstance(buying.check_out(cart), DomainError)
    buying.till.settle_down()
    assert refused == 2 * REPEATS
    buying.tell(f"killed {BETWEEN[where]}; the buyer asks again", asked_too_early=refused)


@pytest.mark.parametrize("where", ["payments.after_create_payment", "orders.recording"])
def test_row_29_killed_and_the_webhook_comes_first(buying: Buying, where: str) -> None:
    for _ in range(REPEATS):
        buying.die(buying.begin(), where)
    assert webhooks.poll(buying.till.db, buying.till.gateway) > 0
    buying.till.settle_down()
    assert buying.lost() == 0  # before any sweep
    buying.sweep()
    buying.tell(f"killed {BETWEEN[where]}; the event comes before the sweep")


def test_row_29_killed_after_the_record(buying: Buying) -> None:
    for _ in range(REPEATS):
        cart = buying.begin()
        buying.die(cart, "orders.recorded")
        before = buying.till.calls("POST /v1/payment_intents")["calls"]
        assert not isinstance(buying.check_out(cart), DomainError)  # the kept answer
        assert buying.till.calls("POST /v1/payment_intents")["calls"] == before
    buying.sweep()
    buying.tell("killed after the record, before the answer; the same key gets the kept one")


def test_row_29_killed_with_a_refused_card(buying: Buying) -> None:
    failed = "SELECT count(*) AS n FROM payment WHERE state = 'failed'"
    for _ in range(REPEATS):
        buying.die(buying.begin(), "orders.recording", payment_method="pm_card_chargeDeclined")
    buying.sweep()
    assert buying.till.one(failed).n == REPEATS
    for cart in buying.carts:
        again = buying.check_out(cart, payment_method="pm_card_chargeDeclined")
        assert isinstance(again, PaymentRefused)
        assert not isinstance(buying.check_out(cart), DomainError)
    buying.till.settle_down()
    buying.tell("killed with a card that is refused; another card pays")


def test_row_29_killed_on_the_way_to_alipay(buying: Buying) -> None:
    for _ in range(REPEATS):
        buying.die(buying.begin(), "payments.after_create_payment", method="alipay", payment_method=None)
    waiting = [intent for intent in buying.intents() if intent.status == "requires_action"]
    assert len(waiting) == REPEATS
    for intent in waiting:
        buying.till.sandbox.control("POST", f"payment_intents/{intent.id}/complete_action", {"outcome": "succeed"})
    webhooks.poll(buying.till.db, buying.till.gateway)
    buying.till.settle_down()
    buying.sweep()
    buying.till.agrees()
    buying.tell("killed before the buyer is sent to Alipay, who pays there")


def test_row_29_killed_and_found_out_after_the_purchase_lapsed(buying: Buying) -> None:
    points = ["orders.placed", "payments.after_create_payment"]
    for n in range(REPEATS):
        buying.die(buying.begin(), points[n % len(points)])
    buying.till.pass_time(drive().windows.payment)
    buying.unpaid()
    lapsed = buying.till.one("SELECT count(*) AS n FROM seller_order WHERE state = 'payment_expired'").n
    assert lapsed == 2 * REPEATS
    buying.sweep()
    buying.tell("killed, and found out only after the purchase lapsed: placed anew", lapsed_orders=lapsed)
