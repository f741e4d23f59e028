"""Many listings by a file: the dry run tells everything and changes nothing; each row is loaded once."""

from datetime import date
from typing import Any

from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text

from agrimarket.catalog.service import listings
from agrimarket.catalog.stocklists.columns import COLUMNS, WORDS
from agrimarket.integrations import sheets
from agrimarket.kernel.db import Database
from agrimarket.kernel.ids import encode
from tests.factories.accounts import Somebody, a_seller
from tests.factories.bulk import HEADER, csv_of, listing, send
from tests.factories.catalog import a_listing, load_catalogue, today
from workers.inline import drain


def _seller(db: Database) -> tuple[Somebody, date]:
    with db.transaction() as session:
        load_catalogue(session)
        return a_seller(session), today(session)


def _written(db: Database) -> list[tuple[Any, ...]]:
    with db.reading() as session:
        statement = text("""
            SELECT i.sku, i.state, i.price, i.version, l.quantity
            FROM listing AS i JOIN harvest_lot AS l ON l.id = i.lot_id ORDER BY i.sku
        """)
        return [tuple(row) for row in session.connection().execute(statement)]


def _load(client: TestClient[Litestar], db: Database, who: Somebody, content: bytes) -> Any:
    out = send(client, who, content).json()
    started = client.post(f"/v1/listings/imports/{out['id']}/load", headers=who.headers)
    assert started.status_code == 200, started.text
    drain(db)
    return client.get(f"/v1/listings/imports/{out['id']}", headers=who.headers).json()


def test_a_dry_run_tells_what_each_row_does_and_changes_nothing(client: TestClient[Litestar], db: Database) -> None:
    seller, day = _seller(db)
    wrong = listing(3, day, produce="火星草", price="0", region="没有这里")
    out = send(client, seller, csv_of([listing(1, day), listing(2, day), wrong, listing(1, day)])).json()
    assert _written(db) == []
    assert (out["state"], out["acts"], out["counts"]["error"]) == ("checked", {"new": 2}, 2)
    rows = client.get(f"/v1/listings/imports/{out['id']}/rows?state=error", headers=seller.headers).json()["items"]
    faults = {cell["column"]: cell["error"]["code"] for row in rows for cell in row["cells"] if cell["error"]}
    assert faults["produce"] == "stock_produce_unknown"
    assert faults["price"] == "stock_price"
    assert faults["reference"] == "stock_repeated"
    assert "region" in faults


def test_each_row_is_loaded_once_and_the_same_file_again_changes_nothing(
    client: TestClient[Litestar], db: Database
) -> None:
    seller, day = _seller(db)
    content = csv_of([listing(1, day), listing(2, day, publish="否")])
    done = _load(client, db, seller, content)
    assert (done["state"], done["counts"]["loaded"]) == ("loaded", 2)
    expected = [("S-1", "published", 6850, 2, 500_000), ("S-2", "draft", 6850, 1, 500_000)]
    assert _written(db) == expected
    again = send(client, seller, content).json()
    assert again["acts"] == {"same": 2}
    refused = client.post(f"/v1/listings/imports/{again['id']}/load", headers=seller.headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "bulk.nothing_to_do")
    assert _written(db) == expected


def test_a_change_is_told_from_to_and_made(client: TestClient[Litestar], db: Database) -> None:
    seller, day = _seller(db)
    _load(client, db, seller, csv_of([listing(1, day)]))
    changed = csv_of([["S-1", "72", "900"]], ("编号", "价格", "数量（斤）"))
    out = send(client, seller, changed).json()
    (row,) = client.get(f"/v1/listings/imports/{out['id']}/rows", headers=seller.headers).json()["items"]
    told = {cell["column"]: (cell["before"], cell["after"]) for cell in row["cells"] if cell["before"]}
    assert (row["act"], told["price"]) == ("changed", ("68.5", "72"))
    _load(client, db, seller, changed)
    assert [(row[0], row[1], row[2], row[4]) for row in _written(db)] == [("S-1", "published", 7200, 450_000)]


def test_what_says_which_harvest_it_is_does_not_change(client: TestClient[Litestar], db: Database) -> None:
    seller, day = _seller(db)
    _load(client, db, seller, csv_of([listing(1, day)]))
    before = _written(db)
    out = send(client, seller, csv_of([listing(1, day, produce="苹果")])).json()
    (row,) = client.get(f"/v1/listings/imports/{out['id']}/rows", headers=seller.headers).json()["items"]
    assert [cell["error"]["code"] for cell in row["cells"] if cell["error"]] == ["stock_kept"]
    assert _written(db) == before


def test_an_export_reads_back_unchanged(client: TestClient[Litestar], db: Database) -> None:
    seller, day = _seller(db)
    _load(client, db, seller, csv_of([listing(1, day), listing(2, day, publish="否", max="7", title="'=1+1")]))
    with db.transaction() as session:
        by_hand = a_listing(session, seller.principal, title="手工上架", price=1_234, pack_grams=333)
        listings.pause(session, seller.principal, by_hand.id)
    for language in ("en", "zh-Hans", "zh-Hant"):
        for kind in ("csv", "xlsx"):
            headers = {**seller.headers, "accept-language": language}
            content = client.get(f"/v1/listings/export?format={kind}", headers=headers).content
            sheet = sheets.read(content, WORDS.known)
            assert [WORDS.column_of(cell) for cell in sheet.header] == list(COLUMNS)
            assert encode("lst", by_hand.id) in {cells[0] for _, cells in sheet.rows}
            out = send(client, seller, content).json()
            assert out["acts"] == {"same": 3}, (language, kind, out)


def test_another_sellers_file_is_not_there(client: TestClient[Litestar], db: Database) -> None:
    seller, day = _seller(db)
    other, _ = _seller(db)
    out = send(client, seller, csv_of([listing(1, day)])).json()
    for method, path in (("get", ""), ("get", "/rows"), ("get", "/faults"), ("post", "/load")):
        answer = client.request(method, f"/v1/listings/imports/{out['id']}{path}", headers=other.headers)
        assert answer.status_code == 404
    assert _written(db) == []


def test_what_cannot_be_published_fails_alone(client: TestClient[Litestar], db: Database) -> None:
    seller, day = _seller(db)
    out = send(client, seller, csv_of([listing(1, day), listing(2, day)])).json()
    with db.transaction() as session:
        session.connection().execute(text("UPDATE product SET perishability_days = 1 WHERE code = 'strawberry'"))
        session.connection().execute(text("UPDATE bulk_row SET about_id = NULL"))
    client.post(f"/v1/listings/imports/{out['id']}/load", headers=seller.headers)
    drain(db)
    assert len(_written(db)) == 2
    faults = client.get(f"/v1/listings/imports/{out['id']}/faults", headers=seller.headers)
    assert faults.status_code == 200


def test_a_file_of_faults_can_be_mended_and_sent_again(client: TestClient[Litestar], db: Database) -> None:
    seller, day = _seller(db)
    out = send(client, seller, csv_of([listing(1, day), listing(2, day, price="x")])).json()
    content = client.get(f"/v1/listings/imports/{out['id']}/faults", headers=seller.headers).content
    sheet = sheets.read(content, WORDS.known)
    assert (sheet.header, [cells[0] for _, cells in sheet.rows]) == (list(HEADER), ["S-2"])
    mended = send(client, seller, content.replace(b",x,", b",68,")).json()
    assert mended["acts"] == {"new": 1}


def test_the_pages_work_without_a_script(client: TestClient[Litestar], db: Database) -> None:
    seller, day = _seller(db)
    out = send(client, seller, csv_of([listing(1, day), listing(2, day, price="x")])).json()
    client.cookies.set("session", seller.token)
    page = client.get("/sell/import")
    assert (page.status_code, out["id"] in page.text) == (200, True)
    shown = client.get(f"/sell/import/{out['id']}?state=error")
    assert shown.status_code == 200
    assert client.get("/sell/import/template?format=xlsx").status_code == 200
    assert client.get("/sell/import/export").status_code == 200
