"""Boxes: weighed one by one, by one phone or two; what is missing; and what the buyer pays for them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agrimarket.kernel.db import Database
from agrimarket.orders.rules import allowed_shortage, building_of, doubtful, natural, packed_amount
from tests.orders.conftest import Shop, bought, rows
from tests.support.browser import Browser
from workers.inline import drain


@pytest.fixture
def accepted(shop: Shop, db: Database) -> str:
    """An accepted order of three packs of 5 jin that are sold by weight."""
    order = bought(shop, db, 0, 3)["orders"][0]["id"]
    shop.done(shop.market.sellers[1], f"/seller-orders/{order}/accept")
    return order


def _weigh(shop: Shop, order: str, number: int, weight: Any, **more: Any) -> Any:
    body = {"number": number, "weight": weight, **more}
    return shop.post(shop.market.sellers[1], f"/seller-orders/{order}/boxes", body)


def _code(answer: Any) -> str:
    return answer.json()["code"]


def test_boxes_are_weighed_one_by_one_and_their_sum_is_paid(shop: Shop, db: Database, accepted: str) -> None:
    seller, path = shop.market.sellers[1], f"/seller-orders/{accepted}/boxes"
    first = shop.get(seller, path).json()
    assert (first["next"]["number"], first["packs_missing"], first["next"]["pack"]["grams"]) == (1, 3, 2_500)
    assert _weigh(shop, accepted, 1, "4.8斤").json()["next"]["number"] == 2
    assert _weigh(shop, accepted, 2, {"grams": 2_500}).status_code == 200
    assert _code(_weigh(shop, accepted, 3, {"grams": 2_600})) == "box.heavy"
    assert _code(_weigh(shop, accepted, 3, {"grams": 240})) == "box.doubtful"
    assert rows(db, "SELECT count(*) FROM box") == [(2,)]
    there = _weigh(shop, accepted, 3, {"grams": 2_600}, sure=True).json()
    assert there["next"] is None
    assert [(box["weight"]["grams"], box["charged"]["grams"]) for box in there["boxes"]][-1] == (2_600, 2_500)
    packed = shop.done(seller, f"{path}/finish", {})
    assert packed["state"] == "packed"
    assert packed["lines"][0]["packed"]["grams"] == 7_400
    assert packed["final"]["amount"] - packed["delivery"]["amount"] == packed_amount(3 * 4_990, 7_500, 7_400)
    assert rows(db, "SELECT sum(grams) FROM box") == rows(db, "SELECT packed_grams FROM order_line")
    assert rows(db, "SELECT boxes, grams FROM shipment") == [(3, 7_400)]
    assert shop.get(shop.market.buyer, path).json()["boxes"][0]["weight"]["grams"] == 2_400


def test_the_last_box_is_taken_back_and_no_other(shop: Shop, db: Database, accepted: str) -> None:
    seller, path = shop.market.sellers[1], f"/seller-orders/{accepted}/boxes"
    _weigh(shop, accepted, 1, "2.4kg")
    _weigh(shop, accepted, 2, "2.45kg")
    assert _code(shop.post(seller, f"{path}/undo", {"number": 1})) == "box.number"
    assert shop.done(seller, f"{path}/undo", {"number": 2})["next"]["number"] == 2
    assert rows(db, "SELECT number, grams FROM box") == [(1, 2_400)]
    assert _code(_weigh(shop, accepted, 1, "2.4kg")) == "box.weighed"
    assert _code(_weigh(shop, accepted, 3, "2.4kg")) == "box.number"
    assert _code(_weigh(shop, accepted, 2, None)) == "box.weight_needed"
    assert _code(_weigh(shop, accepted, 2, "9.9kg", packs=4)) == "box.too_full"
    assert _weigh(shop, accepted, 2, "4.9kg", packs=2).json()["packs_missing"] == 0


def test_packs_in_no_box_want_a_reason_and_are_not_charged(shop: Shop, db: Database, accepted: str) -> None:
    seller, buyer, path = shop.market.sellers[1], shop.market.buyer, f"/seller-orders/{accepted}/boxes"
    assert _code(shop.post(seller, f"{path}/finish", {"reason": "none"})) == "order.packed_nothing"
    _weigh(shop, accepted, 1, "2.5kg")
    refused = shop.post(seller, f"{path}/finish", {}).json()
    assert (refused["code"], refused["details"]["packs"]) == ("box.missing", 2)
    assert rows(db, "SELECT state FROM seller_order") == [("accepted",)]
    packed = shop.done(seller, f"{path}/finish", {"reason": "壓壞了"})
    assert (packed["short_reason"], packed["final"]["amount"]) == ("壓壞了", 4_990 + packed["delivery"]["amount"])
    drain(db)
    assert rows(db, "SELECT captured FROM payment") == [(packed["final"]["amount"],)]
    told = "SELECT count(*) FROM notification WHERE template LIKE 'order_short%' AND person_id = '{}'"
    for who in (seller, buyer):
        assert rows(db, told.format(who.person_id))[0][0] >= 1


def test_a_packed_box_that_stays_behind_is_paid_back(shop: Shop, db: Database, accepted: str) -> None:
    seller, path = shop.market.sellers[1], f"/seller-orders/{accepted}/boxes"
    for number in (1, 2, 3):
        _weigh(shop, accepted, number, "2.5kg")
    shop.done(seller, f"{path}/finish", {})
    said = {"numbers": [2], "reason": "掉下車了"}
    assert _code(shop.post(seller, f"{path}/leave-out", said)) == "order.payment_not_settled"
    drain(db)
    assert _code(shop.post(seller, f"{path}/leave-out", {"numbers": [9], "reason": "x"})) == "box.unknown"
    assert (
        _code(shop.post(seller, f"{path}/leave-out", {"numbers": [1, 2, 3], "reason": "x"})) == "order.packed_nothing"
    )
    left = shop.done(seller, f"{path}/leave-out", said)
    assert left["final"]["amount"] == 2 * 4_990 + left["delivery"]["amount"]
    assert left["shipment"]["boxes"] == 2
    drain(db)
    captured = "SELECT captured - refunded, captured > refunded FROM payment_split WHERE captured > 0"
    assert rows(db, captured) == [(left["final"]["amount"], True)]
    assert _code(shop.post(seller, f"{path}/leave-out", said)) == "box.unknown"
    shop.done(seller, f"/seller-orders/{accepted}/dispatch", {})
    assert _code(shop.post(seller, f"{path}/leave-out", {"numbers": [1], "reason": "x"})) == "state.illegal_transition"


def test_what_is_sold_by_the_pack_is_counted(shop: Shop, db: Database) -> None:
    order = bought(shop, db, 2)["orders"][0]["id"]
    seller, path = shop.market.sellers[0], f"/seller-orders/{order}/boxes"
    assert _code(shop.post(seller, path, {"number": 1})) == "state.illegal_transition"
    shop.done(seller, f"/seller-orders/{order}/accept")
    assert _code(shop.post(seller, path, {"number": 1, "weight": "2.4kg"})) == "order.packed_unknown_line"
    assert shop.done(seller, path, {"number": 1, "packs": 2})["packs_missing"] == 0
    assert (
        shop.done(seller, f"{path}/finish", {})["final"]["amount"]
        == rows(db, "SELECT goods + delivery FROM seller_order")[0][0]
    )
    for who in (shop.market.buyer, shop.market.sellers[1]):
        assert shop.post(who, path, {"number": 2}).status_code in (403, 404)


def test_at_the_scale_the_next_box_comes_by_itself(shop: Shop, db: Database, accepted: str) -> None:
    web, here = Browser(shop.client).become(shop.market.sellers[1].token), f"/sell/orders/{accepted}/weigh"
    web.get("/sell/pack")
    assert "3 × 秭歸臍橙, 7.5 kg" in web.words
    web.get("/sell/pack/weigh")
    assert web.path == here
    assert "Box 1 of 3" in web.words
    web.post(here, number="1", unit="jin", weight="4.8")
    assert (web.path, "Box 2 of 3" in web.words) == (here, True)
    web.post(here, number="1", unit="jin", weight="4.8")
    assert (web.status, "has just been weighed" in web.words) == (409, True)
    web.post(here, number="2", unit="jin", weight="50")
    assert (web.status, 'value="50"' in web.page, 'name="sure"' in web.page) == (409, True, True)
    web.post(here, number="2", unit="jin", exactly="yes")
    web.post(f"{here}/undo", number="2")
    assert "Box 2 of 3" in web.words
    web.post(here, number="2", unit="jin", weight="4.9", packs="2")
    assert web.status == 409  # half of what two packs weigh
    web.post(here, number="2", unit="jin", weight="9.9", packs="2")
    assert "All 2 boxes are weighed" in web.words
    web.post(f"{here}/finish")
    assert web.path == "/sell/pack"
    assert rows(db, "SELECT packed_grams FROM order_line") == [(7_350,)]


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 40_000)), min_size=1, max_size=12))
def test_boxes_never_cost_more_than_was_ordered(weighed: list[tuple[int, int]]) -> None:
    pack, price = 2_500, 4_990
    packs = sum(each for each, _ in weighed)
    grams = sum(min(scale, each * pack) for each, scale in weighed)
    assert 0 < grams <= packs * pack
    assert packed_amount(packs * price, packs * pack, grams) <= packs * price


@given(st.integers(1, 200_000))
def test_full_weight_is_never_asked_about(ordered: int) -> None:
    assert not doubtful(ordered, ordered)
    assert not doubtful(ordered - allowed_shortage(ordered), ordered)
    assert doubtful(ordered + 1, ordered)
    assert 0 <= allowed_shortage(ordered) < ordered


@pytest.mark.parametrize(
    ("nominal", "allowed"),
    [(50, 4), (100, 4), (200, 9), (300, 9), (500, 15), (1_000, 15), (2_500, 37), (12_000, 150), (25_000, 250)],
)
def test_the_tolerance_is_that_of_the_measures(nominal: int, allowed: int) -> None:
    assert allowed_shortage(nominal) == allowed


@pytest.mark.parametrize(
    ("street", "building"),
    [
        ("鄱陽小區 3棟 2單元 501", "鄱陽小區3棟"),
        ("幸福路12号院5号楼301", "幸福路12号院5号楼"),
        ("中山大道 1 號 402 室", "中山大道1號"),
        ("Ａ座 1201", "A座"),
        ("村口小卖部", ""),
    ],
)
def test_a_street_tells_its_building(street: str, building: str) -> None:
    assert building_of(street) == building


def test_buildings_are_sorted_as_people_count() -> None:
    assert sorted(["10栋", "2栋", "1栋"], key=natural) == ["1栋", "2栋", "10栋"]
