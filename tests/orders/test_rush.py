"""Many buyers at once, with real commits."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import text

from agrimarket.catalog.errors import LotSoldOut
from agrimarket.kernel.db import Database
from agrimarket.orders.errors import BoxWeighed
from agrimarket.orders.service import boxes, carts, checkouts, seller_orders
from agrimarket.orders.types import Line
from agrimarket.payments.states import PaymentMethod
from tests.factories.accounts import Somebody, a_buyer
from tests.factories.orders import ADDRESS, Market, a_market, a_purchase, authorise


def _buy(db: Database, market: Market, buyer: Somebody, start: Barrier) -> str:
    who = buyer.principal
    with db.transaction() as session:
        cart = carts.begin(session, who, [Line(market.listings[0].id, 1)])
    start.wait()
    try:
        with db.transaction() as session:
            checkouts.place(session, who, cart_id=cart.id, quote_id=None, address=ADDRESS, method=PaymentMethod.CARD)
    except LotSoldOut as refusal:
        return refusal.code
    return "bought"


def test_twenty_buyers_for_the_last_box(fresh_db: Database) -> None:
    with fresh_db.transaction() as session:
        market = a_market(session, grams=2_500)
        buyers = [a_buyer(session) for _ in range(20)]
    start = Barrier(20)
    with ThreadPoolExecutor(20) as threads:
        outcomes = list(threads.map(lambda buyer: _buy(fresh_db, market, buyer, start), buyers))
    assert outcomes.count("bought") == 1
    assert all(outcome.startswith("lot.sold_out") for outcome in outcomes if outcome != "bought")
    with fresh_db.reading() as session:
        rows = session.connection().execute(
            text("""SELECT (SELECT count(*) FROM order_group), (SELECT count(*) FROM seller_order),
                           (SELECT count(*) FROM payment), (SELECT count(*) FROM reservation),
                           (SELECT max(reserved) FROM harvest_lot)""")
        )
        assert tuple(rows.one()) == (1, 1, 1, 1, 2_500)


def test_one_cart_from_many_threads_is_one_purchase(fresh_db: Database) -> None:
    """Invariant 4."""
    with fresh_db.transaction() as session:
        market = a_market(session)
        cart = carts.begin(session, market.buyer.principal, [Line(market.listings[0].id, 1)])
    start = Barrier(8)

    def check_out(_: int) -> str:
        start.wait()
        with fresh_db.transaction() as session:
            placed = checkouts.place(
                session,
                market.buyer.principal,
                cart_id=cart.id,
                quote_id=None,
                address=ADDRESS,
                method=PaymentMethod.CARD,
            )
        return str(placed.view.group.id)

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(check_out, range(8)))) == 1
    with fresh_db.reading() as session:
        assert session.connection().execute(text("SELECT sum(grams) FROM reservation")).scalar() == 2_500


def test_the_last_two_sellers_pack_at_once_and_the_money_is_taken_once(fresh_db: Database) -> None:
    with fresh_db.transaction() as session:
        market = a_market(session)
        group = a_purchase(session, market, (1, 1))
        authorise(session, group)
        checkouts.mark_paid(session, group.group.id)
        for view, seller in zip(group.orders, _owners(market, group.orders), strict=True):
            seller_orders.accept(session, seller.principal, view.order.id)
    start = Barrier(2)

    def pack(part: int) -> None:
        start.wait()
        with fresh_db.transaction() as session:
            view = group.orders[part]
            seller_orders.pack(session, _owners(market, [view])[0].principal, view.order.id, 1, {})

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(pack, range(2)))
    with fresh_db.reading() as session:
        row = session.connection().execute(
            text("SELECT state, (SELECT sum(final) FROM payment_split) = amount AS whole FROM payment")
        )
        assert tuple(row.one()) == ("settling", True)


def _owners(market: Market, views: object) -> list[Somebody]:
    by_id = {seller.principal.seller_id: seller for seller in market.sellers}
    return [by_id[view.order.seller_id] for view in views]  # type: ignore[attr-defined]


def test_paid_and_lapsed_at_the_same_moment_is_one_of_the_two(fresh_db: Database) -> None:
    with fresh_db.transaction() as session:
        market = a_market(session)
        groups = [a_purchase(session, market, (1,)) for _ in range(6)]
        for group in groups:
            authorise(session, group)
    start = Barrier(12)

    def act(number: int) -> None:
        start.wait()
        with fresh_db.transaction() as session:
            (checkouts.mark_paid if number % 2 else checkouts.lapse)(session, groups[number // 2].group.id)

    with ThreadPoolExecutor(12) as threads:
        list(threads.map(act, range(12)))
    with fresh_db.reading() as session:
        rows = session.connection().execute(text("SELECT DISTINCT state FROM seller_order"))
        assert [row.state for row in rows] == ["placed"]  # the money was held before either of them looked
        stock = session.connection().execute(text("SELECT sum(reserved), sum(committed) FROM harvest_lot")).one()
        assert tuple(stock) == (0, 6 * 2_500)


def test_two_phones_at_one_scale_weigh_no_box_twice(fresh_db: Database) -> None:
    with fresh_db.transaction() as session:
        market = a_market(session)
        group = a_purchase(session, market, (0, 4))
        authorise(session, group)
        checkouts.mark_paid(session, group.group.id)
        order_id, seller = group.orders[0].order.id, market.sellers[1].principal
        seller_orders.accept(session, seller, order_id)
    start = Barrier(4)

    def weigh(_: int) -> str:
        start.wait()
        try:
            with fresh_db.transaction() as session:
                boxes.weigh(session, seller, order_id, 1, scale_grams=2_400)
        except BoxWeighed as refusal:
            return refusal.code
        return "weighed"

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(weigh, range(4))) == ["box.weighed"] * 3 + ["weighed"]
    with fresh_db.reading() as session:
        assert session.connection().execute(text("SELECT count(*), sum(grams) FROM box")).one() == (1, 2_400)
