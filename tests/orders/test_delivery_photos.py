"""Photos of arrivals: sent by the seller on the road, seen by both sides, and by nobody else."""

import io

import pytest
from PIL import Image

from agrimarket.kernel.db import Database
from tests.factories.accounts import a_buyer
from tests.factories.files import jpeg
from tests.orders.conftest import Shop, checkout_body
from workers.inline import drain


@pytest.fixture
def on_the_road(shop: Shop, db: Database) -> str:
    market = shop.market
    group = shop.done(market.buyer, "/checkouts", checkout_body(cart_id=shop.cart(2)))["order_group"]
    order: str = group["orders"][0]["id"]
    shop.done(market.sellers[0], f"/seller-orders/{order}/accept")
    shop.done(market.sellers[0], f"/seller-orders/{order}/pack", {"boxes": 1})
    drain(db)
    shop.done(market.sellers[0], f"/seller-orders/{order}/dispatch", {})
    return order


def test_both_sides_see_it_and_nobody_else(shop: Shop, db: Database, on_the_road: str) -> None:
    market, path = shop.market, f"/v1/seller-orders/{on_the_road}/delivery-photos"
    with db.transaction() as session:
        stranger = a_buyer(session)
    sent = {"file": ("door.jpg", jpeg(240))}
    for who in (market.buyer, market.sellers[1], stranger):
        assert shop.client.post(path, files=sent, headers=who.headers).status_code in (403, 404)
    made = shop.client.post(path, files=sent, headers=market.sellers[0].headers)
    assert made.status_code == 201, made.text
    shop.done(market.sellers[0], f"/seller-orders/{on_the_road}/deliver")
    photo = f"/delivery-photos/{made.json()['id']}"
    for who in (market.sellers[0], market.buyer, market.operator):
        picture = shop.get(who, photo)
        assert picture.headers["content-type"] == "image/webp"
        assert max(Image.open(io.BytesIO(picture.content)).size) == 240
    for who in (market.sellers[1], stranger):
        assert shop.get(who, photo).status_code in (403, 404)


def test_what_is_no_picture_is_refused(shop: Shop, on_the_road: str) -> None:
    path, seller = f"/v1/seller-orders/{on_the_road}/delivery-photos", shop.market.sellers[0]
    refused = shop.client.post(path, files={"file": ("door.jpg", b"%PDF-1.7")}, headers=seller.headers)
    assert (refused.status_code, refused.json()["code"]) == (415, "photo.unreadable")
