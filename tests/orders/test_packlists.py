"""Many orders at once: accepted, and packed and sent by a file; each on its own, and once."""

import csv
import io
from typing import Any

import pytest

from agrimarket.kernel.db import Database
from agrimarket.orders.packlists.columns import COLUMNS
from tests.factories.accounts import Somebody
from tests.factories.bulk import send
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
