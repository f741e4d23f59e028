"""Buying, as the people do it: over HTTP, against the Stripe sandbox, with the workers' deliveries run inline."""

import re
from typing import Any

from sqlalchemy import text

from agrimarket.kernel.db import Database
from tests.orders.conftest import Shop, checkout_body
from tests.support.statements import statements
from workers.inline import drain


def _count(db: Database, statement: str) -> Any:
    with db.reading() as session:
        return session.connection().execute(text(statement)).scalar()


def test_two_sellers_one_payment_from_cart_to_delivered(shop: Shop, db: Database) -> None:
    market = shop.market
    farmer, cooperative = market.sellers
    cart = shop.cart(2, 1)
    quote = shop.quote(cart)
    assert quote["goods"]["amount"] == 2 * 6_800 + 4_990
    assert quote["total"]["amount"] == quote["goods"]["amount"] + quote["delivery"]["amount"]
    bought = shop.done(market.buyer, "/checkouts", checkout_body(quote_id=quote["id"]))
    group = bought["order_group"]
    assert (group["state"], bought["payment"]["state"]) == ("placed", "authorised")
    assert group["ceiling"] == quote["total"]
    drain(db)
    apples, oranges = shop.order(group, 0), shop.order(group, 1)
    assert [order["id"] for order in shop.get(farmer, "/seller-orders?state=placed").json()["items"]] == [apples]

    shop.done(farmer, f"/seller-orders/{apples}/accept")
    seen = shop.done(cooperative, f"/seller-orders/{oranges}/accept")
    assert seen["address"]["street"]
    shop.done(farmer, f"/seller-orders/{apples}/pack", {"boxes": 2})
    assert shop.post(farmer, f"/seller-orders/{apples}/dispatch", {}).json()["code"] == "order.payment_not_settled"
    line = seen["lines"][0]["id"]
    heavy = {"boxes": 1, "lines": [{"line_id": line, "packed": {"grams": 2_501}}]}
    assert shop.post(cooperative, f"/seller-orders/{oranges}/pack", heavy).json()["code"] == "order.packed_too_much"
    light = {"boxes": 1, "lines": [{"line_id": line, "packed": "4.8斤"}]}
    packed = shop.done(cooperative, f"/seller-orders/{oranges}/pack", light)
    assert packed["lines"][0]["final"]["amount"] == 4_790  # 4,990 × 2,400 / 2,500 = 4,790.4
    drain(db)
    paid = shop.get(market.buyer, f"/order-groups/{group['id']}").json()
    assert paid["final"]["amount"] == group["ceiling"]["amount"] - 200
    assert _count(db, "SELECT captured FROM payment") == paid["final"]["amount"]

    for who, order in ((farmer, apples), (cooperative, oranges)):
        shop.done(who, f"/seller-orders/{order}/dispatch", {"carrier": "顺丰", "tracking_number": "SF1"})
    shop.done(farmer, f"/seller-orders/{apples}/shipment", {"state": "held_at_checkpoint", "place": "大丰检查站"})
    shop.done(farmer, f"/seller-orders/{apples}/deliver")
    shop.done(market.buyer, f"/seller-orders/{oranges}/deliver")
    assert shop.get(market.buyer, f"/order-groups/{group['id']}").json()["state"] == "delivered"


def test_a_checkout_that_is_repeated_buys_once(shop: Shop, db: Database) -> None:
    buyer, cart = shop.market.buyer, shop.cart(1, 1)
    body = checkout_body(cart_id=cart)
    first = shop.post(buyer, "/checkouts", body, key="k1")
    same_key = shop.post(buyer, "/checkouts", body, key="k1")
    same_cart = shop.post(buyer, "/checkouts", body)
    assert first.status_code == same_key.status_code == same_cart.status_code == 201
    assert same_key.json() == first.json()
    assert same_key.headers["idempotency-replayed"] == "true"
    assert same_cart.json()["order_group"]["id"] == first.json()["order_group"]["id"]
    assert _count(db, "SELECT count(*) FROM order_group") == _count(db, "SELECT count(*) FROM payment") == 1
    elsewhere = {**body, "address": {**body["address"], "street": "別處 2 號"}}
    assert shop.post(buyer, "/checkouts", elsewhere).json()["code"] == "checkout.already_ordered"
    assert shop.post(buyer, "/checkouts", elsewhere, key="k1").json()["code"] == "idempotency.key_reused"
    assert shop.post(buyer, f"/carts/{cart}/lines", {"lines": shop.market.lines(1)}).json()["code"] == "cart.spent"


def test_a_refused_card_can_be_replaced_within_the_window(shop: Shop, db: Database) -> None:
    buyer, body = shop.market.buyer, checkout_body(cart_id=shop.cart(1))
    refused = shop.post(buyer, "/checkouts", {**body, "payment_method": "pm_card_chargeDeclined"}, key="k1")
    assert (refused.status_code, refused.json()["code"]) == (402, "payment.refused")
    drain(db)
    assert _count(db, "SELECT state FROM seller_order") == "pending_payment"
    again = shop.post(buyer, "/checkouts", body, key="k2")
    assert again.status_code == 201, again.text
    assert again.json()["order_group"]["state"] == "placed"
    assert _count(db, "SELECT count(*) FROM order_group") == 1


def test_alipay_is_placed_when_the_money_is_there(shop: Shop, db: Database) -> None:
    body = {**checkout_body(cart_id=shop.cart(1)), "method": "alipay", "payment_method": None}
    bought = shop.done(shop.market.buyer, "/checkouts", body)
    assert bought["order_group"]["state"] == "pending_payment"
    assert bought["payment"]["redirect_url"]


_OF_PAYMENTS = re.compile(r"(?:FROM|INTO|UPDATE) (?:payment|payment_split|provider_call)\b")


def test_how_many_statements_a_purchase_takes(shop: Shop, db: Database) -> None:
    """Sign-in included; what `payments` needs to talk to the provider is counted in its own tests."""
    counts: dict[str, int] = {}

    def counted(name: str, seen: list[str]) -> None:
        counts[name] = sum(_OF_PAYMENTS.search(statement) is None for statement in seen)
        seen.clear()

    with statements() as seen:
        cart = shop.cart(2, 1)
        counted("cart", seen)
        quote = shop.quote(cart)
        counted("quote", seen)
        bought = shop.done(shop.market.buyer, "/checkouts", checkout_body(quote_id=quote["id"]))
        counted("checkout", seen)
        shop.get(shop.market.buyer, f"/order-groups/{bought['order_group']['id']}")
        counted("read", seen)
    assert bought["order_group"]["state"] == "placed"
    assert counts == {"cart": 2, "quote": 6, "checkout": 13, "read": 2}
