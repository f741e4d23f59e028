"""Listings of a place that nothing leaves: told on the market, not sold, and back by themselves."""

from datetime import timedelta
from typing import Any

from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.catalog.service import listings
from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from agrimarket.kernel.i18n import PEOPLES_ZONE
from agrimarket.kernel.ids import encode
from agrimarket.regions.service import bulletins
from tests.factories import catalog
from tests.factories.accounts import Somebody
from tests.factories.regions import notice
from tests.support.browser import Browser
from tests.support.statements import statements
from workers.inline import drain

Client = TestClient[Litestar]
DONGGANG = "辽宁省 丹东市 东港市"


def _come(db: Database, minutes: int = 0, **lists: Any) -> None:
    with db.transaction() as session:
        clock.advance(session, timedelta(minutes=minutes))
        hour = clock.read(session).astimezone(PEOPLES_ZONE).strftime("%Y-%m-%d %H时")
        bulletins.import_notice(session, notice(hour, **lists), source="test")
    drain(db)


def test_a_listing_says_that_its_place_is_closed_and_comes_back_by_itself(
    client: Client, db: Database, farmer: Somebody
) -> None:
    with db.transaction() as session:
        listing = catalog.a_listing(session, farmer.principal)
        elsewhere = catalog.a_listing(session, farmer.principal, region="420525", title="秭歸")
    path = f"/v1/listings/{encode('lst', listing.id)}"
    before = client.get(path)
    assert before.json()["origin_closed"] is None
    _come(db, high={DONGGANG: []})
    told = client.get(path, headers={"if-none-match": before.headers["etag"]})
    assert told.status_code == 200
    assert told.json()["state"] == "published"
    assert told.json()["origin_closed"]["bulletin_number"]
    shown = {item["id"]: item["origin_closed"] for item in client.get("/v1/listings").json()["items"]}
    assert shown[encode("lst", elsewhere.id)] is None
    assert shown[encode("lst", listing.id)] == told.json()["origin_closed"]
    page = client.get(path.removeprefix("/v1"), headers={"accept": "text/html", "accept-language": "en"}).text
    assert "Nothing has left" in page
    assert "nothing leaves there now" in client.get("/", headers={"accept-language": "en"}).text
    _come(db, 60)
    assert client.get(path).json()["origin_closed"] is None


def test_closed_communities_or_low_risk_do_not_close_a_place(client: Client, db: Database, farmer: Somebody) -> None:
    with db.transaction() as session:
        listing = catalog.a_listing(session, farmer.principal)
    _come(db, high={DONGGANG: ["前阳镇"]}, low={DONGGANG: []})
    found = client.get(f"/v1/listings/{encode('lst', listing.id)}").json()
    assert (found["origin_closed"], found["version"]) == (None, listing.version)


def test_what_is_published_in_a_closed_place_says_so_from_the_beginning(
    client: Client, db: Database, farmer: Somebody
) -> None:
    with db.transaction() as session:
        first = catalog.a_listing(session, farmer.principal)
    _come(db, middle={DONGGANG: []})
    with db.transaction() as session:
        later = catalog.a_listing(session, farmer.principal)
    for listing in (first, later):
        assert client.get(f"/v1/listings/{encode('lst', listing.id)}").json()["origin_closed"]


def test_three_statements_for_any_number_of_listings_and_none_is_written_twice(db: Database, farmer: Somebody) -> None:
    with db.transaction() as session:
        for _ in range(3):
            catalog.a_listing(session, farmer.principal)
        hour = clock.read(session).astimezone(PEOPLES_ZONE).strftime("%Y-%m-%d %H时")
        bulletins.import_notice(session, notice(hour, high={DONGGANG: []}), source="test")
        session.flush()
        with statements() as seen:
            assert listings.reconsider(session, {"210681"}) == 3
        assert len(seen) == 3
        assert listings.reconsider(session, {"210000", "210681"}) == 0


def test_a_seller_says_in_which_modes_they_deliver(client: Client, db: Database, farmer: Somebody) -> None:
    with db.transaction() as session:
        listing = catalog.a_listing(session, farmer.principal)
    path = f"/v1/listings/{encode('lst', listing.id)}"
    read = client.get(path, headers=farmer.headers)
    assert read.json()["modes"] == ["truck", "contactless_point"]
    headers = {**farmer.headers, "if-match": read.headers["etag"]}
    changed = client.patch(path, json={"modes": ["pick_up", "truck", "pick_up"]}, headers=headers)
    assert (changed.status_code, changed.json()["modes"]) == (200, ["truck", "pick_up"]), changed.text
    for wrong in ([], ["drone"]):
        headers = {**farmer.headers, "if-match": changed.headers["etag"]}
        assert client.patch(path, json={"modes": wrong}, headers=headers).status_code == 422


def test_the_page_answers_whether_it_can_come_and_what_would_help(
    client: Client, db: Database, farmer: Somebody
) -> None:
    with db.transaction() as session:
        listing = catalog.a_listing(session, farmer.principal)
    _come(db, middle={"湖北省 武汉市 江岸区": ["甲小区"]})
    web = Browser(client)
    path = f"/listings/{encode('lst', listing.id)}"
    web.get(path)
    assert "Can it be delivered to you?" in web.words
    web.get(f"{path}?to=江岸区&community=甲小区&mode=truck")
    assert "people in" in web.words
    assert "contactless point at the edge of the community" in web.words
    assert "by cold chain" not in web.words
    assert 'value="甲小区"' in web.page
    assert 'href="/regions/420102"' in web.page
    web.get(f"{path}?to=江岸区&community=甲小区&mode=contactless_point")
    assert "Yes: it can be brought to a contactless point" in web.words
    web.get(f"{path}?to=qqqqqq&date=2022-12-01")
    assert "No place of that name" in web.words
    web.get(f"{path}?to=朝阳")
    assert "Chaoyang, Beijing 110105; Chaoyang, Liaoning 211300" in web.words
    web.get(f"{path}?to=420102&community=乙小区&date=1999-01-01")
    assert "can be asked about" in web.words
    web.get(f"{path}?to=420102&community=乙小区&date=soon")
    assert "Give a date that exists" in web.words


def test_a_place_that_is_not_sure_is_asked_for_again(client: Client, db: Database, farmer: Somebody) -> None:
    with db.transaction() as session:
        listing = catalog.a_listing(session, farmer.principal)
    web = Browser(client)
    path = f"/listings/{encode('lst', listing.id)}"
    web.get(f"{path}?to=江按区&community=甲小区")  # a slip
    assert "Jiang'an, Wuhan, Hubei 420102" in web.words
    assert "Yes:" not in web.words
    assert 'value="江按区"' in web.page
    web.get(f"{path}?to=420102&community=甲小区")
    assert "Yes:" in web.words
