"""Checkouts as people do them: over HTTP, against the Stripe sandbox, with the workers' deliveries run inline."""

from contextlib import suppress
from datetime import time, timedelta

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text

from agrimarket.accounts.service import sellers
from agrimarket.accounts.states import Standing
from agrimarket.catalog.models.listings import Listing
from agrimarket.catalog.service import listings
from agrimarket.drive import Calling, drive
from agrimarket.embedded.stripe_sandbox.testing import RunningSandbox
from agrimarket.integrations.payment_gateway import Tender
from agrimarket.integrations.stripe import gateway
from agrimarket.kernel.calling import awake
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import found
from agrimarket.kernel.ids import encode, new_id
from agrimarket.orders.queries import checkouts as queries
from agrimarket.orders.service import checkouts
from agrimarket.orders.types import GroupView
from agrimarket.payments.flows import calls as call_flow
from agrimarket.payments.queries import payments
from agrimarket.payments.service import attempts, calls
from agrimarket.settings import get_settings
from tests.factories import catalog
from tests.factories.accounts import a_buyer
from tests.factories.orders import ADDRESS, DESTINATION, Market, a_market, a_purchase, authorise
from tests.orders.conftest import Shop, checkout_body, refused, rows, sweep, value, written
from tests.support.statements import commits, statements
from workers.inline import drain
from workers.tasks import orders as tasks


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
    assert value(db, "SELECT captured FROM payment") == paid["final"]["amount"]

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
    assert value(db, "SELECT count(*) FROM order_group") == value(db, "SELECT count(*) FROM payment") == 1
    elsewhere = {**body, "address": {**body["address"], "street": "別處 2 號"}}
    assert shop.post(buyer, "/checkouts", elsewhere).json()["code"] == "checkout.already_ordered"
    assert shop.post(buyer, "/checkouts", elsewhere, key="k1").json()["code"] == "idempotency.key_reused"
    assert shop.post(buyer, f"/carts/{cart}/lines", {"lines": shop.market.lines(1)}).json()["code"] == "cart.spent"


def test_a_refused_card_can_be_replaced_within_the_window(shop: Shop, db: Database) -> None:
    buyer, body = shop.market.buyer, checkout_body(cart_id=shop.cart(1))
    refused = shop.post(buyer, "/checkouts", {**body, "payment_method": "pm_card_chargeDeclined"}, key="k1")
    assert (refused.status_code, refused.json()["code"]) == (402, "payment.refused")
    drain(db)
    assert value(db, "SELECT state FROM seller_order") == "pending_payment"
    again = shop.post(buyer, "/checkouts", body, key="k2")
    assert again.status_code == 201, again.text
    assert again.json()["order_group"]["state"] == "placed"
    assert value(db, "SELECT count(*) FROM order_group") == 1


def test_a_card_beside_another_that_is_being_tried_waits_and_is_tried_then(shop: Shop, db: Database) -> None:
    """Two windows of one buyer, after a refusal: the second is told to come again, not that it was refused."""
    buyer, body = shop.market.buyer, checkout_body(cart_id=shop.cart(1))
    shop.post(buyer, "/checkouts", {**body, "payment_method": "pm_card_chargeDeclined"}, key="k1")
    with db.transaction() as session:
        payment = found(payments.one(session, value(db, "SELECT id FROM payment"), lock=True))
        call_id = found(attempts.next_call(session, payment, Tender("pm_card_visa", "http://here/")))
        call = found(calls.claim(session, call_id))
    before = written(db)
    other = {**body, "payment_method": "pm_card_mastercard"}
    waits = shop.post(buyer, "/checkouts", other, key="k2")
    assert (waits.status_code, waits.json()["code"]) == (409, "payment.under_way"), waits.text
    assert int(waits.headers["retry-after"]) > 0
    assert written(db) == before
    call_flow.make(db, gateway(get_settings()), call)
    again = shop.post(buyer, "/checkouts", other, key="k2")
    assert (again.status_code, again.json()["order_group"]["state"]) == (201, "placed")
    assert value(db, "SELECT count(*) FROM provider_call") == 2


def test_alipay_is_placed_when_the_money_is_there(shop: Shop, db: Database) -> None:
    body = {**checkout_body(cart_id=shop.cart(1)), "method": "alipay", "payment_method": None}
    bought = shop.done(shop.market.buyer, "/checkouts", body)
    assert bought["order_group"]["state"] == "pending_payment"
    assert bought["payment"]["redirect_url"]


def test_how_many_statements_a_purchase_takes(
    stripe_for_orders: RunningSandbox, fresh_db: Database, fresh_client: TestClient[Litestar]
) -> None:
    """Sign-in, idempotency key and payment included, for goods of two sellers."""
    with fresh_db.transaction() as session:
        shop = Shop(fresh_client, a_market(session))
    shop.cart(1, 1)  # the first statements of a connection ask about the server
    counts: dict[str, tuple[int, int, int]] = {}
    with statements() as seen, commits(fresh_db) as committed:

        def counted(name: str) -> None:
            calls = stripe_for_orders.control("GET", "summary")["calls"]
            made = sum(path["calls"] for path in calls.values())
            counts[name] = len(seen), len(committed), made - before
            seen.clear()
            committed.clear()

        before = sum(path["calls"] for path in stripe_for_orders.control("GET", "summary")["calls"].values())
        cart = shop.cart(2, 1)
        counted("cart")
        bought = shop.post(shop.market.buyer, "/checkouts", checkout_body(cart_id=cart), key="once").json()
        counted("checkout")
    assert bought["order_group"]["state"] == "placed"
    assert counts == {"cart": (2, 1, 0), "checkout": (18, 2, 1)}  # in all 20 statements, 3 commits and one call


def test_how_many_statements_a_quote_and_a_look_take(shop: Shop, db: Database) -> None:
    cart = shop.cart(2, 1)
    with statements() as seen:
        quote = shop.quote(cart)
        assert len(seen) == 5
    bought = shop.done(shop.market.buyer, "/checkouts", checkout_body(quote_id=quote["id"]))
    with statements() as seen:
        shop.get(shop.market.buyer, f"/order-groups/{bought['order_group']['id']}")
        assert len(seen) == 2


def test_a_price_that_changed_is_told_with_the_new_one(shop: Shop, db: Database) -> None:
    quote = shop.quote(shop.cart(2))
    with db.transaction() as session:
        listing = session.get_one(Listing, shop.market.listings[0].id)
        listing.price = 7_000
    problem = refused(shop, db, "/checkouts", checkout_body(quote_id=quote["id"]), 409, "checkout.price_changed")
    assert problem["details"]["total"]["amount"] == quote["total"]["amount"] + 400
    (parcel,), listing_id = problem["details"]["parcels"], encode("lst", shop.market.listings[0].id)
    assert [(item["listing_id"], item["unit_price"]) for item in parcel["items"]] == [(listing_id, 7_000)]
    agreed = shop.done(shop.market.buyer, "/checkouts", checkout_body(cart_id=quote["cart_id"]))
    assert agreed["order_group"]["ceiling"] == problem["details"]["total"]


def test_a_suspended_seller_sells_nothing(shop: Shop, db: Database) -> None:
    cart = shop.cart(1, 1)
    with db.transaction() as session:
        seller_id = shop.market.sellers[0].principal.seller_id
        assert seller_id is not None
        sellers.set_standing(session, seller_id, Standing.SUSPENDED)
    body = checkout_body(cart_id=cart)
    answer = shop.post(shop.market.buyer, "/checkouts", body)
    assert answer.status_code == 409
    assert answer.json()["code"] in {"checkout.seller_suspended", "cart.listing_unavailable"}
    assert written(db)[0] == 0


def test_who_comes_when_the_last_box_is_paid_is_told_that_it_is_sold(shop: Shop, db: Database) -> None:
    """The listing has ended by then, which is no other reason than that of who came a second earlier."""
    cart = shop.cart(1)
    with db.transaction() as session:
        session.connection().execute(text("UPDATE harvest_lot SET quantity = 2500"))
        bought = a_purchase(session, shop.market, (1,), buyer=a_buyer(session))
        authorise(session, bought)
        checkouts.mark_paid(session, bought.group.id)
        states = session.connection().execute(text("SELECT state FROM listing ORDER BY state DESC")).scalars().all()
        assert list(states) == ["sold_out", "published"]
    before = written(db)
    refused(shop, db, "/checkouts", checkout_body(cart_id=cart), 409, "lot.sold_out")
    asked = {"cart_id": cart, "region_code": DESTINATION, "community": ADDRESS.community}
    refused(shop, db, "/quotes", asked, 409, "lot.sold_out")
    with db.transaction() as session:
        seller = shop.market.sellers[0].principal
        catalog.a_listing(session, seller, code="apple", title="東港蘋果，另一批")
    told = refused(shop, db, "/checkouts", checkout_body(cart_id=cart), 409, "lot.sold_out.others_open")
    assert told["details"]["others"] == 1
    assert written(db) == before


def test_a_paused_listing_is_not_sold(shop: Shop, db: Database) -> None:
    cart = shop.cart(1)
    with db.transaction() as session:
        listings.pause(session, shop.market.sellers[0].principal, shop.market.listings[0].id)
    refused(shop, db, "/checkouts", checkout_body(cart_id=cart), 409, "cart.listing_unavailable")


def test_an_empty_cart_and_a_checkout_of_nothing(shop: Shop, db: Database) -> None:
    empty = shop.done(shop.market.buyer, "/carts", {})["id"]
    refused(shop, db, "/quotes", {"cart_id": empty, "region_code": DESTINATION}, 409, "cart.empty")
    refused(shop, db, "/checkouts", checkout_body(), 422, "checkout.cart_or_quote")
    refused(shop, db, "/checkouts", checkout_body(cart_id=encode("crt", new_id())), 404, "not_found")


def test_an_unpaid_purchase_lapses_and_its_stock_is_on_sale_again(
    db: Database, placed: tuple[Market, GroupView]
) -> None:
    sweep(db, drive().windows.payment - timedelta(seconds=1), tasks.sweep_unpaid)
    assert rows(db, "SELECT DISTINCT state FROM seller_order") == [("pending_payment",)]
    sweep(db, timedelta(seconds=1), tasks.sweep_unpaid)
    assert rows(db, "SELECT DISTINCT state FROM seller_order") == [("payment_expired",)]
    assert rows(db, "SELECT DISTINCT state FROM reservation") == [("expired",)]
    assert rows(db, "SELECT sum(reserved) FROM harvest_lot") == [(0,)]
    sweep(db, drive().windows.late_payment, tasks.sweep_unpaid)
    assert rows(db, "SELECT state FROM payment") == [("cancelled",)]
    assert rows(db, "SELECT DISTINCT final FROM seller_order") == [(0,)]


@pytest.mark.parametrize("sold_meanwhile", [0, 1, 2])
def test_a_payment_after_the_lapse_gets_what_is_left_and_the_rest_back(
    db: Database, placed: tuple[Market, GroupView], sold_meanwhile: int
) -> None:
    market, group = placed
    sweep(db, drive().windows.payment, tasks.sweep_unpaid)
    with db.transaction() as session:
        for listing in market.listings[:sold_meanwhile]:
            session.connection().execute(
                text("UPDATE harvest_lot SET committed = quantity WHERE id = :id"), {"id": listing.lot_id}
            )
        authorise(session, group)
        assert len(checkouts.mark_paid(session, group.group.id)) == 2 - sold_meanwhile
        assert checkouts.mark_paid(session, group.group.id) == []
    counted = dict(rows(db, "SELECT state, count(*) FROM seller_order GROUP BY state"))
    assert counted.get("placed", 0) == 2 - sold_meanwhile
    assert counted.get("payment_expired", 0) == sold_meanwhile
    (payment,) = rows(db, "SELECT state FROM payment")
    assert payment[0] == ("settling" if sold_meanwhile == 2 else "authorised")


@pytest.mark.parametrize("hours", [(time(8), time(21)), (time(0), time(23, 59, 59, 999_999)), (time(20), time(20, 30))])
def test_a_seller_answers_within_calling_hours_and_never_sooner(
    db: Database, placed: tuple[Market, GroupView], hours: tuple[time, time]
) -> None:
    calling = Calling.model_validate({"from": hours[0], "until": hours[1]})
    with db.transaction() as session:
        authorise(session, placed[1])
        for window in (timedelta(minutes=20) * step for step in range(24 * 3)):
            with suppress(_Undone), session.begin_nested():
                orders, _ = queries.place_paid(session, placed[1].group.id, window, calling)
                for order in orders:
                    assert order.answer_by == awake(order.placed_at + window, calling) >= order.placed_at + window
                assert len(orders) == 2
                raise _Undone


class _Undone(Exception):
    """Rolls back to the savepoint."""
