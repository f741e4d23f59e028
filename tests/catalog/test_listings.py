"""Listings over HTTP: what is on sale, who may change it, and that refusals change nothing."""

from datetime import timedelta
from typing import Any
from unittest.mock import ANY

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlmodel import select

from agrimarket.accounts.service import sellers
from agrimarket.accounts.states import Standing
from agrimarket.catalog.queries import search as queries
from agrimarket.catalog.schemas.listings import ListingOut
from agrimarket.catalog.service import listings, search
from agrimarket.catalog.states import ListingState
from agrimarket.catalog.types.search import Search, Sort
from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from agrimarket.kernel.ids import encode
from agrimarket.kernel.money import Money
from agrimarket.kernel.outbox import OutboxMessage
from tests.catalog.conftest import count, listing_body, lot_body
from tests.factories import accounts, catalog
from tests.factories.accounts import Somebody
from tests.support.statements import statements
from workers.inline import drain

Client = TestClient[Litestar]


def on_sale(client: Client, **query: str) -> list[str]:
    answer = client.get("/v1/listings", params=query)
    assert answer.status_code == 200, answer.text
    return [item["title"] for item in answer.json()["items"]]


def test_from_harvest_to_market(client: Client, db: Database, farmer: Somebody) -> None:
    lot = client.post("/v1/lots", json=lot_body(db), headers=farmer.headers).json()
    assert (lot["quantity"], lot["origin_name"]) == ({"grams": 100_000}, "辽宁省丹东市东港市")
    draft = client.post("/v1/listings", json=listing_body(lot["id"]), headers=farmer.headers)
    assert (draft.status_code, draft.json()["state"]) == (201, "draft")
    path = f"/v1/listings/{draft.json()['id']}"
    assert client.get(path).status_code == 404
    assert client.get(path, headers=farmer.headers).status_code == 200
    assert on_sale(client) == []
    published = client.post(f"{path}/publish", headers=farmer.headers)
    assert (published.status_code, published.json()["state"]) == (200, "published")
    assert published.json()["available_packs"] == 40
    assert on_sale(client) == ["東港草莓"]
    assert client.post(f"{path}/pause", headers=farmer.headers).json()["state"] == "paused"
    assert on_sale(client) == []
    assert client.post(f"{path}/publish", headers=farmer.headers).json()["state"] == "published"
    mine = client.get("/v1/lots", headers=farmer.headers).json()["items"]
    assert [entry["state"] for entry in mine[0]["listings"]] == ["published"]
    with db.transaction() as session:
        topics = session.exec(select(OutboxMessage.topic).where(OutboxMessage.topic == "listing.published")).all()
        assert len(topics) == 1


def test_a_decimal_comma_is_one_in_lots_and_packs(client: Client, db: Database, farmer: Somebody) -> None:
    lot = client.post("/v1/lots", json=lot_body(db, quantity="0,5 t"), headers=farmer.headers).json()
    assert lot["quantity"] == {"grams": 500_000}
    draft = client.post("/v1/listings", json=listing_body(lot["id"], pack="2,5 kg"), headers=farmer.headers).json()
    assert draft["pack"] == {"grams": 2_500}
    path = f"/v1/lots/{lot['id']}"
    assert client.patch(path, json={"quantity": "10-20吨"}, headers=farmer.headers).status_code == 422
    assert (
        client.patch(path, json={"quantity": "一吨半"}, headers=farmer.headers).json()["quantity"]["grams"] == 1_500_000
    )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"price": {"amount": 0}}, "invalid_fields"),
        ({"price": {"amount": 12.5}}, "invalid_fields"),
        ({"price": {"amount": 100, "currency": "USD"}}, "invalid_fields"),
        ({"pack": "300斤"}, "listing.pack_too_large"),
        ({"min_packs": 3, "max_packs": 2}, "listing.packs_disordered"),
        ({"title": "草莓\u202e"}, "invalid_fields"),
        ({"title": "   "}, "invalid_fields"),
        ({"priced_by": "hope"}, "invalid_fields"),
    ],
)
def test_a_listing_that_cannot_be_is_refused(
    client: Client, db: Database, farmer: Somebody, changes: dict[str, Any], code: str
) -> None:
    lot = client.post("/v1/lots", json=lot_body(db), headers=farmer.headers).json()
    answer = client.post("/v1/listings", json=listing_body(lot["id"], **changes), headers=farmer.headers)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert count(db) == 1


def test_what_is_anothers_cannot_be_touched(client: Client, db: Database, farmer: Somebody) -> None:
    with db.transaction() as session:
        other = accounts.a_seller(session)
        buyer = accounts.a_buyer(session)
        listing = catalog.a_listing(session, farmer.principal)
    path, lot = f"/v1/listings/{encode('lst', listing.id)}", f"/v1/lots/{encode('lot', listing.lot_id)}"
    versioned = other.headers | {"If-Match": f'"{listing.version}"'}
    assert client.patch(path, json={"title": "mine"}, headers=versioned).status_code == 404
    assert client.post(f"{path}/pause", headers=other.headers).status_code == 404
    assert client.patch(lot, json={"quantity": "1斤"}, headers=other.headers).status_code == 404
    assert client.post(f"{lot}/recall", json={"reason": "no"}, headers=other.headers).status_code == 404
    assert client.post("/v1/listings", json=listing_body(lot[9:]), headers=other.headers).status_code == 404
    assert client.post(f"{lot}/recall", json={"reason": "no"}, headers=buyer.headers).status_code == 404
    assert client.post("/v1/lots", json=lot_body(db), headers=buyer.headers).status_code == 403
    assert client.post(f"{path}/pause").status_code == 401
    assert client.get("/v1/lots", headers=other.headers).json()["items"] == []
    with db.transaction() as session:
        assert listings.view(session, listing.id) == listing or listings.view(session, listing.id).version == 2


def test_a_change_wants_the_version_that_stands(client: Client, db: Database, farmer: Somebody) -> None:
    with db.transaction() as session:
        listing = catalog.a_listing(session, farmer.principal)
    path = f"/v1/listings/{encode('lst', listing.id)}"
    seen = client.get(path).headers["ETag"]
    change = {"price": {"amount": 5900}}
    assert client.patch(path, json=change, headers=farmer.headers).status_code == 428
    stale = client.patch(path, json=change, headers=farmer.headers | {"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "version.stale")
    assert client.get(path).json()["price"]["amount"] == 6_800
    changed = client.patch(path, json=change, headers=farmer.headers | {"If-Match": seen})
    assert (changed.status_code, changed.json()["price"]["amount"]) == (200, 5_900)
    assert changed.headers["ETag"] != seen
    assert client.get("/v1/listings").json()["items"][0]["price"]["amount"] == 5_900
    again = client.patch(path, json=change, headers=farmer.headers | {"If-Match": seen})
    assert again.status_code == 412


@pytest.mark.parametrize("near", [1, 3, 500])
def test_what_is_near_and_what_is_far_come_in_one_order(
    client: Client, db: Database, farmer: Somebody, near: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "_NEAR", near)
    with db.transaction() as session:
        for i in range(6):
            code = ("strawberry", "potato")[i % 2]
            catalog.a_listing(session, farmer.principal, code=code, title=f"lot {i}", price=1_000 + i)
    walked: list[str] = []
    query = {"sort": "cheapest", "limit": "2", "category": "root"}
    page = client.get("/v1/listings", params=query).json()
    walked += [item["title"] for item in page["items"]]
    page = client.get("/v1/listings", params=query | {"cursor": page["next"]}).json()
    assert (walked + [item["title"] for item in page["items"]], page["next"]) == (["lot 1", "lot 3", "lot 5"], None)


def test_a_search_finds_by_title_produce_and_place_in_any_script(
    client: Client, db: Database, farmer: Somebody
) -> None:
    with db.transaction() as session:
        catalog.a_listing(session, farmer.principal, title="紅顏 A 級")
        catalog.a_listing(session, farmer.principal, code="potato", region="420525", title="100% _new_")
    for q in ("草莓", "Strawb", "STRAWBERRY", "紅顏", "东港", "东港 草莓", "辽宁省丹东市东港市"):
        assert on_sale(client, q=q) == ["紅顏 A 級"], q
    for q in ("100%", "_new_", "馬鈴薯", "土豆", "potato"):
        assert on_sale(client, q=q) == ["100% _new_"], q
    for q in ("%", "_", "'", "\\", "草莓 土豆", "x' OR 1=1 --", "%q"):
        assert on_sale(client, q=q) == [], q
    assert on_sale(client, region="21") == on_sale(client, region="210600") == ["紅顏 A 級"]
    assert on_sale(client, product="potato") == ["100% _new_"]
    assert on_sale(client, product="potato", region="21") == []


@pytest.mark.parametrize("sort", list(Sort))
def test_pages_hold_every_listing_once(client: Client, db: Database, farmer: Somebody, sort: Sort) -> None:
    with db.transaction() as session:
        now = clock.read(session)
        for i in range(7):
            by = now + timedelta(days=1 + i % 3)
            catalog.a_listing(session, farmer.principal, title=f"lot {i}", price=1_000 + i % 3, perish_by=by)
    whole = on_sale(client, sort=sort)
    assert sorted(whole) == [f"lot {i}" for i in range(7)]
    walked: list[str] = []
    cursor = ""
    while cursor is not None:
        page = client.get("/v1/listings", params={"sort": sort, "limit": "2"} | ({"cursor": cursor} if cursor else {}))
        walked += [item["title"] for item in page.json()["items"]]
        cursor = page.json()["next"]
    assert walked == whole


@pytest.mark.parametrize(
    "query", ["sort=id", "limit=0", "limit=101", "region=4", "region=abc", "cursor=x", "cursor=WyJuZXdlc3QiXQ"]
)
def test_a_query_that_cannot_be_meant_is_told_so(client: Client, query: str) -> None:
    assert client.get(f"/v1/listings?{query}").status_code in (400, 422)


def test_a_cursor_belongs_to_its_order(client: Client, db: Database, farmer: Somebody) -> None:
    with db.transaction() as session:
        for _ in range(2):
            catalog.a_listing(session, farmer.principal)
    cursor = client.get("/v1/listings?limit=1").json()["next"]
    assert client.get(f"/v1/listings?sort=cheapest&cursor={cursor}").json()["code"] == "cursor.malformed"


def test_a_list_is_one_statement(db: Database, farmer: Somebody) -> None:
    with db.transaction() as session:
        catalog.a_listing(session, farmer.principal)
        session.flush()
        with statements() as seen:
            found = search.find(session, Search(q="草莓", region="21", product="strawberry"))
            assert len(found.listings) == 1
        assert len(seen) == 1


def test_a_seller_under_review_waits_and_is_published_when_trusted(
    client: Client, db: Database, farmer: Somebody
) -> None:
    with db.transaction() as session:
        pending = accounts.a_seller(session, standing=Standing.PENDING)
        lot = catalog.a_lot(session, pending.principal)
        first, second = (catalog.a_draft(session, pending.principal, lot.id, title=title) for title in ("one", "two"))
    for draft in (first, second):
        path = f"/v1/listings/{encode('lst', draft.id)}/publish"
        assert client.post(path, headers=pending.headers).json()["state"] == "pending_review"
    assert on_sale(client) == []
    with db.transaction() as session:
        assert pending.principal.seller_id is not None
        before = listings.view(session, first.id, pending.principal)
        assert listings.publish_waiting(session, pending.principal.seller_id) == 0
        assert listings.view(session, first.id, pending.principal) == before._replace(seconds_left=ANY)
    with db.transaction() as session:  # forty packs of CNY 68 are CNY 2,720, so one of the two fits
        assert pending.principal.seller_id is not None
        sellers.set_standing(session, pending.principal.seller_id, Standing.LIMITED, Money(300_000))
    drain(db)
    assert on_sale(client) == ["one"]


def test_a_limited_seller_stays_within_the_limit(client: Client, db: Database, farmer: Somebody) -> None:
    with db.transaction() as session:
        limited = accounts.a_seller(session, standing=Standing.LIMITED, exposure_limit=Money(300_000))
        first = catalog.a_listing(session, limited.principal)
        lot = catalog.a_lot(session, limited.principal, grams=12_500)
        draft = catalog.a_draft(session, limited.principal, lot.id)
    refused = client.post(f"/v1/listings/{encode('lst', draft.id)}/publish", headers=limited.headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "seller.exposure_exceeded")
    assert refused.json()["details"]["left"] == {"amount": 28_000, "currency": "CNY"}
    dearer = client.patch(
        f"/v1/listings/{encode('lst', first.id)}",
        json={"price": {"amount": 7_600}},
        headers=limited.headers | {"If-Match": f'"{first.version}"'},
    )
    assert dearer.json()["code"] == "seller.exposure_exceeded"
    with db.transaction() as session:
        assert listings.view(session, draft.id, limited.principal).state is ListingState.DRAFT
        assert listings.view(session, first.id).price == Money(6_800)


def test_a_suspended_seller_publishes_nothing(client: Client, db: Database, farmer: Somebody) -> None:
    with db.transaction() as session:
        draft = catalog.a_draft(session, farmer.principal, catalog.a_lot(session, farmer.principal).id)
        assert farmer.principal.seller_id is not None
        sellers.set_standing(session, farmer.principal.seller_id, Standing.SUSPENDED)
    refused = client.post(f"/v1/listings/{encode('lst', draft.id)}/publish", headers=farmer.headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "seller.suspended")


def test_what_perishes_leaves_the_market_at_once_and_ends_with_the_sweep(
    client: Client, db: Database, farmer: Somebody
) -> None:
    with db.transaction() as session:
        listing = catalog.a_listing(session, farmer.principal)
        waiting = catalog.a_draft(session, farmer.principal, listing.lot_id)
        catalog.perish(session, days=4)
    assert on_sale(client) == []
    path = f"/v1/listings/{encode('lst', listing.id)}"
    assert client.get(path).json()["state"] == "expired"
    refused = client.post(f"/v1/listings/{encode('lst', waiting.id)}/publish", headers=farmer.headers)
    assert refused.json()["code"] == "lot.perished"
    with db.transaction() as session:
        assert listings.expire(session) == 1
        assert listings.expire(session) == 0
    change = client.patch(path, json={"title": "x"}, headers=farmer.headers | {"If-Match": f'"{listing.version + 1}"'})
    assert change.json()["code"] == "listing.closed"


@pytest.mark.parametrize("language", ["zh-Hant", "zh-Hans", "en"])
def test_the_pages_say_what_is_on_sale(client: Client, db: Database, farmer: Somebody, language: str) -> None:
    headers = {"accept": "text/html", "cookie": f"language={language}"}
    empty = client.get("/", headers=headers).text
    assert f'<html lang="{language}">' in empty
    assert 'class="empty"' in empty
    with db.transaction() as session:
        listing = catalog.a_listing(session, farmer.principal, title="<b>草莓</b>")
    home = client.get("/", headers=headers).text
    assert "&lt;b&gt;草莓&lt;/b&gt;" in home
    assert "68.00" in home
    page = client.get(f"/listings/{encode('lst', listing.id)}", headers=headers)
    assert (page.status_code, "李家果园" in page.text) == (200, True)
    assert client.get("/?q=nothing-like-it", headers=headers).status_code == 200
    assert client.get("/listings/lst_x", headers=headers).status_code == 404


def test_the_list_the_detail_and_the_model_say_the_same(client: Client, db: Database, farmer: Somebody) -> None:
    with db.transaction() as session:
        listing = catalog.a_listing(session, farmer.principal)
        model = ListingOut.of(listings.view(session, listing.id)).model_dump(mode="json")
    (listed,) = client.get("/v1/listings").json()["items"]
    assert listed == client.get(f"/v1/listings/{encode('lst', listing.id)}").json() == model
