"""After the payment: one seller declines and the other goes on, orders are called off, late payments, new notices."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session

from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from agrimarket.kernel.i18n import PEOPLES_ZONE
from agrimarket.kernel.ids import decode, new_id
from agrimarket.orders import service
from agrimarket.orders.rules import ANSWER_WINDOW, LATE_WINDOW, PAYMENT_WINDOW
from agrimarket.orders.types import GroupView
from agrimarket.regions.service import bulletins
from tests.factories.accounts import a_buyer, a_seller
from tests.factories.orders import Market, a_market, a_purchase, authorise, order_of
from tests.factories.regions import notice
from tests.orders.conftest import Shop, checkout_body
from workers.handling import RUNNERS
from workers.inline import drain
from workers.tasks import orders as tasks


def _rows(db: Database, statement: str) -> list[Any]:
    with db.reading() as session:
        return [tuple(row) for row in session.connection().execute(text(statement))]


def _bought(shop: Shop, db: Database, *packs: int) -> Any:
    group = shop.done(shop.market.buyer, "/checkouts", checkout_body(cart_id=shop.cart(*packs)))["order_group"]
    drain(db)
    return group


def test_one_seller_declines_and_the_other_goes_on(shop: Shop, db: Database) -> None:
    farmer, cooperative = shop.market.sellers
    group = _bought(shop, db, 2, 1)
    apples, oranges = shop.order(group, 0), shop.order(group, 1)
    shop.done(cooperative, f"/seller-orders/{oranges}/accept")
    shop.done(cooperative, f"/seller-orders/{oranges}/pack", {"boxes": 1})
    declined = shop.done(farmer, f"/seller-orders/{apples}/decline", {"reason": "Hail took it."})
    assert (declined["state"], declined["final"]["amount"], declined["address"]) == ("declined", 0, None)
    drain(db)
    shop.done(cooperative, f"/seller-orders/{oranges}/dispatch", {})
    kept = shop.get(shop.market.buyer, f"/seller-orders/{oranges}").json()
    assert _rows(db, "SELECT state, captured FROM payment") == [("settled", kept["ceiling"]["amount"])]
    assert shop.get(shop.market.buyer, f"/order-groups/{group['id']}").json()["state"] == "in_progress"


def test_all_sellers_decline_and_nothing_is_charged(shop: Shop, db: Database) -> None:
    group = _bought(shop, db, 1, 1)
    for number, seller in enumerate(shop.market.sellers):
        shop.done(seller, f"/seller-orders/{shop.order(group, number)}/decline", {"reason": "Sold at the gate."})
    drain(db)
    assert _rows(db, "SELECT state, captured FROM payment") == [("cancelled", 0)]
    assert shop.get(shop.market.buyer, f"/order-groups/{group['id']}").json()["state"] == "declined"


def test_who_called_off_gets_everything_back(shop: Shop, db: Database) -> None:
    farmer, buyer, operator = shop.market.sellers[0], shop.market.buyer, shop.market.operator
    why = {"reason": "The road is closed."}
    first = _bought(shop, db, 1)["orders"][0]["id"]
    assert shop.done(buyer, f"/seller-orders/{first}/cancel", why)["state"] == "cancelled"
    assert _rows(db, "SELECT sum(reserved), sum(committed) FROM harvest_lot") == [(0, 0)]
    second = _bought(shop, db, 1)["orders"][0]["id"]
    shop.done(farmer, f"/seller-orders/{second}/accept")
    assert shop.post(buyer, f"/seller-orders/{second}/cancel", why).json()["code"] == "state.illegal_transition"
    shop.done(farmer, f"/seller-orders/{second}/pack", {"boxes": 1})
    assert shop.post(operator, f"/seller-orders/{second}/cancel", why).json()["code"] == "payment.closed"
    drain(db)
    shop.done(operator, f"/seller-orders/{second}/cancel", why)
    drain(db)
    captured_and_refunded = _rows(db, "SELECT captured, refunded FROM payment_split WHERE captured > 0")
    assert captured_and_refunded
    assert all(captured == refunded for captured, refunded in captured_and_refunded)


def test_packing_less_is_allowed_and_nothing_or_more_is_not(shop: Shop, db: Database) -> None:
    farmer = shop.market.sellers[0]
    order = _bought(shop, db, 3)["orders"][0]
    shop.done(farmer, f"/seller-orders/{order['id']}/accept")
    line = order["lines"][0]["id"]

    def packed(**what: Any) -> Any:
        lines = [{"line_id": line, **what}]
        return shop.post(farmer, f"/seller-orders/{order['id']}/pack", {"boxes": 1, "lines": lines}).json()

    assert packed(packs=4)["code"] == "order.packed_too_much"
    assert packed(packs=0)["code"] == "order.packed_nothing"
    assert packed(packed="2 kg")["code"] == "order.packed_unknown_line"
    assert packed(packs=2)["final"]["amount"] == 2 * 6_800 + order["delivery"]["amount"]


@pytest.fixture
def placed(db: Database) -> tuple[Market, GroupView]:
    """A purchase of both sellers that waits for its payment."""
    with db.transaction() as session:
        market = a_market(session)
        return market, a_purchase(session, market, (1, 1))


def _sweep(db: Database, after: timedelta, sweep: str) -> None:
    """What the worker's handler of that name does, `after` later."""
    with db.transaction() as session:
        clock.advance(session, after)
    RUNNERS[sweep](db, new_id(), {"name": sweep, "slot": "2020-02-17T00:00:00Z"})


def test_an_unpaid_purchase_lapses_and_its_stock_is_on_sale_again(
    db: Database, placed: tuple[Market, GroupView]
) -> None:
    _sweep(db, PAYMENT_WINDOW - timedelta(seconds=1), tasks.sweep_unpaid)
    assert _rows(db, "SELECT DISTINCT state FROM seller_order") == [("pending_payment",)]
    _sweep(db, timedelta(seconds=1), tasks.sweep_unpaid)
    assert _rows(db, "SELECT DISTINCT state FROM seller_order") == [("payment_expired",)]
    assert _rows(db, "SELECT DISTINCT state FROM reservation") == [("expired",)]
    assert _rows(db, "SELECT sum(reserved) FROM harvest_lot") == [(0,)]
    _sweep(db, LATE_WINDOW, tasks.sweep_unpaid)
    assert _rows(db, "SELECT state FROM payment") == [("cancelled",)]
    assert _rows(db, "SELECT DISTINCT final FROM seller_order") == [(0,)]


@pytest.mark.parametrize("sold_meanwhile", [0, 1, 2])
def test_a_payment_after_the_lapse_gets_what_is_left_and_the_rest_back(
    db: Database, placed: tuple[Market, GroupView], sold_meanwhile: int
) -> None:
    market, group = placed
    _sweep(db, PAYMENT_WINDOW, tasks.sweep_unpaid)
    with db.transaction() as session:
        for listing in market.listings[:sold_meanwhile]:
            session.connection().execute(
                text("UPDATE harvest_lot SET committed = quantity WHERE id = :id"), {"id": listing.lot_id}
            )
        authorise(session, group)
        assert len(service.mark_paid(session, group.group.id)) == 2 - sold_meanwhile
        assert service.mark_paid(session, group.group.id) == []
    counted = dict(_rows(db, "SELECT state, count(*) FROM seller_order GROUP BY state"))
    assert counted.get("placed", 0) == 2 - sold_meanwhile
    assert counted.get("payment_expired", 0) == sold_meanwhile
    (payment,) = _rows(db, "SELECT state FROM payment")
    assert payment[0] == ("settling" if sold_meanwhile == 2 else "authorised")


def test_a_seller_who_does_not_answer_has_declined(db: Database, placed: tuple[Market, GroupView]) -> None:
    market, group = placed
    with db.transaction() as session:
        authorise(session, group)
        service.mark_paid(session, group.group.id)
        service.accept(session, market.sellers[0].principal, order_of(group, market.sellers[0]))
    _sweep(db, ANSWER_WINDOW, tasks.sweep_unanswered)
    rows = _rows(db, "SELECT state, end_reason FROM seller_order ORDER BY state")
    assert rows == [("accepted", None), ("declined", "no_answer")]


def _notice(session: Session, *communities: str, minutes: int = 0) -> None:
    clock.advance(session, timedelta(minutes=minutes))
    hour = clock.read(session).astimezone(PEOPLES_ZONE).strftime("%Y-%m-%d %H时")
    areas = {"湖北省 武汉市 江岸区": list(communities)} if communities != ("open",) else {}
    bulletins.import_notice(session, notice(hour, high=areas), source="test")


def test_a_new_notice_cancels_nothing_and_tells_everybody(shop: Shop, db: Database) -> None:
    farmer = shop.market.sellers[0]
    order = _bought(shop, db, 1)["orders"][0]["id"]
    shop.done(farmer, f"/seller-orders/{order}/accept")
    shop.done(farmer, f"/seller-orders/{order}/pack", {"boxes": 1})
    with db.transaction() as session:
        _notice(session)
    drain(db)
    assert shop.get(farmer, f"/seller-orders/{order}").json()["state"] == "packed"
    (alert,) = shop.get(shop.market.operator, "/order-alerts").json()["items"]
    assert (alert["seller_order_id"], alert["kind"]) == (order, "restricted")
    told = _rows(db, "SELECT payload->>'alert_id' FROM outbox_message WHERE topic = 'order.restricted'")
    assert told == [(str(decode("alr", alert["id"])),)]
    refused = shop.post(farmer, f"/seller-orders/{order}/dispatch", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "delivery.restricted")
    assert shop.get(farmer, f"/seller-orders/{order}").json()["shipment"]["state"] == "ready"
    with db.transaction() as session:
        _notice(session, "open", minutes=60)
    drain(db)
    assert shop.get(shop.market.operator, "/order-alerts").json()["items"] == []
    shop.done(farmer, f"/seller-orders/{order}/dispatch", {})


def test_a_shipment_that_failed_is_put_before_an_operator(shop: Shop, db: Database) -> None:
    farmer, operator = shop.market.sellers[0], shop.market.operator
    order = _bought(shop, db, 1)["orders"][0]["id"]
    shop.done(farmer, f"/seller-orders/{order}/accept")
    shop.done(farmer, f"/seller-orders/{order}/pack", {"boxes": 1})
    drain(db)
    shop.done(farmer, f"/seller-orders/{order}/dispatch", {})
    shop.done(farmer, f"/seller-orders/{order}/shipment", {"state": "failed", "note": "Thawed."})
    (alert,) = shop.get(operator, "/order-alerts").json()["items"]
    resolved = shop.done(operator, f"/order-alerts/{alert['id']}/resolve", {"note": "Refunded."})
    assert resolved["resolved_at"]
    assert shop.post(operator, f"/order-alerts/{alert['id']}/resolve", {"note": "Again."}).status_code == 404
    assert shop.get(farmer, "/order-alerts").status_code == 403


def test_others_find_nothing(shop: Shop, db: Database) -> None:
    group = _bought(shop, db, 1)
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
    assert _rows(db, "SELECT state FROM seller_order") == [("placed",)]


def test_lists_go_on_page_by_page(shop: Shop, db: Database) -> None:
    bought = [_bought(shop, db, 1)["id"] for _ in range(3)]
    first = shop.get(shop.market.buyer, "/order-groups?limit=2").json()
    assert [group["id"] for group in first["items"]] == bought[:0:-1]
    second = shop.get(shop.market.buyer, f"/order-groups?limit=2&cursor={first['next']}").json()
    assert ([group["id"] for group in second["items"]], second["next"]) == (bought[:1], None)
    mine = shop.get(shop.market.sellers[0], "/seller-orders?limit=2").json()
    rest = shop.get(shop.market.sellers[0], f"/seller-orders?limit=2&cursor={mine['next']}").json()
    assert len({order["id"] for order in (*mine["items"], *rest["items"])}) == 3
    assert shop.get(shop.market.operator, "/order-groups").json()["items"]
    assert shop.get(shop.market.buyer, "/order-groups?cursor=nonsense").json()["code"] == "cursor.malformed"


def test_what_a_seller_has_sold(shop: Shop, db: Database) -> None:
    seller_id = shop.market.sellers[1].principal.seller_id
    assert seller_id is not None
    order = _bought(shop, db, 0, 2)["orders"][0]
    with db.reading() as session:
        since = clock.read(session) - timedelta(days=1)
        sold = service.sales_of(session, seller_id, since)
        assert (sold.grams, sold.gross.amount, sold.orders) == (5_000, 9_980, 1)
        assert service.sales_of(session, seller_id, since + timedelta(days=2)).orders == 0
    shop.done(shop.market.sellers[1], f"/seller-orders/{order['id']}/accept")
    lines = [{"line_id": order["lines"][0]["id"], "packed": {"grams": 4_000}}]
    shop.done(shop.market.sellers[1], f"/seller-orders/{order['id']}/pack", {"boxes": 1, "lines": lines})
    with db.reading() as session:
        sold = service.sales_of(session, seller_id, since)
    assert (sold.grams, sold.gross.amount, sold.orders) == (4_000, 7_984, 1)


def test_the_sweeps_are_scheduled() -> None:
    from workers.schedules import SCHEDULES
    from workers.subscriptions import SUBSCRIPTIONS

    topics = {schedule.topic for schedule in SCHEDULES if schedule.name.startswith("orders.")}
    handled = {handler for topic in topics for handler in SUBSCRIPTIONS[topic]}
    assert handled == {tasks.sweep_unpaid, tasks.sweep_unanswered, tasks.sweep_delivered}
