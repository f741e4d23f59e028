"""Short harvests beside everything else: two in one order, late payments, boxes, files, declined orders."""

import csv
import io

import pytest
from sqlmodel import Session

from agrimarket.catalog.service import lots
from agrimarket.catalog.states import PricedBy
from agrimarket.kernel.db import Database
from agrimarket.orders.service import carts, checkouts, preorders, seller_orders
from agrimarket.orders.types import Line
from agrimarket.payments.states import PaymentMethod
from tests.factories.bulk import send
from tests.factories.orders import ADDRESS, a_market, capture
from tests.orders.conftest import Shop, rows, value
from tests.orders.test_preorders import PACK, PRICE, bought, bring_in, expected, ordered
from workers.inline import drain


def test_an_order_that_gets_nothing_of_two_harvests_is_declined_and_paid_back_once(db: Database) -> None:
    with db.transaction() as session:
        market = a_market(session)
        seller = market.sellers[0].principal
        first, second = expected(session, seller), expected(session, seller)
        order = bought(session, market, (first, 2), (second, 3)).orders[0].order
    for listing in (first, second):
        with db.transaction() as session:
            lots.bring_in(session, seller, listing.lot_id, 0)
            preorders.share(session, listing.lot_id)
    assert rows(db, "SELECT state, end_reason, final FROM seller_order") == [("declined", "short_harvest", 0)]
    assert rows(db, "SELECT captured, refunded FROM payment_split") == [(order.goods + order.delivery,) * 2]
    assert rows(db, "SELECT amount FROM refund ORDER BY id") == [(2 * PRICE,), (3 * PRICE + order.delivery,)]
    with db.transaction() as session:
        assert preorders.due(session) == []


def test_an_order_that_is_placed_while_the_locks_are_taken_is_not_scaled_down_unlocked(
    fresh_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was not among the locked ones, so nothing is shared out before the next run, which gives it back its money."""
    with fresh_db.transaction() as session:
        market = a_market(session)
        seller, buyer = market.sellers[0].principal, market.buyer.principal
        listing = expected(session, seller)
        bought(session, market, (listing, 2))
        cart = carts.begin(session, buyer, [Line(listing.id, 2)])
        late = checkouts.place(
            session, buyer, cart_id=cart.id, quote_id=None, address=ADDRESS, method=PaymentMethod.CARD
        ).view
        lots.bring_in(session, seller, listing.lot_id, PACK)
    lock_short = lots.lock_short

    def paid_first(session: Session, lot_id: object) -> int | None:
        monkeypatch.setattr(lots, "lock_short", lock_short)
        with fresh_db.transaction() as other:
            capture(other, late, late.orders[0].order.goods + late.orders[0].order.delivery)
            checkouts.mark_paid(other, late.group.id)
        return lock_short(session, listing.lot_id)

    monkeypatch.setattr(lots, "lock_short", paid_first)
    with fresh_db.transaction() as session:
        preorders.share(session, listing.lot_id)
    assert rows(fresh_db, "SELECT DISTINCT allotted_grams FROM order_line") == [(None,)]
    with fresh_db.transaction() as session:
        assert preorders.due(session) == [listing.lot_id]
        preorders.share(session, listing.lot_id)
    assert rows(fresh_db, "SELECT state, end_reason FROM seller_order ORDER BY id") == [
        ("placed", None),
        ("declined", "short_harvest"),
    ]
    assert value(fresh_db, "SELECT bool_and(given_back > 0) FROM payment_split")


def _allotted(shop: Shop, db: Database, priced_by: PricedBy, grams: int) -> str:
    """An accepted order of four packs, whose harvest brought so many grams."""
    with db.transaction() as session:
        listing = expected(session, shop.market.sellers[0].principal, priced_by=priced_by)
    order = ordered(shop, listing, 4)["order_group"]["orders"][0]["id"]
    bring_in(shop, listing, grams)
    drain(db)
    shop.done(shop.market.sellers[0], f"/seller-orders/{order}/accept")
    return order


def test_boxes_hold_what_was_allotted_and_nothing_is_missing(shop: Shop, db: Database) -> None:
    order = _allotted(shop, db, PricedBy.PACK, 3 * PACK)
    farmer, path = shop.market.sellers[0], f"/seller-orders/{order}/boxes"
    assert shop.get(farmer, path).json()["packs_missing"] == 3
    assert shop.post(farmer, path, {"number": 1, "packs": 4}).json()["code"] == "box.too_full"
    assert shop.done(farmer, path, {"number": 1, "packs": 3})["packs_missing"] == 0
    packed = shop.done(farmer, f"{path}/finish", {})
    assert (packed["state"], packed["short_reason"]) == ("packed", None)
    assert value(db, "SELECT count(*) FROM outbox_message WHERE topic = 'order.short'") == 0


def test_the_last_box_of_a_share_by_weight_is_less_than_a_pack(shop: Shop, db: Database) -> None:
    order = _allotted(shop, db, PricedBy.WEIGHT, 2 * PACK + 700)
    farmer, path = shop.market.sellers[0], f"/seller-orders/{order}/boxes"
    for number in (1, 2):
        shop.done(farmer, path, {"number": number, "weight": {"grams": PACK}})
    last = shop.get(farmer, path).json()
    assert (last["packs_missing"], last["next"]["weight_left"]["grams"]) == (1, 700)
    heavy = shop.post(farmer, path, {"number": 3, "weight": {"grams": 701}})
    assert heavy.json()["code"] == "box.heavy"
    there = shop.done(farmer, path, {"number": 3, "weight": {"grams": 701}, "sure": True})
    assert there["boxes"][-1]["charged"]["grams"] == 700
    packed = shop.done(farmer, f"{path}/finish", {})
    assert packed["lines"][0]["packed"]["grams"] == 2 * PACK + 700


def test_a_packing_list_asks_for_what_was_allotted(shop: Shop, db: Database) -> None:
    _allotted(shop, db, PricedBy.PACK, 3 * PACK)
    farmer = shop.market.sellers[0]
    headers = {**farmer.headers, "accept-language": "en"}
    content = shop.client.get("/v1/seller-orders/bulk/export", headers=headers).content.decode("utf-8-sig")
    header, line = list(csv.reader(io.StringIO(content)))
    assert line[header.index("Ordered")] == "3"
    line[header.index("Packed")] = "4"
    out = io.StringIO()
    csv.writer(out).writerows([header, line])
    told = send(shop.client, farmer, out.getvalue().encode(), "/v1/seller-orders/bulk/files").json()
    assert told["counts"] == {**told["counts"], "error": 1, "ready": 0}


@pytest.mark.parametrize("whole", [True, False])
def test_what_was_declined_of_a_harvest_is_no_longer_sold(db: Database, whole: bool) -> None:
    """Neither sold nor on sale again; so a harvest that covers the other orders is not short."""
    with db.transaction() as session:
        market = a_market(session)
        seller = market.sellers[0].principal
        listing = expected(session, seller, packs=10)
        kept = bought(session, market, (listing, 3)).orders[0].order
        gone = bought(session, market, (listing, 5 if whole else 4)).orders[0].order
        free = lots.one(session, seller, listing.lot_id).free
        seller_orders.decline(session, seller, gone.id, "冰雹")
    lot = f"SELECT reserved, committed FROM harvest_lot WHERE id = '{listing.lot_id}'"
    assert rows(db, lot) == [(0, 3 * PACK)]
    assert value(db, f"SELECT state FROM reservation WHERE seller_order_id = '{gone.id}'") == "released"
    with db.transaction() as session:
        assert lots.one(session, seller, listing.lot_id).free == free
        lots.bring_in(session, seller, listing.lot_id, 3 * PACK)
    assert value(db, f"SELECT came_in FROM harvest_lot WHERE id = '{listing.lot_id}'") is None
    assert value(db, f"SELECT allotted_grams FROM order_line WHERE seller_order_id = '{kept.id}'") is None
