"""3-D Secure, refusals, Alipay and lapses: each ends in a state that the buyer sees and can act on."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from agrimarket.drive import drive
from agrimarket.embedded.stripe_sandbox.testing import RunningSandbox
from agrimarket.integrations.stripe import gateway
from agrimarket.kernel.db import Database
from agrimarket.kernel.ids import new_id
from agrimarket.payments.flows import webhooks
from agrimarket.settings import get_settings
from tests.orders.conftest import Shop, checkout_body, rows, sweep, value
from workers.inline import drain
from workers.tasks import orders as tasks

ASKS = {"payment_method": "pm_card_authenticationRequired"}
ALIPAY = {"method": "alipay", "payment_method": None}


class Buyer:
    """A buyer with one cart, who checks it out as often as they like."""

    def __init__(self, shop: Shop, db: Database) -> None:
        self.shop, self.db = shop, db
        self.body = checkout_body(cart_id=shop.cart(1, 1))

    def pays(self, **how: Any) -> Any:
        """Check the cart out, under a key of its own."""
        return self.shop.post(self.shop.market.buyer, "/checkouts", {**self.body, **how}, key=str(new_id()))

    def sees(self) -> dict[str, Any]:
        """The purchase, as the buyer reads it."""
        (group,) = self.shop.get(self.shop.market.buyer, "/order-groups").json()["items"]
        assert self.shop.get(self.shop.market.buyer, f"/order-groups/{group['id']}").json() == group
        return group

    def payment(self) -> dict[str, Any]:
        """Its payment, as the buyer reads it."""
        return self.shop.get(self.shop.market.buyer, f"/payments/{self.sees()['payment_id']}").json()

    def presses(self, url: str, outcome: str = "succeed") -> None:
        """Press the button on the bank's or Alipay's page."""
        assert httpx.post(url, data={"outcome": outcome}, trust_env=False).status_code == 303

    def catch_up(self) -> None:
        """Take in the provider's events."""
        webhooks.poll(self.db, gateway(get_settings()))
        drain(self.db)


@pytest.fixture
def buyer(shop: Shop, db: Database) -> Buyer:
    return Buyer(shop, db)


def test_a_card_that_asks_for_3d_secure_tells_where_to_go_and_until_when(buyer: Buyer) -> None:
    first = buyer.pays(**ASKS)
    assert first.status_code == 201
    begun = first.json()["payment"]
    assert (begun["state"], begun["next_step"]) == ("pending", "authenticate")
    assert begun["redirect_url"].startswith("http")
    again = buyer.pays(**ASKS)
    assert (again.status_code, again.json()["payment"]) == (201, begun)
    seen = buyer.sees()
    assert seen["state"] == "pending_payment"
    assert seen["payment"]["redirect_url"] == begun["redirect_url"] == buyer.payment()["redirect_url"]
    assert seen["payment"]["pay_until"] == seen["expires_at"]
    assert "client_secret" not in seen["payment"]
    buyer.presses(begun["redirect_url"])
    paid = buyer.pays(**ASKS)  # who comes back finds out, without any webhook
    assert (paid.status_code, paid.json()["order_group"]["state"]) == (201, "placed")
    assert buyer.sees()["payment"] is None
    assert buyer.payment()["next_step"] == "none"


@pytest.mark.parametrize("how", [{"payment_method": "pm_card_visa"}, ALIPAY], ids=["card", "alipay"])
def test_another_card_or_method_takes_the_place_of_one_in_3d_secure(
    buyer: Buyer, db: Database, stripe_for_orders: RunningSandbox, how: dict[str, Any]
) -> None:
    page = buyer.pays(**ASKS).json()["payment"]["redirect_url"]
    answer = buyer.pays(**how)
    assert answer.status_code == 201, answer.text
    if how == ALIPAY:
        assert answer.json()["payment"]["redirect_url"] != page
        buyer.presses(page)  # the card's page counts no more
        assert buyer.payment()["state"] == "pending"
        buyer.presses(answer.json()["payment"]["redirect_url"])
        answer = buyer.pays(**how)
    assert answer.json()["order_group"]["state"] == "placed"
    assert answer.json()["order_group"]["method"] == buyer.payment()["method"] == how.get("method", "card")
    buyer.presses(page)
    buyer.catch_up()
    charges = stripe_for_orders.client().v1.charges.list({"limit": 100}).data
    intent = value(db, "SELECT provider_id FROM payment")
    assert [charge.paid for charge in charges if charge.payment_intent == intent] == [True]


def test_from_alipay_to_a_card(buyer: Buyer) -> None:
    buyer.pays(**ALIPAY)
    browser = buyer.pays(method="card", payment_method=None)
    assert (browser.status_code, browser.json()["code"]) == (422, "payment.card_missing")
    assert browser.json()["errors"][0]["pointer"] == "/payment_method"
    paid = buyer.pays(payment_method="pm_card_visa")
    assert (paid.json()["order_group"]["state"], paid.json()["payment"]["state"]) == ("placed", "authorised")
    assert buyer.sees()["method"] == "card"


def test_a_replaced_card_that_has_succeeded_meanwhile_pays(buyer: Buyer) -> None:
    buyer.presses(buyer.pays(**ASKS).json()["payment"]["redirect_url"])
    other = buyer.pays(payment_method="pm_card_mastercard")
    assert (other.status_code, other.json()["order_group"]["state"]) == (201, "placed")
    assert buyer.payment()["failure_code"] is None


@pytest.mark.parametrize("token", ["pm_card_chargeDeclined", "pm_card_chargeDeclinedStolenCard"])
def test_a_refused_card_in_3d_secures_place(buyer: Buyer, token: str) -> None:
    buyer.pays(**ASKS)
    assert buyer.pays(payment_method=token).status_code == 402
    seen = buyer.sees()["payment"]
    assert (seen["state"], seen["next_step"], seen["failure_code"]) == ("failed", "pay", "card_declined")
    assert seen["redirect_url"] is None
    assert buyer.pays(payment_method="pm_card_visa").json()["order_group"]["state"] == "placed"


@pytest.mark.parametrize("how", [ASKS, ALIPAY], ids=["card", "alipay"])
def test_a_payment_that_failed_on_the_banks_page_can_be_tried_again(buyer: Buyer, how: dict[str, Any]) -> None:
    page = buyer.pays(**how).json()["payment"]["redirect_url"]
    buyer.presses(page, "fail")
    buyer.catch_up()
    assert (buyer.payment()["state"], buyer.payment()["next_step"]) == ("failed", "pay")
    again = buyer.pays(**how).json()["payment"]
    assert (again["state"], again["next_step"]) == ("pending", "authenticate")
    buyer.presses(again["redirect_url"])
    buyer.catch_up()
    assert buyer.sees()["state"] == "placed"


def test_a_card_that_is_refused_after_3d_secure(buyer: Buyer) -> None:
    begun = buyer.pays(payment_method="pm_card_authenticationRequiredChargeDeclinedInsufficientFunds")
    buyer.presses(begun.json()["payment"]["redirect_url"])
    buyer.catch_up()
    assert (buyer.payment()["state"], buyer.payment()["decline_code"]) == ("failed", "insufficient_funds")


@pytest.mark.parametrize("outcome", ["succeed", "fail"])
def test_a_bank_that_has_not_answered_yet(buyer: Buyer, stripe_for_orders: RunningSandbox, outcome: str) -> None:
    buyer.pays(**ALIPAY)
    intent = value(buyer.db, "SELECT provider_id FROM payment")
    stripe_for_orders.control("POST", f"payment_intents/{intent}/complete_action", {"outcome": "processing"})
    buyer.catch_up()
    assert (buyer.payment()["state"], buyer.payment()["next_step"]) == ("pending", "wait")
    other = buyer.pays(payment_method="pm_card_visa")  # cannot be replaced now
    assert (other.status_code, other.json()["payment"]["next_step"]) == (201, "wait")
    stripe_for_orders.control("POST", f"payment_intents/{intent}/complete_action", {"outcome": outcome})
    buyer.catch_up()
    assert buyer.sees()["state"] == ("placed" if outcome == "succeed" else "pending_payment")
    assert buyer.payment()["state"] == ("captured" if outcome == "succeed" else "failed")


@pytest.mark.parametrize("how", [ASKS, ALIPAY], ids=["card", "alipay"])
@pytest.mark.parametrize("failed", [False, True])
def test_what_lapses_is_cancelled_here_and_there(buyer: Buyer, db: Database, how: dict[str, Any], failed: bool) -> None:
    page = buyer.pays(**how).json()["payment"]["redirect_url"]
    if failed:
        buyer.presses(page, "fail")
    sweep(db, drive().windows.payment, tasks.sweep_unpaid)
    assert (buyer.sees()["state"], buyer.sees()["payment"]) == ("payment_expired", None)
    sweep(db, drive().windows.late_payment, tasks.sweep_unpaid)
    drain(db)
    assert buyer.payment()["state"] == "cancelled"
    assert rows(db, "SELECT handler FROM delivery WHERE state = 'dead' OR last_error IS NOT NULL") == []
    assert rows(db, "SELECT sum(reserved) FROM harvest_lot") == [(0,)]


def test_what_the_provider_cancels_is_cancelled_here(buyer: Buyer, stripe_for_orders: RunningSandbox) -> None:
    buyer.pays(**ASKS)
    stripe_for_orders.client().v1.payment_intents.cancel(value(buyer.db, "SELECT provider_id FROM payment"))
    again = buyer.pays(payment_method="pm_card_visa")
    assert again.status_code == 201, again.text
    buyer.catch_up()
    assert (buyer.payment()["state"], buyer.sees()["state"]) == ("cancelled", "payment_expired")
    sweep(buyer.db, timedelta(0), tasks.sweep_unpaid)
