"""Pre-orders: paid at once, packed once the harvest is in, and shared out fairly where it was short (decision 27)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from agrimarket.catalog.service import listings, lots
from agrimarket.catalog.states import PricedBy
from agrimarket.catalog.types.listings import ListingView, Markdown, NewListing
from agrimarket.catalog.types.lots import NewLot
from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from agrimarket.kernel.i18n import PEOPLES_ZONE
from agrimarket.kernel.ids import decode, encode
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Principal
from agrimarket.notifications import rules as messages
from agrimarket.orders.rules import Ordered, allot
from agrimarket.orders.service import carts, checkouts, preorders, seller_orders
from agrimarket.orders.types import GroupView, Line
from agrimarket.payments.states import PaymentMethod
from tests.factories import catalog
from tests.factories.orders import ADDRESS, Market, a_market, authorise, capture
from tests.orders.conftest import Shop, checkout_body, rows, sweep, value
from workers.inline import drain
from workers.tasks import orders as tasks

PACK, PRICE = 2_500, 6_800


def expected(
    session: Session, seller: Principal, *, packs: int = 100, priced_by: PricedBy = PricedBy.PACK, days: int = 5
) -> ListingView:
    """A listing on sale of a lot whose harvest is expected in `days` days."""
    day = catalog.today(session) + timedelta(days=days)
    lot = lots.add(session, seller, NewLot(catalog.product(session, "apple").id, catalog.PLACE, day, packs * PACK))
    draft = listings.add(session, seller, NewListing(lot.id, "東港蘋果", PACK, Money(PRICE), priced_by=priced_by))
    return listings.publish(session, seller, draft.id)


def ordered(shop: Shop, listing: ListingView, packs: int, **how: Any) -> Any:
    """Answer of a checkout of so many packs."""
    lines = [{"listing_id": encode("lst", listing.id), "packs": packs}]
    cart = shop.done(shop.market.buyer, "/carts", {"lines": lines})
    return shop.done(shop.market.buyer, "/checkouts", {**checkout_body(cart_id=cart["id"]), **how})


def bring_in(shop: Shop, listing: ListingView, grams: int | None) -> None:
    """Tell over HTTP what came in."""
    quantity = None if grams is None else {"grams": grams}
    shop.done(shop.market.sellers[0], f"/lots/{encode('lot', listing.lot_id)}/harvest", {"quantity": quantity})


def test_a_short_harvest_over_http(shop: Shop, db: Database) -> None:
    farmer, buyer = shop.market.sellers[0], shop.market.buyer
    with db.transaction() as session:
        listing = expected(session, farmer.principal)
    told = shop.get(buyer, f"/listings/{encode('lst', listing.id)}").json()
    assert (told["expected"], told["available_packs"]) == (True, 80)
    groups = [ordered(shop, listing, packs)["order_group"] for packs in (6, 3, 1)]
    drain(db)
    orders = [group["orders"][0] for group in groups]
    assert rows(db, "SELECT DISTINCT state, captured = amount FROM payment") == [("captured", True)]
    shop.done(farmer, f"/seller-orders/{orders[0]['id']}/accept")
    early = shop.post(farmer, f"/seller-orders/{orders[0]['id']}/pack", {"boxes": 1})
    assert (early.status_code, early.json()["code"]) == (409, "lot.still_expected")
    assert value(db, "SELECT count(*) FROM seller_order WHERE packed_at IS NOT NULL") == 0

    bring_in(shop, listing, 5 * PACK + 100)  # of 10 packs
    drain(db)
    now = [shop.get(buyer, f"/seller-orders/{order['id']}").json() for order in orders]
    # 3.02, 1.51 and 0.504 packs: the largest rest is that of the second, and then nothing is left
    assert [order["lines"][0]["allotted"]["grams"] // PACK for order in now] == [3, 2, 0]
    assert [(order["state"], order["end_reason"]) for order in now][1:] == [
        ("placed", None),
        ("declined", "short_harvest"),
    ]
    third = now[2]["ceiling"]["amount"]
    assert rows(db, "SELECT given_back FROM payment_split ORDER BY id") == [(3 * PRICE,), (PRICE,), (third,)]
    assert rows(db, "SELECT key LIKE 'short:%', amount, state FROM refund ORDER BY id") == [
        (True, 3 * PRICE, "succeeded"),
        (True, PRICE, "succeeded"),
        (True, third, "succeeded"),
    ]
    lot = "SELECT quantity, reserved, committed, expected_share, came_in FROM harvest_lot"
    assert rows(db, f"{lot} WHERE id = '{listing.lot_id}'") == [(5 * PACK + 100, 0, 5 * PACK, None, None)]

    line = now[0]["lines"][0]["id"]
    more = {"boxes": 1, "lines": [{"line_id": line, "packs": 4}]}
    assert shop.post(farmer, f"/seller-orders/{orders[0]['id']}/pack", more).json()["code"] == "order.packed_too_much"
    packed = shop.done(farmer, f"/seller-orders/{orders[0]['id']}/pack", {"boxes": 1})
    assert packed["final"]["amount"] == 3 * PRICE + packed["delivery"]["amount"]
    drain(db)
    settled = "SELECT captured, refunded, final, given_back FROM payment_split WHERE final IS NOT NULL ORDER BY id"
    ceiling = packed["ceiling"]["amount"]
    final = packed["final"]["amount"]
    assert final == ceiling - 3 * PRICE - (orders[0]["delivery"]["amount"] - packed["delivery"]["amount"])
    assert rows(db, settled) == [(ceiling, ceiling - final, final, 3 * PRICE), (third, third, 0, third)]
    assert value(db, "SELECT count(*) FROM refund") == 4  # nothing twice; a smaller parcel costs less
    owed = "SELECT sum(p.amount) FROM posting AS p JOIN ledger_account AS a ON a.id = p.account_id WHERE a.kind = {}"
    assert value(db, owed.format("'buyer_funds'")) == PRICE - now[1]["ceiling"]["amount"]  # the second is not settled
    assert value(db, owed.format("'refunds_payable'")) == 0


def test_both_sides_are_told_the_figures(shop: Shop, db: Database) -> None:
    with db.transaction() as session:
        listing = expected(session, shop.market.sellers[0].principal)
    for packs in (6, 4):
        ordered(shop, listing, packs)
    bring_in(shop, listing, 5 * PACK)
    drain(db)
    said = [
        messages.words(template, params, "en")
        for template, params in rows(
            db,
            "SELECT template, params FROM notification WHERE channel = 'in_app'"
            " AND template IN ('order_allotted', 'harvest_shared') ORDER BY template, id",
        )
    ]
    assert "25 kg sold: shared out over 2 orders, 0 of which get none" in said[0]
    told = " ".join(said[1:])  # deliveries come in any order
    assert "of 15 kg you get 7.5 kg. You do not pay CN¥204.00" in told
    assert "of 10 kg you get 5 kg. You do not pay CN¥136.00" in told


def test_nothing_came_in(shop: Shop, db: Database) -> None:
    with db.transaction() as session:
        listing = expected(session, shop.market.sellers[0].principal)
    ordered(shop, listing, 2)
    ordered(shop, listing, 1, method="alipay", payment_method=None)  # is never paid
    bring_in(shop, listing, None)
    drain(db)
    assert rows(db, "SELECT DISTINCT state FROM seller_order ORDER BY 1") == [("pending_payment",), ("placed",)]
    sweep(db, timedelta(minutes=20), tasks.sweep_unpaid)
    sweep(db, timedelta(0), tasks.sweep_short_harvests)
    drain(db)
    assert rows(db, "SELECT DISTINCT state FROM seller_order ORDER BY 1") == [("declined",), ("payment_expired",)]
    assert value(db, "SELECT bool_and(captured = refunded AND final = 0) FROM payment_split WHERE captured > 0")
    assert rows(db, "SELECT quantity, committed FROM harvest_lot WHERE quantity = 0") == [(0, 0)]
    assert value(db, f"SELECT state FROM listing WHERE id = '{listing.id}'") == "sold_out"


def test_a_harvest_that_covers_its_orders_changes_none(shop: Shop, db: Database) -> None:
    farmer = shop.market.sellers[0]
    with db.transaction() as session:
        listing = expected(session, farmer.principal)
    order = ordered(shop, listing, 2)["order_group"]["orders"][0]["id"]
    drain(db)
    bring_in(shop, listing, 2 * PACK)
    drain(db)
    shop.done(farmer, f"/seller-orders/{order}/accept")
    packed = shop.done(farmer, f"/seller-orders/{order}/pack", {"boxes": 1})
    assert (packed["final"], packed["lines"][0]["allotted"]) == (packed["ceiling"], None)
    assert value(db, "SELECT count(*) FROM refund") == 0


def bought(session: Session, market: Market, *wanted: tuple[ListingView, int], captured: bool = True) -> GroupView:
    """A purchase that was placed through the services, paid or (not `captured`) held."""
    who = market.buyer.principal
    cart = carts.begin(session, who, [Line(listing.id, packs) for listing, packs in wanted])
    group = checkouts.place(
        session, who, cart_id=cart.id, quote_id=None, address=ADDRESS, method=PaymentMethod.CARD
    ).view
    if captured:
        capture(session, group, sum(view.order.goods + view.order.delivery for view in group.orders))
    else:
        authorise(session, group)
    checkouts.mark_paid(session, group.group.id)
    session.flush()
    return group


def test_packs_and_weights_of_one_lot_share_it_and_nothing_is_lost(db: Database) -> None:
    """What is allotted is what came in, up to a pack; what is not goes back; a second run does nothing."""
    with db.transaction() as session:
        market = a_market(session)
        seller = market.sellers[0].principal
        packs = expected(session, seller)
        draft = listings.add(
            session, seller, NewListing(packs.lot_id, "論斤", PACK, Money(4_990), priced_by=PricedBy.WEIGHT)
        )
        weighed = listings.publish(session, seller, draft.id)
        for wanted in ([(packs, 7)], [(weighed, 5)], [(packs, 2), (weighed, 3)], [(packs, 1), (market.listings[1], 1)]):
            bought(session, market, *wanted)
    with db.transaction() as session:
        lots.bring_in(session, seller, packs.lot_id, 23_456)  # of 45,000
        preorders.share(session, packs.lot_id)
    lines = rows(
        db,
        "SELECT priced_by, packs * pack_grams, allotted_grams, unit_price, packs, pack_grams FROM order_line"
        f" WHERE lot_id = '{packs.lot_id}'",
    )
    assert sum(line[1] for line in lines) == 45_000
    assert 23_456 - PACK < sum(line[2] for line in lines) <= 23_456
    assert all(allotted <= grams and (by == "weight" or allotted % PACK == 0) for by, grams, allotted, *_ in lines)
    sums = "SELECT (SELECT sum(given_back) FROM payment_split), (SELECT sum(amount) FROM refund)"
    less = sum(price * count - (2 * price * got + size) // (2 * size) for _, _, got, price, count, size in lines)
    gone = value(db, "SELECT coalesce(sum(delivery), 0) FROM seller_order WHERE state = 'declined'")
    assert rows(db, sums) == [(less + gone, less + gone)]
    held = f"SELECT sum(grams) FROM reservation WHERE state = 'committed' AND lot_id = '{packs.lot_id}'"
    assert value(db, held) == value(db, f"SELECT committed FROM harvest_lot WHERE id = '{packs.lot_id}'")
    everything = (
        "SELECT (SELECT count(*) FROM outbox_message), (SELECT sum(given_back) FROM payment_split),"
        " (SELECT sum(committed) FROM harvest_lot), (SELECT count(*) FROM refund)"
    )
    before = rows(db, everything)
    with db.transaction() as session:
        preorders.share(session, packs.lot_id)
        assert preorders.due(session) == []
    assert rows(db, everything) == before


def test_money_that_is_only_held_is_not_given_back(db: Database) -> None:
    with db.transaction() as session:
        market = a_market(session)
        listing = expected(session, market.sellers[0].principal)
        order = bought(session, market, (listing, 4), captured=False).orders[0].order
        lots.bring_in(session, market.sellers[0].principal, listing.lot_id, 3 * PACK)
        preorders.share(session, listing.lot_id)
    assert rows(db, "SELECT given_back FROM payment_split") == [(0,)]
    with db.transaction() as session:
        seller_orders.accept(session, market.sellers[0].principal, order.id)
        seller_orders.pack(session, market.sellers[0].principal, order.id, 1, {})
    assert rows(db, "SELECT sum(final) FROM order_line") == [(3 * PRICE,)]
    assert value(db, f"SELECT final - {3 * PRICE} BETWEEN 1 AND {order.delivery} FROM payment_split")
    with db.transaction() as session:
        assert preorders.due(session) == []


def test_two_workers_share_a_harvest_once(fresh_db: Database) -> None:
    with fresh_db.transaction() as session:
        market = a_market(session)
        listing = expected(session, market.sellers[0].principal)
        for packs in (3, 2, 2):
            bought(session, market, (listing, packs))
        lots.bring_in(session, market.sellers[0].principal, listing.lot_id, 4 * PACK)

    def share(_: int) -> None:
        with fresh_db.transaction() as session:
            preorders.share(session, listing.lot_id)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(share, range(4)))
    assert rows(fresh_db, "SELECT count(*) FROM outbox_message WHERE topic = 'lot.shared'") == [(1,)]
    assert rows(fresh_db, "SELECT sum(given_back), count(*) FROM payment_split WHERE given_back > 0") == [
        (3 * PRICE, 3)
    ]


LINES = st.lists(st.tuples(st.sampled_from([1, 500, 2_500, 10_000]), st.integers(1, 40)), min_size=1, max_size=12)


@given(LINES, st.integers(0, 1_000_000))
def test_a_share_is_fair_whole_and_complete(drawn: list[tuple[int, int]], came_in: int) -> None:
    lines = [Ordered(UUID(int=n), UUID(int=n // 2), unit * units, unit) for n, (unit, units) in enumerate(drawn)]
    allotted, sold = allot(lines, came_in), sum(line.grams for line in lines)
    assert set(allotted) == {line.line_id for line in lines}
    assert allot(lines[::-1], came_in) == allotted
    total = sum(allotted.values())
    assert total <= min(sold, came_in)
    assert min(sold, came_in) - total < max(line.unit for line in lines)
    for line in lines:
        got = allotted[line.line_id]
        assert 0 <= got <= line.grams
        assert got % line.unit == 0
        if came_in < sold:
            assert abs(got - line.grams * came_in / sold) < line.unit + 1e-6


def test_equal_rests_go_by_the_order() -> None:
    lines = [Ordered(UUID(int=n), UUID(int=10 - n), PACK, PACK) for n in range(3)]
    assert allot(lines, PACK) == {UUID(int=0): 0, UUID(int=1): 0, UUID(int=2): PACK}


def falling(session: Session, seller: Principal) -> ListingView:
    """A listing on sale at its full price, which falls at the next midnight; the clock is minutes before that."""
    now = clock.read(session).astimezone(PEOPLES_ZONE)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    lot = catalog.a_lot(session, seller, perish_by=midnight + timedelta(days=2))
    draft = listings.add(
        session, seller, NewListing(lot.id, "東港草莓", PACK, Money(PRICE), markdown=Markdown(4_000, 1))
    )
    listing = listings.publish(session, seller, draft.id)
    clock.advance(session, midnight + timedelta(days=1, minutes=-5) - now)
    return listing


@pytest.mark.parametrize("target", ["quote", "cart"])
def test_who_was_promised_a_price_pays_the_lower_one(shop: Shop, db: Database, target: str) -> None:
    with db.transaction() as session:
        listing = falling(session, shop.market.sellers[0].principal)
    buyer = shop.market.buyer
    lines = [{"listing_id": encode("lst", listing.id), "packs": 2}]
    cart = shop.done(buyer, "/carts", {"lines": lines})["id"]
    quote = shop.quote(cart) if target == "quote" else None
    assert shop.get(buyer, f"/carts/{cart}").json()["lines"][0]["repriced"] is None
    with db.transaction() as session:
        clock.advance(session, timedelta(minutes=6))
    changed = shop.get(buyer, f"/carts/{cart}").json()["lines"][0]["repriced"]
    assert (changed["before"]["amount"], changed["now"]["amount"]) == (PRICE, 4_000)
    body = checkout_body(quote_id=quote["id"]) if quote else checkout_body(cart_id=cart)
    order = shop.done(buyer, "/checkouts", body)["order_group"]["orders"][0]
    assert (order["goods"]["amount"], order["lines"][0]["unit_price"]["amount"]) == (8_000, 4_000)
    if quote:
        assert quote["parcels"][0]["lines"][0]["unit_price"]["amount"] == PRICE
    assert value(db, "SELECT amount FROM payment") == order["ceiling"]["amount"]
    assert decode("sor", order["id"])
