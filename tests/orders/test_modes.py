"""Modes of orders; and what carts, unpaid purchases and orders tell after a notice came."""

from datetime import timedelta
from typing import Any

from sqlmodel import Session

from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from agrimarket.kernel.i18n import PEOPLES_ZONE
from agrimarket.regions.service import bulletins
from tests.factories.orders import ADDRESS, DESTINATION
from tests.factories.regions import notice
from tests.orders.conftest import Shop, checkout_body, refused, rows, value
from tests.support.browser import Browser
from workers.inline import drain

COMMUNITY = str(ADDRESS.community)
JIANGAN, DONGGANG = "湖北省 武汉市 江岸区", "辽宁省 丹东市 东港市"


def _notice(session: Session, minutes: int = 0, **lists: Any) -> None:
    clock.advance(session, timedelta(minutes=minutes))
    hour = clock.read(session).astimezone(PEOPLES_ZONE).strftime("%Y-%m-%d %H时")
    bulletins.import_notice(session, notice(hour, **lists), source="test")


def _come(db: Database, minutes: int = 0, **lists: Any) -> None:
    with db.transaction() as session:
        _notice(session, minutes, **lists)
    drain(db)


def _quote(shop: Shop, cart: str, **more: Any) -> Any:
    body = {"cart_id": cart, "region_code": DESTINATION, "community": COMMUNITY, **more}
    return shop.post(shop.market.buyer, "/quotes", body)


def test_an_order_to_a_contactless_point_goes_where_a_truck_does_not(shop: Shop, db: Database) -> None:
    _come(db, middle={JIANGAN: [COMMUNITY]})
    cart, farmer = shop.cart(1), shop.market.sellers[0]
    asked = {"cart_id": cart, "region_code": DESTINATION, "community": COMMUNITY}
    told = refused(shop, db, "/quotes", asked, 409, "delivery.essential_only")
    assert told["details"]["instead"][0]["mode"] == "contactless_point"
    assert told["details"]["level"] == "essential_only"
    refused(shop, db, "/checkouts", checkout_body(cart_id=cart), 409, "delivery.essential_only")
    quote = _quote(shop, cart, mode="contactless_point").json()
    group = shop.done(shop.market.buyer, "/checkouts", checkout_body(quote_id=quote["id"]))["order_group"]
    assert (group["mode"], group["state"]) == ("contactless_point", "placed")
    drain(db)
    assert shop.get(shop.market.operator, "/order-alerts").json()["items"] == []
    order = group["orders"][0]["id"]
    shop.done(farmer, f"/seller-orders/{order}/accept")
    shop.done(farmer, f"/seller-orders/{order}/pack", {"boxes": 1})
    drain(db)
    _come(db, 60, high={JIANGAN: [COMMUNITY]})
    stopped = shop.post(farmer, f"/seller-orders/{order}/dispatch", {})
    assert (stopped.status_code, stopped.json()["code"]) == (409, "delivery.community_restricted")
    _come(db, 60, middle={JIANGAN: [COMMUNITY]})
    shop.done(farmer, f"/seller-orders/{order}/dispatch", {})


def test_a_mode_that_a_seller_does_not_offer_is_refused_with_those_that_all_do(shop: Shop, db: Database) -> None:
    cart = shop.cart(1, 1)
    asked = {"cart_id": cart, "region_code": DESTINATION, "community": COMMUNITY, "mode": "cold_chain"}
    told = refused(shop, db, "/quotes", asked, 409, "cart.mode_not_offered")
    assert told["details"]["offered"] == ["truck", "contactless_point"]
    assert len(told["details"]["listing_ids"]) == 2
    refused(shop, db, "/checkouts", checkout_body(cart_id=cart, mode="pick_up"), 409, "cart.mode_not_offered")
    with db.transaction() as session:
        session.connection().exec_driver_sql("UPDATE listing SET modes = modes || ARRAY['cold_chain']::varchar[]")
    assert _quote(shop, cart, mode="cold_chain").status_code == 201


def test_a_cart_tells_at_its_next_read_which_lines_cannot_go_now(shop: Shop, db: Database) -> None:
    cart = shop.cart(1, 1)
    assert _quote(shop, cart).status_code == 201

    def blocked() -> dict[str, Any]:
        lines = shop.get(shop.market.buyer, f"/carts/{cart}").json()["lines"]
        return {line["listing_id"]: line["blocked"] for line in lines if line["blocked"]}

    apples = str(shop.market.lines(1)[0]["listing_id"])
    assert blocked() == {}
    _come(db, high={DONGGANG: []})
    assert {key: why["code"] for key, why in blocked().items()} == {apples: "delivery.origin_restricted"}
    assert [each["kind"] for each in blocked()[apples]["instead"]] == ["origin"]
    assert blocked()[apples]["bulletin_number"] in blocked()[apples]["detail"]
    _come(db, 60, high={JIANGAN: [COMMUNITY]})
    assert {why["code"] for why in blocked().values()} == {"delivery.community_restricted"}
    assert len(blocked()) == 2
    _come(db, 60)
    assert blocked() == {}


def test_a_cart_that_was_not_quoted_is_looked_at_for_the_buyers_own_county(shop: Shop, db: Database) -> None:
    cart = shop.cart(1)
    _come(db, high={DONGGANG: []})
    (line,) = shop.get(shop.market.buyer, f"/carts/{cart}").json()["lines"]
    assert line["blocked"]["code"] == "delivery.origin_restricted"


def test_an_unpaid_purchase_tells_what_is_closed_and_cannot_be_paid_until_it_opens(shop: Shop, db: Database) -> None:
    buyer = shop.market.buyer
    body = {**checkout_body(cart_id=shop.cart(1)), "method": "alipay", "payment_method": None}
    group = shop.done(buyer, "/checkouts", body)["order_group"]
    path = f"/order-groups/{group['id']}"
    assert shop.get(buyer, path).json()["blocked"] == []
    with db.transaction() as session:
        _notice(session, high={JIANGAN: [COMMUNITY]})
    (told,) = shop.get(buyer, path).json()["blocked"]
    assert told["seller_order_id"] == group["orders"][0]["id"]
    assert (told["why"]["code"], told["why"]["instead"]) == (
        "delivery.community_restricted",
        [{"kind": "community", "mode": None, "date": None}],
    )
    calls = value(db, "SELECT count(*) FROM provider_call")
    again = shop.post(buyer, "/checkouts", {**body, "method": "card", "payment_method": "pm_card_visa"}, key="k2")
    assert (again.status_code, again.json()["code"]) == (409, "delivery.community_restricted")
    assert value(db, "SELECT count(*) FROM provider_call") == calls
    web = Browser(shop.client).become(buyer.token)
    web.get(f"/orders/{group['orders'][0]['id']}")
    assert COMMUNITY in web.words
    assert "nothing is to be paid now" in web.words
    assert "/pay" not in web.page
    with db.transaction() as session:
        hour = clock.read(session).astimezone(PEOPLES_ZONE).strftime("%Y-%m-%d %H时")
        bulletins.import_notice(session, notice(hour, low={JIANGAN: ["别处"]}), source="correction")
    assert shop.get(buyer, path).json()["blocked"] == []
    paid = shop.post(buyer, "/checkouts", {**body, "method": "card", "payment_method": "pm_card_visa"}, key="k3")
    assert paid.status_code == 201, paid.text


def test_an_order_that_is_paid_after_its_way_was_closed_is_put_before_an_operator(shop: Shop, db: Database) -> None:
    group = shop.done(shop.market.buyer, "/checkouts", checkout_body(cart_id=shop.cart(1)))["order_group"]
    with db.transaction() as session:
        _notice(session, high={JIANGAN: [COMMUNITY]})
        session.connection().exec_driver_sql("DELETE FROM outbox_message WHERE topic = 'regions.restrictions_changed'")
    drain(db)
    (alert,) = shop.get(shop.market.operator, "/order-alerts").json()["items"]
    assert (alert["seller_order_id"], alert["kind"]) == (group["orders"][0]["id"], "restricted")
    assert rows(db, "SELECT count(*) FROM outbox_message WHERE topic = 'order.restricted'") == [(1,)]
