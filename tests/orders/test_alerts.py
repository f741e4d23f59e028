"""Alerts: a new notice cancels nothing; operators and both sides are told."""

from datetime import timedelta

from sqlalchemy import text
from sqlmodel import Session

from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from agrimarket.kernel.i18n import PEOPLES_ZONE
from agrimarket.kernel.ids import decode
from agrimarket.regions.service import bulletins
from tests.factories.regions import notice
from tests.orders.conftest import Shop, bought, rows
from workers.inline import drain


def _notice(session: Session, *communities: str, minutes: int = 0) -> None:
    clock.advance(session, timedelta(minutes=minutes))
    hour = clock.read(session).astimezone(PEOPLES_ZONE).strftime("%Y-%m-%d %H时")
    areas = {"湖北省 武汉市 江岸区": list(communities)} if communities != ("open",) else {}
    bulletins.import_notice(session, notice(hour, high=areas), source="test")


def test_a_new_notice_cancels_nothing_and_tells_everybody(shop: Shop, db: Database) -> None:
    """Invariant 12."""
    farmer = shop.market.sellers[0]
    order = bought(shop, db, 1)["orders"][0]["id"]
    shop.done(farmer, f"/seller-orders/{order}/accept")
    shop.done(farmer, f"/seller-orders/{order}/pack", {"boxes": 1})
    with db.transaction() as session:
        _notice(session)
    drain(db)
    assert shop.get(farmer, f"/seller-orders/{order}").json()["state"] == "packed"
    (alert,) = shop.get(shop.market.operator, "/order-alerts").json()["items"]
    assert (alert["seller_order_id"], alert["kind"]) == (order, "restricted")
    told = rows(db, "SELECT payload->>'alert_id' FROM outbox_message WHERE topic = 'order.restricted'")
    assert told == [(str(decode("alr", alert["id"])),)]
    refused = shop.post(farmer, f"/seller-orders/{order}/dispatch", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "delivery.restricted")
    assert shop.get(farmer, f"/seller-orders/{order}").json()["shipment"]["state"] == "ready"
    with db.transaction() as session:
        _notice(session, "open", minutes=60)
    drain(db)
    assert shop.get(shop.market.operator, "/order-alerts").json()["items"] == []
    shop.done(farmer, f"/seller-orders/{order}/dispatch", {})


def test_a_notice_that_lists_only_the_house_of_an_order_stops_it(shop: Shop, db: Database) -> None:
    """The buyer's community is not on the list, but the house in the street of the address is."""
    farmer = shop.market.sellers[0]
    order = bought(shop, db, 1)["orders"][0]["id"]
    shop.done(farmer, f"/seller-orders/{order}/accept")
    shop.done(farmer, f"/seller-orders/{order}/pack", {"boxes": 1})
    with db.transaction() as session:
        _notice(session, "上海街道中山大道1号")
    drain(db)
    (alert,) = shop.get(shop.market.operator, "/order-alerts").json()["items"]
    assert (alert["seller_order_id"], alert["kind"]) == (order, "restricted")
    refused = shop.post(farmer, f"/seller-orders/{order}/dispatch", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "delivery.community_restricted")
    with db.transaction() as session:
        _notice(session, "上海街道鄱阳社区（除中山大道1号外）", minutes=60)
    drain(db)
    assert shop.get(shop.market.operator, "/order-alerts").json()["items"] == []
    shop.done(farmer, f"/seller-orders/{order}/dispatch", {})


def test_an_order_to_a_whole_city_is_looked_at_again_when_a_county_of_it_closes(shop: Shop, db: Database) -> None:
    bought(shop, db, 1)
    with db.transaction() as session:
        session.connection().execute(text("UPDATE order_group SET region_code = '420100'"))
        _notice(session)
    drain(db)
    (alert,) = shop.get(shop.market.operator, "/order-alerts").json()["items"]
    assert alert["kind"] == "restricted"
