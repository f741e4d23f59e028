"""Whatever happens to a payment, and in whatever order it is told: money taken means placed or given back.

Money not taken means that the stock is on sale again. Nothing waits for ever.
"""

import json
from contextlib import suppress
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agrimarket.drive import drive
from agrimarket.embedded.stripe_sandbox.testing import RunningSandbox
from agrimarket.kernel import outbox
from agrimarket.kernel.db import Database
from agrimarket.kernel.external_events import receive
from agrimarket.kernel.ids import new_id
from agrimarket.payments.events import StripeEventReceived
from agrimarket.payments.flows import webhooks
from tests.orders.conftest import Shop, rows, sweep
from tests.orders.test_authentication import ALIPAY, ASKS, Buyer
from workers.inline import drain
from workers.tasks import orders as tasks

PAYS = {
    "3-D Secure": ASKS,
    "another 3-D Secure": {"payment_method": "pm_card_threeDSecure2Required"},
    "good card": {"payment_method": "pm_card_visa"},
    "refused card": {"payment_method": "pm_card_chargeDeclined"},
    "browser": {"payment_method": None},
    "Alipay": ALIPAY,
}
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("pay"), st.sampled_from(sorted(PAYS))),
        st.tuples(st.just("bank"), st.sampled_from(["succeed", "fail", "processing"])),
        st.tuples(st.just("old page"), st.sampled_from(["succeed", "fail"])),
        st.tuples(st.just("webhook"), st.integers(0, 5)),
        st.tuples(st.just("provider cancels"), st.none()),
        st.tuples(st.just("window over"), st.sampled_from(["payment", "late_payment"])),
    ),
    min_size=2,
    max_size=9,
)


class Story(Buyer):
    """One purchase, and all that may happen to it."""

    def __init__(self, shop: Shop, db: Database, sandbox: RunningSandbox) -> None:
        super().__init__(shop, db)
        self.sandbox, self.pages = sandbox, list[str]()
        answer = self.pays(**ASKS)
        assert answer.status_code == 201, answer.text
        self.group = answer.json()["order_group"]

    def intent(self) -> Any:
        """The purchase's one intent at the provider; it is the newest of ours."""
        (row,) = rows(self.db, "SELECT provider_id FROM payment ORDER BY id DESC LIMIT 1")
        return self.sandbox.client().v1.payment_intents.retrieve(row[0])

    def take(self, what: str, how: Any) -> None:
        """Do one step; what is refused changes nothing."""
        match what:
            case "pay":
                answer = self.pays(**PAYS[how])
                assert answer.status_code < 500, answer.text
                payment = answer.json().get("payment") or {}
                self.pages += [payment["redirect_url"]] if payment.get("redirect_url") else []
            case "bank":
                with suppress(httpx.HTTPStatusError):
                    self.sandbox.control(
                        "POST", f"payment_intents/{self.intent().id}/complete_action", {"outcome": how}
                    )
            case "old page":
                for page in self.pages[:1]:
                    self.presses(page, how)
            case "webhook":
                self.webhook(how)
            case "provider cancels":
                if self.intent().status not in ("succeeded", "canceled"):
                    self.sandbox.client().v1.payment_intents.cancel(self.intent().id)
            case _:
                sweep(self.db, getattr(drive().windows, how), tasks.sweep_unpaid)

    def webhook(self, which: int) -> None:
        """One of the events so far arrives, late, doubled and out of order as it may be."""
        events = self.sandbox.client().v1.events.list({"limit": 20}).data
        event = events[which % len(events)]
        subject = json.loads(str(event))["data"]["object"]
        told = StripeEventReceived(
            event_id=str(new_id()),
            type=event.type,
            object_id=subject.get("id", ""),
            payment_intent=subject.get("payment_intent"),
        )
        with self.db.transaction() as session:
            receive(session, webhooks.SOURCE, told.event_id, {})
            outbox.record(session, told)
        drain(self.db)

    def end(self) -> None:
        """The bank answers at last; every window ends, with the workers' sweeps."""
        if self.intent().status == "processing":
            self.take("bank", "fail")
        for window in ("payment", "late_payment", "late_payment"):
            self.catch_up()
            self.take("window over", window)
            self.catch_up()

    def check(self) -> None:
        """Assert that money and stock are where they belong."""
        intent, state = self.intent(), self.payment()["state"]
        orders = {order["state"] for order in self.sees_all()["orders"]}
        charges = self.sandbox.client().v1.charges.list({"payment_intent": intent.id, "limit": 100}).data
        kept = sum(charge.amount - charge.amount_refunded for charge in charges if charge.paid)
        assert sum(charge.paid for charge in charges) <= 1
        if kept:
            assert state in ("authorised", "captured")
            assert orders == {"placed"}
            assert kept == self.sees_all()["ceiling"]["amount"]
        else:
            assert state in ("cancelled", "settled")
            assert "pending_payment" not in orders
        assert rows(self.db, "SELECT DISTINCT state FROM reservation WHERE state = 'active'") == []
        assert rows(self.db, "SELECT sum(reserved) FROM harvest_lot") == [(0,)]
        assert rows(self.db, "SELECT handler, last_error FROM delivery WHERE state = 'dead'") == []
        assert rows(self.db, "SELECT 1 FROM payment WHERE state IN ('created', 'pending', 'failed', 'settling')") == []

    def sees_all(self) -> dict[str, Any]:
        """This purchase, among others."""
        return self.shop.get(self.shop.market.buyer, f"/order-groups/{self.group['id']}").json()

    def payment(self) -> dict[str, Any]:
        """Its payment."""
        return self.shop.get(self.shop.market.buyer, f"/payments/{self.group['payment_id']}").json()


@pytest.mark.slow
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_money_taken_is_placed_or_given_back_and_nothing_waits_for_ever(
    shop: Shop, db: Database, stripe_for_orders: RunningSandbox, steps: list[tuple[str, Any]]
) -> None:
    story = Story(shop, db, stripe_for_orders)
    for what, how in steps:
        story.take(what, how)
    story.end()
    story.check()
