"""The clearance list as people and programs read it: pages, files, feed, API, desks; never who grew it."""

import csv
import io
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import TestClient
from sqlmodel import select

from agrimarket.catalog.models.clearance import ClearanceFollow, ClearanceList, LotOpinion
from agrimarket.catalog.service import clearance, listings
from agrimarket.integrations import sheets
from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from agrimarket.kernel.i18n import LANGUAGES
from agrimarket.kernel.ids import encode
from agrimarket.kernel.principal import Role
from agrimarket.onboarding.models.opinions import AppealOpinion
from tests.factories import clearance as make
from tests.factories import onboarding
from tests.factories.accounts import Somebody, a_buyer, a_person, a_seller
from tests.factories.catalog import a_listing, today
from tests.support.statements import statements
from workers.inline import drain

Client = TestClient[Litestar]
ATOM = "{http://www.w3.org/2005/Atom}"


def _made(db: Database, *sellers: Somebody, appeals: int = 0) -> str:
    """Verified stock of each seller and of growers who appealed, on today's list; its day."""
    with db.transaction() as session:
        for number, seller in enumerate(sellers):
            code = ("strawberry", "pineapple")[number % 2]
            place = ("210681", "440825")[number % 2]
            soon = clock.read(session) + timedelta(days=2)
            listing = a_listing(session, seller.principal, code=code, region=place, perish_by=soon)
            make.of_lot(session, listing.lot_id)
        for _ in range(appeals):
            make.of_appeal(session, onboarding.file_appeal(session, a_person(session).person_id).appeal.id)
    drain(db)
    with db.transaction() as session:
        return str(clearance.make(session, a_person(session, Role.OPERATOR).principal, None).day)


def test_the_api_tells_the_days_and_the_lines_of_one(client: Client, db: Database, farmer: Somebody) -> None:
    with db.transaction() as session:
        other = a_seller(session)
    day = _made(db, farmer, other, appeals=1)
    listed = client.get("/v1/clearance")
    (sheet,) = listed.json()["items"]
    assert (sheet["day"], sheet["edition"], sheet["lines"]) == (day, 1, 3)
    assert client.get("/v1/clearance", headers={"If-None-Match": listed.headers["etag"]}).status_code == 304
    with statements() as seen:
        page = client.get(f"/v1/clearance/{day}?limit=2", headers={"Cache-Control": "no-cache"})
    assert len(seen) == 2
    first, following = page.json()["items"], page.json()["next"]
    rest = client.get(f"/v1/clearance/{day}?limit=2&cursor={following}").json()
    assert (len(first), len(rest["items"]), rest["next"]) == (2, 1, None)
    lines = [*first, *rest["items"]]
    assert [line["spoils_at"] for line in lines] == sorted(line["spoils_at"] for line in lines)
    (call,) = [line for line in lines if line["listing_id"] is None]
    assert (call["telephone"], call["pack"], call["verified_by"]) == ("+86 400 000 0000", None, make.OFFICE)
    only = client.get(f"/v1/clearance/{day}?region=44&product=pineapple").json()["items"]
    assert [(line["product_code"], line["origin"]["region_code"]) for line in only] == [("pineapple", "440825")]
    assert client.get(f"/v1/clearance/{day}?region=44&product=strawberry").json()["items"] == []


@pytest.mark.parametrize("day", ["2019-01-01", "2020-02-30", "x", "2026-11-29.exe"])
def test_a_day_without_a_list_is_not_found(client: Client, day: str) -> None:
    assert client.get(f"/v1/clearance/{day}").status_code in (404, 422)
    assert client.get(f"/clearance/{day}").status_code == 404
    assert client.get(f"/clearance/{day}.csv").status_code == 404


def test_an_operator_makes_and_corrects_todays_list(
    client: Client, db: Database, farmer: Somebody, operator_headers: dict[str, str]
) -> None:
    made = client.post("/v1/clearance", json={}, headers=operator_headers)
    assert (made.status_code, made.json()["lines"]) == (201, 0)
    refused = client.post("/v1/clearance", json={}, headers=operator_headers)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/why")
    assert client.post("/v1/clearance", json={"why": "x"}, headers=farmer.headers).status_code == 403
    corrected = client.post("/v1/clearance", json={"why": "漏了一條"}, headers=operator_headers).json()
    assert (corrected["edition"], corrected["why"]) == (2, "漏了一條")
    with db.transaction() as session:
        assert sorted(session.exec(select(ClearanceList.edition))) == [1, 2]


def test_operators_record_opinions_and_nobody_else_does(
    client: Client, db: Database, farmer: Somebody, operator_headers: dict[str, str]
) -> None:
    with db.transaction() as session:
        lot = encode("lot", a_listing(session, farmer.principal).lot_id)
        appeal = encode("apl", onboarding.file_appeal(session, a_person(session).person_id).appeal.id)
        said = make.words(today(session))
    paths = (f"/v1/lots/{lot}/opinions", f"/v1/review/appeals/{appeal}/opinions")
    assert [client.post(path, json=said, headers=farmer.headers).status_code for path in paths] == [403, 403]
    assert client.post(paths[0], json=said, headers=operator_headers).status_code == 204
    lacking = client.post(paths[1], json=said, headers=operator_headers)
    assert {each["pointer"] for each in lacking.json()["errors"]} == {"/product", "/quantity"}
    stock = {"product": "草莓", "quantity": "500斤", "price_per_kg": {"amount": 700}}
    told = client.post(paths[1], json={**said, **stock}, headers=operator_headers).json()
    assert (told["quantity"], told["price_per_kg"]["amount"]) == ({"grams": 250_000}, 700)
    (read,) = client.get(paths[1], headers=operator_headers).json()["items"]
    assert read == told
    with db.transaction() as session:
        assert len(session.exec(select(LotOpinion)).all()) == len(session.exec(select(AppealOpinion)).all()) == 1


# Pages and files


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_shows_each_line_with_how_to_buy_it(
    client: Client, db: Database, farmer: Somebody, language: str
) -> None:
    day = _made(db, farmer, appeals=1)
    for path in ("/clearance", f"/clearance/{day}", f"/clearance/{day}?region=21&product=strawberry"):
        page = client.get(path, headers={"Accept-Language": language})
        assert page.status_code == 200
        assert "/listings/lst_" in page.text
        assert 'href="tel:+864000000000"' in page.text
        assert make.OFFICE in page.text
    assert f"/clearance/{day}.csv" in client.get("/clearance").text
    nothing = client.get(f"/clearance/{day}?region=44").text
    assert "lst_" not in nothing


def test_before_there_is_a_list_the_page_says_when_there_is_one(client: Client) -> None:
    page = client.get("/clearance", headers={"Accept-Language": "en"})
    assert "One is made each day at 06:00." in page.text
    assert client.get("/clearance/feed").status_code == 200


def test_the_files_open_in_a_spreadsheet(client: Client, db: Database, farmer: Somebody) -> None:
    day = _made(db, farmer, appeals=1)
    answer = client.get(f"/clearance/{day}.csv", headers={"Accept-Language": "zh-Hans"})
    assert answer.content.startswith("\ufeff编号".encode())
    assert answer.headers["content-type"].startswith("text/csv")
    assert f'filename="clearance-{day}-1.csv"' in answer.headers["content-disposition"]
    tag = {"Accept-Language": "zh-Hans", "If-None-Match": answer.headers["etag"]}
    assert client.get(f"/clearance/{day}.csv", headers=tag).status_code == 304
    header, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    told = [dict(zip(header, row, strict=True)) for row in rows]
    lot, appeal = sorted(told, key=lambda row: row["编号"].startswith("A"))
    assert (lot["余量（公斤）"], lot["余量（斤）"], lot["价格（元/斤）"], lot["价格（元/公斤）"]) == (
        "100",
        "200",
        "13.60",
        "27.20",
    )
    assert "/listings/lst_" in lot["怎么买"]
    assert (appeal["怎么买"], appeal["包装（公斤）"], appeal["产地"]) == (
        "致电 +86 400 000 0000",
        "",
        "辽宁省丹东市东港市",
    )
    book = client.get(f"/clearance/{day}.xlsx", headers={"Accept-Language": "zh-Hans"})
    read = sheets.read(book.content, lambda cells: len(set(cells) & set(header)))
    assert (read.header, sorted(cells for _, cells in read.rows)) == (header, sorted(rows))


def test_the_feed_has_each_day_with_its_page_and_its_file(client: Client, db: Database, farmer: Somebody) -> None:
    first = _made(db, farmer)
    with db.transaction() as session:
        clock.advance(session, timedelta(days=1))
        second = str(clearance.make(session, a_person(session, Role.OPERATOR).principal, None).day)
    answer = client.get("/clearance/feed", headers={"Accept-Language": "en"})
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(answer.content)
    entries = feed.findall(f"{ATOM}entry")
    links = [
        {link.get("rel"): link.get("href", "").rpartition("/clearance/")[2] for link in entry.findall(f"{ATOM}link")}
        for entry in entries
    ]
    assert links == [{"alternate": day, "enclosure": f"{day}.csv"} for day in (second, first)]
    for element in (feed, *entries):
        assert all(element.find(f"{ATOM}{name}") is not None for name in ("id", "title", "updated"))


def test_a_buyer_turns_the_messages_on_and_off(client: Client, db: Database, farmer: Somebody) -> None:
    with db.transaction() as session:
        buyer = a_buyer(session)
    assert client.put("/v1/me/clearance", headers=farmer.headers).status_code == 403
    assert client.put("/v1/me/clearance").status_code == 401
    for _ in range(2):
        assert client.put("/v1/me/clearance", headers=buyer.headers).status_code == 204
    with db.transaction() as session:
        (follow,) = session.exec(select(ClearanceFollow)).all()
        assert follow.person_id == buyer.person_id
        path = f"/clearance/told/{encode('clf', follow.id)}"
    assert client.get(path).status_code == 200
    assert client.delete("/v1/me/clearance", headers=buyer.headers).status_code == 204
    assert client.get(path).status_code == 404


# What is never told

NAMES = st.text(st.sampled_from("王李張劉陳楊黃趙周吳欣怡建國秀英"), min_size=3, max_size=4)
PHONES = st.integers(0, 9_999_999).map(lambda number: f"1377{number:07}")


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=NAMES, phone=PHONES)
def test_a_growers_name_and_number_stand_nowhere(
    client: Client, db: Database, farmer: Somebody, name: str, phone: str
) -> None:
    with db.transaction() as session:
        seller = a_seller(session, name=f"{name}果園")
        listing = a_listing(session, seller.principal, title=f"{name} {phone}")
        listings.change(session, seller.principal, listing.id, listing.version, {"description": f"打 {phone} 找{name}"})
        make.of_lot(session, listing.lot_id, officer=name, words=f"{name} {phone}")
        grower = a_person(session, name=name)
        told = {"name": name, "product": f"草莓 {name} {phone}", "note": phone}
        appeal = onboarding.file_appeal(session, grower.person_id, **told).appeal
        make.of_appeal(session, appeal.id, officer=name, words=f"{name} {phone}")
    drain(db)
    with db.transaction() as session:
        sheet = clearance.make(session, a_person(session, Role.OPERATOR).principal, "又一版")
        secrets = [name, phone, encode("apl", appeal.id), encode("sel", listing.seller_id)]
        assert sheet.rows >= 2
    for path in (
        f"/v1/clearance/{sheet.day}", "/v1/clearance", f"/clearance/{sheet.day}", f"/clearance/{sheet.day}.csv",
        "/clearance/feed",
    ):  # fmt: skip
        answer = client.get(path)
        assert answer.status_code == 200
        assert [secret for secret in secrets if secret in answer.text] == [], path
