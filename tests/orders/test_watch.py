"""Orders that wait too long: alerts by the clock, which end by themselves; and the desk that shows and finds them."""

from datetime import timedelta
from urllib.parse import quote

import pytest

from agrimarket.drive import drive
from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from agrimarket.kernel.ids import decode, short_number
from agrimarket.orders.service import watch
from tests.factories.accounts import Somebody
from tests.factories.orders import ADDRESS
from tests.orders.conftest import Shop, bought, rows, sweep
from tests.support.browser import Browser
from tests.support.statements import statements
from workers.inline import drain
from workers.tasks import orders as tasks

MINUTE = timedelta(minutes=1)


def _open(db: Database) -> list[str]:
    return [kind for (kind,) in rows(db, "SELECT kind FROM order_alert WHERE resolved_at IS NULL ORDER BY kind")]


def test_a_late_answer_is_told_at_half_time_and_ends_with_the_answer(shop: Shop, db: Database) -> None:
    order = bought(shop, db, 1)["orders"][0]["id"]
    half = drive().windows.answer / 2
    sweep(db, half - MINUTE, tasks.watch_over)
    assert _open(db) == []
    sweep(db, MINUTE, tasks.watch_over)
    sweep(db, MINUTE, tasks.watch_over)
    assert _open(db) == ["late_answer"]
    shop.done(shop.market.sellers[0], f"/seller-orders/{order}/accept")
    sweep(db, MINUTE, tasks.watch_over)
    assert _open(db) == []
    assert rows(db, "SELECT count(*), count(resolved_at), count(resolved_by) FROM order_alert") == [(1, 1, 0)]


def test_what_is_not_packed_sent_or_there_in_time_is_told(shop: Shop, db: Database) -> None:
    farmer, windows = shop.market.sellers[0], drive().windows
    order = bought(shop, db, 1)["orders"][0]["id"]
    shop.done(farmer, f"/seller-orders/{order}/accept")
    sweep(db, windows.pack, tasks.watch_over)
    assert _open(db) == ["not_packed"]
    sweep(db, windows.authorised - windows.lapse_warning - windows.pack, tasks.watch_over)
    assert _open(db) == ["lapsing", "not_packed"]
    shop.done(farmer, f"/seller-orders/{order}/pack", {"boxes": 1})
    drain(db)
    sweep(db, windows.send, tasks.watch_over)
    assert _open(db) == ["not_sent"]
    shop.done(farmer, f"/seller-orders/{order}/dispatch", {})
    sweep(db, windows.arrive, tasks.watch_over)
    assert _open(db) == ["not_arrived"]
    shop.done(farmer, f"/seller-orders/{order}/deliver")
    sweep(db, MINUTE, tasks.watch_over)
    assert _open(db) == []


def test_what_an_operator_closed_comes_again_only_after_the_same_time(shop: Shop, db: Database) -> None:
    farmer, operator, pack = shop.market.sellers[0], shop.market.operator, drive().windows.pack
    order = bought(shop, db, 1)["orders"][0]["id"]
    shop.done(farmer, f"/seller-orders/{order}/accept")
    sweep(db, pack, tasks.watch_over)
    (alert,) = shop.get(operator, "/order-alerts").json()["items"]
    assert alert["order_number"] == short_number(decode("sor", order))
    shop.done(operator, f"/order-alerts/{alert['id']}/resolve", {"note": "明天装"})
    sweep(db, pack - MINUTE, tasks.watch_over)
    assert _open(db) == []
    sweep(db, MINUTE, tasks.watch_over)
    assert _open(db) == ["not_packed"]


@pytest.mark.parametrize("orders", [1, 3])
def test_the_watch_takes_three_statements_however_many_wait(shop: Shop, db: Database, orders: int) -> None:
    for _ in range(orders):
        bought(shop, db, 1)
    with db.transaction() as session:
        clock.advance(session, drive().windows.answer / 2)
    with db.transaction() as session, statements() as seen:
        assert watch.look(session) == orders
    assert len(seen) == 3, seen


def test_the_desk_finds_an_order_by_what_people_know(shop: Shop, db: Database) -> None:
    order = bought(shop, db, 1)["orders"][0]["id"]
    bought(shop, db, 1)
    number = short_number(decode("sor", order))
    sweep(db, drive().windows.answer / 2, tasks.watch_over)
    web = Browser(shop.client).become(shop.market.operator.token)
    web.get("/desk/orders")
    assert "No answer yet 2" in web.words
    assert 'data-key="c"' in web.page
    for q in (number, number.lower(), order):
        web.get(f"/desk/orders?q={q}")
        assert (web.words.count("Orders found"), web.page.count('class="queue"')) == (1, 1)
        assert web.page.count("<small>") == 1
    web.get("/desk/orders?kind=not_sent")
    assert "<small>" not in web.page
    for q in (ADDRESS.recipient, "8000", ADDRESS.phone):
        web.get(f"/desk/orders?q={quote(q)}")
        assert web.page.count("<small>") == 2
    web.get("/desk/orders?q=9999")
    assert "Nothing found" in web.words


def test_a_seller_finds_only_what_they_sold_and_by_name_only_while_it_goes_on(shop: Shop, db: Database) -> None:
    order = bought(shop, db, 1)["orders"][0]["id"]
    farmer, other = shop.market.sellers

    def found(who: Somebody, q: str) -> list[str]:
        answer = shop.client.get("/v1/seller-orders", params={"q": q}, headers=who.headers)
        return [each["id"] for each in answer.json()["items"]]

    number = short_number(decode("sor", order))
    asked = (number, order, ADDRESS.recipient, "8000")
    assert [found(farmer, q) for q in asked] == [[order]] * 4
    assert [found(other, q) for q in asked] == [[]] * 4
    with db.transaction() as session:
        session.connection().exec_driver_sql("UPDATE order_group SET search_keys = NULL")
    assert found(farmer, "8000") == []
    sweep(db, MINUTE, tasks.watch_over)
    assert found(farmer, "8000") == [order]
    shop.done(farmer, f"/seller-orders/{order}/decline", {"reason": "Hail."})
    assert [found(farmer, q) for q in asked] == [[order], [order], [], []]
