"""Boxes of a short harvest are weighed up to its share; and what comes back before settling is told to the buyer."""

import re
from typing import Any

import pytest

from agrimarket.catalog.states import PricedBy
from agrimarket.kernel.db import Database
from agrimarket.kernel.ids import encode
from agrimarket.orders.rules import packed_amount
from tests.orders.conftest import Shop, rows, value
from tests.orders.test_preorders import PACK, PRICE, bring_in, expected, ordered
from tests.support.browser import Browser
from workers.inline import drain

SHARE = 6_250
"""Grams of four packs, 10 kg, that an order gets of a harvest of 12.5 kg of which 20 kg are sold: two and a half."""


def _short(shop: Shop, db: Database, priced_by: PricedBy, came_in: int) -> tuple[Any, Any]:
    """Two accepted orders of four packs each; `came_in` grams are shared out over them."""
    farmer = shop.market.sellers[0]
    with db.transaction() as session:
        listing = expected(session, farmer.principal, priced_by=priced_by)
    orders = [ordered(shop, listing, 4)["order_group"]["orders"][0] for _ in range(2)]
    drain(db)
    for order in orders:
        shop.done(farmer, f"/seller-orders/{order['id']}/accept")
    early = shop.post(farmer, f"/seller-orders/{orders[0]['id']}/boxes", {"number": 1, "weight": {"grams": PACK}})
    assert (early.status_code, early.json()["code"]) == (409, "lot.still_expected")
    assert value(db, "SELECT count(*) FROM box") == 0
    bring_in(shop, listing, came_in)
    drain(db)
    return orders[0], orders[1]


@pytest.fixture
def short(shop: Shop, db: Database) -> str:
    """An accepted order, sold by weight, that gets two and a half of its four packs."""
    return _short(shop, db, PricedBy.WEIGHT, 2 * SHARE)[0]["id"]


def test_boxes_are_weighed_up_to_the_share_of_a_short_harvest(shop: Shop, db: Database, short: str) -> None:
    farmer, path = shop.market.sellers[0], f"/seller-orders/{short}/boxes"
    there = shop.get(farmer, path).json()
    assert (there["packs_missing"], there["next"]["weight_left"]["grams"]) == (3, SHARE)
    for number in (1, 2):
        shop.done(farmer, path, {"number": number, "weight": {"grams": PACK}})
    heavy = {"number": 3, "weight": {"grams": PACK}}
    refusal = shop.post(farmer, path, heavy).json()
    assert (refusal["code"], refusal["details"]["ordered"]) == ("box.heavy", SHARE - 2 * PACK)
    assert value(db, "SELECT count(*) FROM box") == 2
    last = shop.done(farmer, path, {**heavy, "sure": True})
    assert (last["next"], last["packs_missing"], last["boxes"][-1]["charged"]["grams"]) == (None, 0, SHARE - 2 * PACK)
    packed = shop.done(farmer, f"{path}/finish", {})
    assert (packed["lines"][0]["packed"]["grams"], packed["short_reason"]) == (SHARE, None)
    assert packed["final"]["amount"] == packed_amount(4 * PRICE, 4 * PACK, SHARE) + packed["delivery"]["amount"]
    drain(db)
    captured, refunded, final = rows(db, "SELECT captured, refunded, final FROM payment_split WHERE final > 0")[0]
    assert (captured - refunded, final) == (packed["final"]["amount"], packed["final"]["amount"])
    assert value(db, "SELECT count(*) FROM outbox_message WHERE topic = 'order.short'") == 0


def test_a_share_that_is_not_filled_costs_less_and_a_box_of_it_may_stay(shop: Shop, db: Database, short: str) -> None:
    farmer, path = shop.market.sellers[0], f"/seller-orders/{short}/boxes"
    for number, grams in ((1, 2_400), (2, PACK)):
        shop.done(farmer, path, {"number": number, "weight": {"grams": grams}})
    left = SHARE - 2_400 - PACK
    assert shop.get(farmer, path).json()["next"]["weight_left"]["grams"] == left
    packed = shop.done(farmer, f"{path}/finish", {"reason": "The last box was crushed."})
    assert packed["lines"][0]["packed"]["grams"] == 4_900
    said = value(db, "SELECT payload ->> 'amount' FROM outbox_message WHERE topic = 'order.short'")
    assert int(said) == packed_amount(4 * PRICE, 4 * PACK, left)
    drain(db)
    stays = shop.done(farmer, f"{path}/leave-out", {"numbers": [1], "reason": "It fell off the cart."})
    drain(db)
    assert stays["lines"][0]["packed"]["grams"] == PACK
    captured, refunded = rows(db, "SELECT captured, refunded FROM payment_split WHERE final > 0")[0]
    assert captured - refunded == PRICE + stays["delivery"]["amount"]


def test_packs_of_a_short_harvest_are_counted_up_to_the_share(shop: Shop, db: Database) -> None:
    farmer = shop.market.sellers[0]
    order, _ = _short(shop, db, PricedBy.PACK, 5 * PACK)  # two or three of four, the first order's rest comes first
    path = f"/seller-orders/{order['id']}/boxes"
    due = shop.get(farmer, path).json()["packs_missing"]
    assert due == shop.get(farmer, f"/seller-orders/{order['id']}").json()["lines"][0]["allotted"]["grams"] // PACK
    refusal = shop.post(farmer, path, {"number": 1, "packs": due + 1}).json()
    assert (refusal["code"], refusal["details"]["left"]) == ("box.too_full", due)
    assert shop.done(farmer, path, {"number": 1, "packs": due})["next"] is None
    packed = shop.done(farmer, f"{path}/finish", {})
    assert packed["final"]["amount"] == due * PRICE + packed["delivery"]["amount"]


def test_pages_and_papers_of_a_short_harvest_speak_of_its_share(shop: Shop, db: Database, short: str) -> None:
    farmer = shop.market.sellers[0]
    web, path = Browser(shop.client).become(farmer.token), f"/sell/orders/{short}"
    web.get(path)
    assert "Share of a short harvest: 6.25 kg" in web.words
    web.get("/sell/pack")
    assert "6 × 東港蘋果, 12.5 kg" in web.words  # three boxes of each order, whose last one is half full
    for number in (1, 2, 3):
        web.get(f"{path}/weigh")
        web.post(f"{path}/weigh", number=str(number), unit="kg", exactly="yes")
    assert rows(db, "SELECT grams FROM box ORDER BY number") == [(PACK,), (PACK,), (SHARE - 2 * PACK,)]
    pages = shop.get(farmer, f"/seller-orders/{short}/label.pdf").content
    assert len(re.findall(rb"/Type ?/Page\b", pages)) == 3


def test_what_came_back_before_settling_is_told(shop: Shop, db: Database, short: str) -> None:
    buyer = shop.market.buyer
    back = 4 * PRICE - packed_amount(4 * PRICE, 4 * PACK, SHARE)
    assert rows(db, "SELECT DISTINCT captured, refunded, given_back FROM payment_split") == [(0, 0, back)]
    (payment,) = rows(db, "SELECT id FROM payment ORDER BY id LIMIT 1")[0]
    (part,) = shop.get(buyer, f"/payments/{encode('pay', payment)}").json()["splits"]
    assert (part["captured"], part["refunded"]["amount"]) == (part["amount"], back)
    web = Browser(shop.client).become(buyer.token)
    web.get(f"/orders/{short}")
    assert f"Comes back to you CN¥{back / 100:,.2f}" in web.words
    assert "Held, not charged yet" not in web.words
