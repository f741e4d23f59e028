"""From a lot to everybody who bought of it: for its seller and operators, in one statement, as a list and as files."""

import csv
import io
import tracemalloc

import pytest

from agrimarket.integrations import sheets
from agrimarket.kernel.db import Database
from agrimarket.kernel.ids import encode
from agrimarket.orders.service import traces
from agrimarket.orders.types import TraceSort
from tests.factories.orders import ADDRESS
from tests.factories.traces import many_lines
from tests.orders.conftest import Shop, bought, value
from tests.support.statements import statements


def _lot(shop: Shop, seller: int = 0) -> str:
    return encode("lot", shop.market.listings[seller].lot_id)


def test_a_lot_leads_to_every_buyer(shop: Shop, db: Database) -> None:
    group = bought(shop, db, 2, 1)
    path = f"/lots/{_lot(shop)}/trace"
    for who in (shop.market.sellers[0], shop.market.operator):
        (line,) = shop.get(who, path).json()["items"]
        assert (line["order_id"], line["packs"], line["state"]) == (shop.order(group, 0), 2, "placed")
        assert line["address"]["recipient"] == ADDRESS.recipient
    assert value(db, "SELECT count(*) FROM audit_entry WHERE action = 'lot.traced'") == 2


def test_nobody_else_sees_a_lots_buyers(shop: Shop, db: Database) -> None:
    bought(shop, db, 1)
    for path in ("trace", "trace.csv", "trace.xlsx"):
        for who in (shop.market.sellers[1], shop.market.buyer):
            assert shop.get(who, f"/lots/{_lot(shop)}/{path}").status_code == 404
    assert value(db, "SELECT count(*) FROM audit_entry WHERE action = 'lot.traced'") == 0


def test_the_files_say_the_same_in_every_order(shop: Shop, db: Database) -> None:
    for _ in range(3):
        bought(shop, db, 1)
    path = f"/lots/{_lot(shop)}/trace"
    for sort in ("line", "placed", "state", "region", "buyer"):
        content = shop.get(shop.market.sellers[0], f"{path}.csv?sort={sort}").content
        lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
        assert len(lines) == 4
        assert all(len(line) == len(traces.COLUMNS) for line in lines)
        assert {line[15] for line in lines[1:]} == {ADDRESS.recipient}
    book = shop.get(shop.market.sellers[0], f"{path}.xlsx").content
    sheet = sheets.read(book, len)
    assert [cells[:7] for _, cells in sheet.rows] == [line[:7] for line in lines[1:]]


def test_the_address_is_gone_from_the_sellers_file_once_the_order_has_ended(shop: Shop, db: Database) -> None:
    order = shop.order(bought(shop, db, 1), 0)
    shop.done(shop.market.sellers[0], f"/seller-orders/{order}/decline", {"reason": "hail"})
    path = f"/lots/{_lot(shop)}/trace"
    assert ADDRESS.recipient not in shop.get(shop.market.sellers[0], f"{path}.csv").text
    assert shop.get(shop.market.sellers[0], path).json()["items"][0]["address"] is None
    assert ADDRESS.recipient in shop.get(shop.market.operator, f"{path}.csv").text


def test_the_page_shows_it(shop: Shop, db: Database) -> None:
    bought(shop, db, 1)
    shop.client.cookies.set("session", shop.market.sellers[0].token)
    page = shop.client.get(f"/lots/{_lot(shop)}/trace")
    assert (page.status_code, ADDRESS.recipient in page.text) == (200, True)
    shop.client.cookies.clear()


def test_a_page_of_a_trace_is_one_statement(shop: Shop, db: Database) -> None:
    for _ in range(2):
        bought(shop, db, 1)
    with db.transaction() as session, statements() as seen:
        traces.queries.page(session, shop.market.listings[0].lot_id, everything=True, after=None, limit=50)
    assert len(seen) == 1


@pytest.mark.slow
def test_twenty_thousand_lines_are_written_in_constant_memory(shop: Shop, db: Database) -> None:
    with db.transaction() as session:
        lot_id = many_lines(session, shop.market, 20_000)
    seller = shop.market.sellers[0].principal
    list(traces.stream(db, seller, lot_id, TraceSort.LINE, "csv", "en"))  # what is imported once stays
    tracemalloc.start()
    chunks = list(map(len, traces.stream(db, seller, lot_id, TraceSort.LINE, "csv", "en")))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(chunks) > 5
    assert peak < 3_000_000 < sum(chunks)
    lines = b"".join(traces.stream(db, seller, lot_id, TraceSort.STATE, "csv", "en")).count(b"\r\n")
    assert lines == 20_001
