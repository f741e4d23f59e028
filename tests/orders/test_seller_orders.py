"""Seller orders: declined, cancelled, packed, not answered; and who may see them."""

from datetime import timedelta
from typing import Any

import pytest

from agrimarket.drive import drive
from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from agrimarket.orders.service import checkouts, seller_orders
from agrimarket.orders.types import GroupView
from tests.factories.accounts import a_buyer, a_seller
from tests.factories.orders import Market, authorise, order_of
from tests.orders.conftest import Shop, bought, rows, sweep
from workers.inline import drain
from workers.tasks import orders as tasks


def test_one_seller_declines_and_the_other_goes_on(shop: Shop, db: Database) -> None:
    farmer, cooperative = shop.market.sellers
    group = bought(shop, db, 2, 1)
    apples, oranges = shop.order(group, 0), shop.order(group, 1)
    shop.done(cooperative, f"/seller-orders/{oranges}/accept")
    shop.done(cooperative, f"/seller-orders/{oranges}/pack", {"boxes": 1})
    declined = shop.done(farmer, f"/seller-orders/{apples}/decline", {"reason": "Hail took it."})
    assert (declined["state"], declined["final"]["amount"], declined["address"]) == ("declined", 0, None)
    drain(db)
    shop.done(cooperative, f"/seller-orders/{oranges}/dispatch", {})
    kept = shop.get(shop.market.buyer, f"/seller-orders/{oranges}").json()
    assert rows(db, "SELECT state, captured FROM payment") == [("settled", kept["ceiling"]["amount"])]
    assert shop.get(shop.market.buyer, f"/order-groups/{group['id']}").json()["state"] == "in_progress"


def test_all_sellers_decline_and_nothing_is_charged(shop: Shop, db: Database) -> None:
    group = bought(shop, db, 1, 1)
    for number, seller in enumerate(shop.market.sellers):
        shop.done(seller, f"/seller-orders/{shop.order(group, number)}/decline", {"reason": "Sold at the gate."})
    drain(db)
    assert rows(db, "SELECT state, captured FROM payment") == [("cancelled", 0)]
    assert shop.get(shop.market.buyer, f"/order-groups/{group['id']}").json()["state"] == "declined"


def test_who_called_off_gets_everything_back(shop: Shop, db: Database) -> None:
    farmer, buyer, operator = shop.market.sellers[0], shop.market.buyer, shop.market.operator
    why = {"reason": "The road is closed."}
    first = bought(shop, db, 1)["orders"][0]["id"]
    assert shop.done(buyer, f"/seller-orders/{first}/cancel", why)["state"] == "cancelled"
    assert rows(db, "SELECT sum(reserved), sum(committed) FROM harvest_lot") == [(0, 0)]
    second = bought(shop, db, 1)["orders"][0]["id"]
    shop.done(farmer, f"/seller-orders/{second}/accept")
    assert shop.post(buyer, f"/seller-orders/{second}/cancel", why).json()["code"] == "state.illegal_transition"
    shop.done(farmer, f"/seller-orders/{second}/pack", {"boxes": 1})
    assert shop.post(operator, f"/seller-orders/{second}/cancel", why).json()["code"] == "payment.closed"
    drain(db)
    shop.done(operator, f"/seller-orders/{second}/cancel", why)
    drain(db)
    captured_and_refunded = rows(db, "SELECT captured, refunded FROM payment_split WHERE captured > 0")
    assert captured_and_refunded
    assert all(captured == refunded for captured, refunded in captured_and_refunded)


def test_packing_less_is_allowed_and_nothing_or_more_is_not(shop: Shop, db: Database) -> None:
    farmer = shop.market.sellers[0]
    order = bought(shop, db, 3)["orders"][0]
    shop.done(farmer, f"/seller-orders/{order['id']}/accept")
    line = order["lines"][0]["id"]

    def packed(**what: Any) -> Any:
        lines = [{"line_id": line, **what}]
        return shop.post(farmer, f"/seller-orders/{order['id']}/pack", {"boxes": 1, "lines": lines}).json()

    assert packed(packs=4)["code"] == "order.packed_too_much"
    assert packed(packs=0)["code"] == "order.packed_nothing"
    assert packed(packed="2 kg")["code"] == "order.packed_unknown_line"
    twice = {"boxes": 1, "lines": [{"line_id": line, "packs": 3}, {"line_id": line, "packs": 1}]}
    refused = shop.post(farmer, f"/seller-orders/{order['id']}/pack", twice).json()
    assert [(error["pointer"], error["code"]) for error in refused["errors"]] == [("/lines", "packed_line_twice")]
    assert rows(db, "SELECT DISTINCT state FROM seller_order") == [("accepted",)]
    done = packed(packs=2)
    assert done["final"]["amount"] == 2 * 6_800 + done["delivery"]["amount"]


def test_a_seller_who_does_not_answer_has_declined(db: Database, placed: tuple[Market, GroupView]) -> None:
    market, group = placed
    with db.transaction() as session:
        authorise(session, group)
        checkouts.mark_paid(session, group.group.id)
        seller_orders.accept(session, market.sellers[0].principal, order_of(group, market.sellers[0]))
    sweep(db, drive().windows.answer, tasks.sweep_unanswered)
    states = rows(db, "SELECT state, end_reason FROM seller_order ORDER BY state")
    assert states == [("accepted", None), ("declined", "no_answer")]


def test_others_find_nothing(shop: Shop, db: Database) -> None:
    group = bought(shop, db, 1)
    order = group["orders"][0]["id"]
    with db.transaction() as session:
        strangers = [a_buyer(session), a_seller(session), shop.market.sellers[1]]
    line = {"boxes": 1}
    acts: list[tuple[str, Any]] = [
        ("accept", None),
        ("decline", {"reason": "x"}),
        ("cancel", {"reason": "x"}),
        ("pack", line),
        ("dispatch", {}),
        ("shipment", {"state": "failed"}),
        ("deliver", None),
    ]
    for stranger in strangers:
        assert shop.get(stranger, f"/order-groups/{group['id']}").status_code == 404
        assert shop.get(stranger, f"/seller-orders/{order}").status_code == 404
        assert shop.get(stranger, "/order-groups").json() == {"items": [], "next": None}
        assert shop.get(stranger, "/seller-orders").json() == {"items": [], "next": None}
        for act, body in acts:
            answer = shop.post(stranger, f"/seller-orders/{order}/{act}", body)
            assert answer.status_code == 404, (act, answer.text)
    assert shop.get(shop.market.sellers[0], f"/order-groups/{group['id']}").status_code == 404
    for act, body in acts:
        if act not in ("cancel", "deliver"):
            assert shop.post(shop.market.buyer, f"/seller-orders/{order}/{act}", body).status_code == 404
    assert rows(db, "SELECT state FROM seller_order") == [("placed",)]


def test_what_a_seller_has_sold(shop: Shop, db: Database) -> None:
    seller_id = shop.market.sellers[1].principal.seller_id
    assert seller_id is not None
    order = bought(shop, db, 0, 2)["orders"][0]
    with db.reading() as session:
        since = clock.read(session) - timedelta(days=1)
        sold = seller_orders.sales_of(session, seller_id, since)
        assert (sold.grams, sold.gross.amount, sold.orders) == (5_000, 9_980, 1)
        assert seller_orders.sales_of(session, seller_id, since + timedelta(days=2)).orders == 0
    shop.done(shop.market.sellers[1], f"/seller-orders/{order['id']}/accept")
    lines = [{"line_id": order["lines"][0]["id"], "packed": {"grams": 4_000}}]
    shop.done(shop.market.sellers[1], f"/seller-orders/{order['id']}/pack", {"boxes": 1, "lines": lines})
    with db.reading() as session:
        sold = seller_orders.sales_of(session, seller_id, since)
    assert (sold.grams, sold.gross.amount, sold.orders) == (4_000, 7_984, 1)


def test_the_sweeps_are_scheduled() -> None:
    from workers.schedules import SCHEDULES
    from workers.subscriptions import SUBSCRIPTIONS

    topics = {schedule.topic for schedule in SCHEDULES if schedule.name.startswith("orders.")}
    handled = {handler for topic in topics for handler in SUBSCRIPTIONS[topic]}
    assert handled == {
        tasks.sweep_unpaid,
        tasks.sweep_unanswered,
        tasks.sweep_delivered,
        tasks.sweep_short_harvests,
        tasks.watch_over,
    }


def test_delivery_is_paid_for_as_much_as_goes(shop: Shop, db: Database) -> None:
    """12.5 kg were ordered and 5 kg go: the fee is that of 5 kg, and claims are about the goods."""
    farmer, buyer = shop.market.sellers[0], shop.market.buyer
    order = bought(shop, db, 5)["orders"][0]
    shop.done(farmer, f"/seller-orders/{order['id']}/accept")
    lines = [{"line_id": order["lines"][0]["id"], "packs": 2}]
    packed = shop.done(farmer, f"/seller-orders/{order['id']}/pack", {"boxes": 1, "lines": lines})
    fees = drive().fees.delivery
    assert order["delivery"]["amount"] == fees.across_provinces.base + 10 * fees.across_provinces.step
    assert packed["delivery"]["amount"] == fees.across_provinces.base + 2 * fees.across_provinces.step
    assert packed["final"]["amount"] == 2 * 6_800 + packed["delivery"]["amount"]
    assert packed["ceiling"] == order["ceiling"]
    drain(db)
    assert rows(db, "SELECT captured FROM payment") == [(packed["final"]["amount"],)]
    shop.done(farmer, f"/seller-orders/{order['id']}/dispatch", {})
    shop.done(farmer, f"/seller-orders/{order['id']}/deliver")
    all_of_it = {"seller_order_id": order["id"], "reason": "spoiled", "description": "全壞了", "affected_bps": 10_000}
    assert shop.done(buyer, "/claims", all_of_it)["claimed"]["amount"] == 2 * 6_800


@pytest.mark.parametrize("packed", [False, True])
def test_what_nobody_gets_is_neither_sold_nor_on_sale(shop: Shop, db: Database, packed: bool) -> None:
    farmer, operator, why = shop.market.sellers[0], shop.market.operator, {"reason": "The road is closed."}
    stock = "SELECT quantity, committed, reserved FROM harvest_lot ORDER BY quantity LIMIT 1"
    before = rows(db, stock)[0]
    order = bought(shop, db, 3)["orders"][0]["id"]
    if packed:
        shop.done(farmer, f"/seller-orders/{order}/accept")
        shop.done(farmer, f"/seller-orders/{order}/pack", {"boxes": 1})
        drain(db)
    who, act = (operator, "cancel") if packed else (farmer, "decline")
    shop.done(who, f"/seller-orders/{order}/{act}", why)
    assert rows(db, stock) == [(before[0] - 3 * 2_500, 0, 0)]
    assert rows(db, "SELECT state FROM reservation") == [("released",)]
