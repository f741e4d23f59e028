"""Shipments that do not arrive."""

from agrimarket.kernel.db import Database
from tests.orders.conftest import Shop, bought
from workers.inline import drain


def test_a_shipment_that_failed_is_put_before_an_operator(shop: Shop, db: Database) -> None:
    farmer, operator = shop.market.sellers[0], shop.market.operator
    order = bought(shop, db, 1)["orders"][0]["id"]
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
