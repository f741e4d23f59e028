"""The first two pages of putting something on sale: a lot, then a draft of a listing; nothing is public."""

from datetime import timedelta
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.kernel.db import Database
from agrimarket.kernel.ids import encode
from tests.catalog.conftest import count, lot_body
from tests.factories import accounts, catalog
from tests.factories.accounts import Somebody
from tests.support.browser import Browser

Client = TestClient[Litestar]


@pytest.fixture
def web(client: Client, farmer: Somebody) -> Browser:
    return Browser(client, session=farmer.token)


def _said(db: Database, code: str = "strawberry", **changes: object) -> dict[str, Any]:
    with db.transaction() as session:
        kind, today = catalog.product(session, code), catalog.today(session)
    base: dict[str, Any] = {"product_id": encode("prd", kind.id), "quantity": "500斤", "harvested_on": today}
    return base | {"region_code": "丹东 东港"} | changes


PRICED: dict[str, Any] = {
    "pack": "5",
    "pack_unit": "jin",
    "price": "68元",
    "priced_by": "pack",
    "modes": "truck",
    "min_packs": "1",
}


def test_what_is_typed_becomes_a_lot_and_a_draft_that_nobody_else_sees(web: Browser, db: Database) -> None:
    web.get("/sell/new")
    assert "Strawberry" in web.words
    web.post("/sell/new", **_said(db, quantity="半吨"))
    assert web.path.endswith("/price") and "1,000 jin" in web.words
    web.post(web.path, **PRICED, markdown_on="yes", markdown="40", from_days="2天")
    assert web.path.endswith("/condition")
    assert "CN¥68.00" in web.words or "¥68.00" in web.words
    web.become(None).get("/")
    assert "草莓 5" not in web.page


def test_the_first_page_can_be_changed_and_the_draft_follows(web: Browser, db: Database, farmer: Somebody) -> None:
    web.get("/sell/new")
    web.post("/sell/new", **_said(db))
    web.post(web.path, **PRICED)
    lot = web.path.rpartition("/")[0]
    web.get(f"{lot}/what")
    web.post(f"{lot}/what", **_said(db, "garlic", quantity="300斤"))
    assert web.path == f"{lot}/check" and "Garlic" in web.words
    web.post(f"{lot}/discard")
    assert (web.path, count(db)) == ("/sell", 0)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"quantity": ""}, "How much is there"),
        ({"quantity": "几百斤"}, "How much is there"),
        ({"harvested_on": "31/02"}, "Harvested on"),
        ({"product_id": "other", "other": ""}, "What do you sell"),
        ({"region_code": "没有这地方"}, "Where does it grow"),
        ({"share_percent": "90"}, "If expected"),
    ],
)
def test_a_wrong_answer_is_told_at_its_question_and_kept(
    web: Browser, db: Database, wrong: dict[str, Any], says: str
) -> None:
    web.get("/sell/new")
    web.post("/sell/new", **_said(db, **wrong))
    assert (web.status // 100, count(db)) == (4, 0)
    assert says in web.page.partition('id="summary"')[2].partition("</div>")[0]
    for value in filter(None, wrong.values()):
        assert value in web.page


@pytest.mark.parametrize(
    "wrong",
    [
        {"pack": ""},
        {"pack": "900斤"},
        {"price": ""},
        {"price": "0"},
        {"price": "六十块五毛七分三"},
        {"modes": ""},
        {"min_packs": "3", "max_packs": "2"},
        {"markdown_on": "yes", "markdown": "70", "from_days": "2"},
        {"markdown_on": "yes", "markdown": "40", "from_days": ""},
        {"markdown_on": "yes", "markdown": "40", "from_days": "99"},
    ],
)
def test_a_price_that_cannot_be_makes_no_listing(web: Browser, db: Database, wrong: dict[str, Any]) -> None:
    web.get("/sell/new")
    web.post("/sell/new", **_said(db))
    web.post(web.path, **{**PRICED, **wrong})
    assert (web.status // 100, count(db)) == (4, 1)
    assert 'id="summary"' in web.page


def test_a_lot_that_was_on_sale_cannot_be_rewritten_or_thrown_away(
    client: Client, db: Database, farmer: Somebody
) -> None:
    with db.transaction() as session:
        listing = catalog.a_listing(session, farmer.principal)
    path = f"/v1/lots/{encode('lot', listing.lot_id)}"
    for answer in (
        client.put(path, json=lot_body(db), headers=farmer.headers),
        client.delete(path, headers=farmer.headers),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "lot.offered")
    assert count(db) == 2


def test_a_program_revises_a_draft_as_the_pages_do(client: Client, db: Database, farmer: Somebody) -> None:
    lot = client.post("/v1/lots", json=lot_body(db, grade="first"), headers=farmer.headers).json()
    assert (lot["grade"], lot["storage"]) == ("first", "chilled")
    body = lot_body(db, quantity="300斤", storage="frozen")
    revised = client.put(f"/v1/lots/{lot['id']}", json=body, headers=farmer.headers).json()
    assert (revised["quantity"], revised["grade"], revised["storage"]) == ({"grams": 150_000}, None, "frozen")
    with db.transaction() as session:
        stranger = accounts.a_seller(session)
    assert client.delete(f"/v1/lots/{lot['id']}", headers=stranger.headers).status_code == 404
    assert client.delete(f"/v1/lots/{lot['id']}", headers=farmer.headers).status_code == 204
    assert count(db) == 0


def test_a_day_ahead_is_a_pre_order(web: Browser, db: Database) -> None:
    said = _said(db, share_percent="50%")
    said["harvested_on"] += timedelta(days=9)
    web.get("/sell/new")
    web.post("/sell/new", **said)
    web.post(web.path, **PRICED)
    web.get(web.path.replace("condition", "check"))
    assert "Expected on" in web.words and "Packs left 50" in web.words
