"""Many orders at once: accepted, and packed and sent by a file; each on its own, and once."""

import csv
import io
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

import pytest

from agrimarket.bulk.service import files
from agrimarket.bulk.states import Kind, RowState
from agrimarket.kernel.db import Database
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.ids import encode
from agrimarket.orders.flows import packlists as flows
from agrimarket.orders.packlists.columns import COLUMNS
from agrimarket.orders.service import boxes, checkouts, seller_orders
from tests.factories.accounts import Somebody
from tests.factories.bulk import send
from tests.factories.orders import a_market, a_purchase, authorise, capture
from tests.orders.conftest import Shop, bought, rows
from workers.inline import drain

FILES = "/v1/seller-orders/bulk/files"


def _accepted(shop: Shop, db: Database, count: int = 2) -> list[str]:
    """Orders of the seller who prices by weight, accepted at once."""
    orders = [shop.order(bought(shop, db, 0, 2), 1) for _ in range(count)]
    done = shop.done(shop.market.sellers[1], "/seller-orders/bulk/accept", {"order_ids": orders})
    assert (done["accepted"], done["refused"]) == (orders, [])
    return orders


def _exported(shop: Shop, seller: Somebody) -> list[dict[str, str]]:
    headers = {**seller.headers, "accept-language": "en"}
    content = shop.client.get("/v1/seller-orders/bulk/export", headers=headers).content.decode("utf-8-sig")
    return [dict(zip(COLUMNS, cells, strict=True)) for cells in list(csv.reader(io.StringIO(content)))[1:]]


def _csv(lines: list[dict[str, str]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows([COLUMNS, *([line[column] for column in COLUMNS] for line in lines)])
    return out.getvalue().encode()


def _states(db: Database) -> list[Any]:
    return rows(db, "SELECT state, final FROM seller_order WHERE placed_at IS NOT NULL ORDER BY id")


def _load(shop: Shop, db: Database, seller: Somebody, content: bytes) -> Any:
    out = send(shop.client, seller, content, FILES).json()
    started = shop.client.post(f"{FILES}/{out['id']}/load", headers=seller.headers)
    assert started.status_code == 200, started.text
    drain(db)
    return shop.client.get(f"{FILES}/{out['id']}", headers=seller.headers).json()


def test_a_file_packs_and_sends_each_order_once(shop: Shop, db: Database) -> None:
    _accepted(shop, db)
    seller = shop.market.sellers[1]
    first, second = _exported(shop, seller)
    assert (first["ordered"], first["unit"], first["packed"]) == ("5", "kg", "")
    first |= {"packed": "4.5", "boxes": "1", "carrier": "顺丰", "tracking": "SF1"}
    second |= {"packed": "4.9"}
    content = _csv([first, second])
    out = send(shop.client, seller, content, FILES).json()
    assert (out["acts"], [state for state, _ in _states(db)]) == ({"both": 1, "pack": 1}, ["accepted", "accepted"])
    done = _load(shop, db, seller, content)
    assert done["counts"]["loaded"] == 2, done
    after = _states(db)
    assert [state for state, _ in after] == ["dispatched", "packed"]
    assert rows(db, "SELECT carrier, tracking_number FROM shipment ORDER BY carrier") == [("顺丰", "SF1"), (None, None)]
    again = send(shop.client, seller, content, FILES).json()
    assert again["acts"] == {"same": 2}
    assert _states(db) == after


def test_a_fault_holds_its_order_back_and_no_other(shop: Shop, db: Database) -> None:
    _accepted(shop, db)
    seller = shop.market.sellers[1]
    first, second = _exported(shop, seller)
    first["packed"], second["packed"] = "50", "5"
    stranger = {**first, "line": "orl_01m8504b7ye8nbqetv75q9crjn"}
    content = _csv([first, second, stranger, second])
    out = send(shop.client, seller, content, FILES).json()
    listed = shop.client.get(f"{FILES}/{out['id']}/rows?state=error", headers=seller.headers).json()["items"]
    codes = [cell["error"]["code"] for row in listed for cell in row["cells"] if cell["error"]]
    assert codes == ["packlist_too_much", "packlist_no_such_line", "packlist_repeated"]
    done = _load(shop, db, seller, content)
    assert (done["counts"]["loaded"], [state for state, _ in _states(db)]) == (1, ["accepted", "packed"])


def test_what_was_packed_meanwhile_fails_alone(shop: Shop, db: Database) -> None:
    one, _ = _accepted(shop, db)
    seller = shop.market.sellers[1]
    lines = [{**line, "packed": "4"} for line in _exported(shop, seller)]
    out = send(shop.client, seller, _csv(lines), FILES).json()
    shop.done(seller, f"/seller-orders/{one}/pack", {"boxes": 1})
    shop.client.post(f"{FILES}/{out['id']}/load", headers=seller.headers)
    drain(db)
    done = shop.client.get(f"{FILES}/{out['id']}", headers=seller.headers).json()
    assert (done["state"], done["counts"]["loaded"], done["counts"]["failed"]) == ("loaded", 1, 1)


def test_an_order_of_another_is_not_accepted_with_ones_own(shop: Shop, db: Database) -> None:
    group = bought(shop, db, 1, 1)
    orders = [shop.order(group, 0), shop.order(group, 1)]
    before = _states(db)
    answer = shop.post(shop.market.sellers[1], "/seller-orders/bulk/accept", {"order_ids": orders})
    assert answer.status_code == 404
    assert _states(db) == before


def test_accepting_twice_tells_why(shop: Shop, db: Database) -> None:
    orders = _accepted(shop, db, 1)
    done = shop.done(shop.market.sellers[1], "/seller-orders/bulk/accept", {"order_ids": orders})
    assert [each["order_id"] for each in done["refused"]] == orders


@pytest.mark.parametrize("path", ["", "/rows", "/faults"])
def test_another_sellers_file_of_orders_is_not_there(shop: Shop, db: Database, path: str) -> None:
    _accepted(shop, db, 1)
    content = _csv([{**line, "packed": "4"} for line in _exported(shop, shop.market.sellers[1])])
    out = send(shop.client, shop.market.sellers[1], content, FILES).json()
    other = shop.market.sellers[0]
    assert shop.client.get(f"{FILES}/{out['id']}{path}", headers=other.headers).status_code == 404
    assert send(shop.client, other, content, FILES).json()["counts"]["error"] == 1


def test_the_page_accepts_what_is_ticked(shop: Shop, db: Database) -> None:
    order = shop.order(bought(shop, db, 0, 1), 1)
    seller = shop.market.sellers[1]
    shop.client.cookies.set("session", seller.token)
    page = shop.client.get("/sell/orders/bulk")
    assert (page.status_code, order in page.text) == (200, True)
    form = {"order_ids": order, "_csrf_token": shop.client.cookies["csrftoken"]}
    shop.client.post("/sell/orders/bulk/accept", data=form)
    assert [state for state, _ in _states(db)] == ["accepted"]
    shop.client.cookies.clear()


def _kept_waiting(shop: Shop, db: Database) -> tuple[str, str]:
    """A file's order that is packed and waits for its money, with another part of the purchase that is not packed."""
    group = bought(shop, db, 1, 2)
    order = shop.order(group, 1)
    seller = shop.market.sellers[1]
    shop.done(seller, f"/seller-orders/{order}/accept")
    (line,) = _exported(shop, seller)
    line |= {"packed": "5", "carrier": "顺丰", "tracking": "SF1"}
    assert _load(shop, db, seller, _csv([line]))["counts"]["waiting"] == 1
    return order, shop.order(group, 0)


def test_a_row_that_waits_for_money_ends_with_its_order(shop: Shop, db: Database) -> None:
    order, _ = _kept_waiting(shop, db)
    shop.done(shop.market.operator, f"/seller-orders/{order}/cancel", {"reason": "The road is closed."})
    drain(db)
    assert rows(db, "SELECT state, jsonb_array_length(faults) FROM bulk_row") == [("failed", 1)]
    assert rows(db, "SELECT state FROM shipment") == [("ready",)]


def test_a_row_that_waits_for_money_is_sent_when_it_is_there(shop: Shop, db: Database) -> None:
    _, other = _kept_waiting(shop, db)
    shop.done(shop.market.sellers[0], f"/seller-orders/{other}/decline", {"reason": "Hail took it."})
    drain(db)
    assert rows(db, "SELECT state FROM bulk_row") == [("loaded",)]


def test_money_that_comes_while_a_row_is_put_aside_sends_it(
    fresh_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row that is found to wait is seen by whoever settles the money a moment later."""
    with fresh_db.transaction() as session:
        market = a_market(session)
        group, seller = a_purchase(session, market, (0, 1)), market.sellers[1].principal
        order, ceiling = group.orders[0], group.orders[0].order.goods + group.orders[0].order.delivery
        authorise(session, group)
        checkouts.mark_paid(session, group.group.id)
        seller_orders.accept(session, seller, order.order.id)
        boxes.weigh(session, seller, order.order.id, 1, scale_grams=2_500)
        boxes.finish(session, seller, order.order.id)
        line = {"number": "", "line": encode("orl", order.lines[0].id), "carrier": "顺丰", "tracking": "SF1"}
    content = _csv([{column: line.get(column, "") for column in COLUMNS}])
    file = flows.check_file(fresh_db, Idempotency(), seller, content, "a.csv", "en")
    with fresh_db.transaction() as session:
        files.start(session, seller, Kind.ORDERS, file.id)
        capture(session, group, ceiling)
    settle, coming = files.settle, list[Future[None]]()

    with ThreadPoolExecutor(1) as thread:

        def put_aside(rows_: Any, state: RowState, *more: Any) -> None:
            if state is RowState.WAITING:
                coming.append(thread.submit(flows.send_waiting, fresh_db, group.group.id))
                wait(coming, timeout=1)
            settle(rows_, state, *more)

        monkeypatch.setattr(files, "settle", put_aside)
        flows.load(fresh_db, file.id)
        coming[0].result()
    assert rows(fresh_db, "SELECT state FROM bulk_row") == [("loaded",)]
    assert rows(fresh_db, "SELECT state FROM seller_order") == [("dispatched",)]
