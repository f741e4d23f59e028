"""The seeds: loaded whole, once, through the services."""

import io
import json
from pathlib import Path
from typing import Any

import pyotp
import pytest
from litestar import Litestar
from litestar.testing import TestClient
from PIL import Image
from rich.console import Console
from sqlalchemy import text

from agrimarket.accounts.flows.staff import with_password
from agrimarket.accounts.service import people, sign_in
from agrimarket.catalog.flows import photos
from agrimarket.catalog.service import listings, search
from agrimarket.catalog.types.search import Search
from agrimarket.embedded.screen import RichScreen
from agrimarket.kernel.db import Database
from agrimarket.kernel.ids import decode
from agrimarket.kernel.principal import Role
from agrimarket.kernel.seeding import mark_loaded
from agrimarket.regions.adapters.risk_level import read
from agrimarket.regions.service import places, restrictions, serviceability
from agrimarket.settings import Settings
from seeds import demo_accounts, drawings, how_to_sign_in, load_all, notices
from seeds.loading import load
from seeds.people import PASSWORD, STAFF
from seeds.sets import seed_sets
from tests.factories import regions as factory


@pytest.fixture
def sample_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Settings:
    """Settings of a machine without the real notices, with files of its own."""
    settings = Settings(environment="embedded", data_dir=tmp_path)
    monkeypatch.setattr(notices, "chosen", lambda _: (notices.SAMPLE, notices.SAMPLE_SOURCE))
    return settings


def _rows(db: Database) -> dict[str, Any]:
    names = text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    with db.reading() as session:
        connection = session.connection()
        tables = sorted(connection.execute(names).scalars())
        counts = " UNION ALL ".join(f"SELECT '{table}' AS name, count(*) AS n FROM {table}" for table in tables)
        return {row.name: row.n for row in connection.execute(text(counts))}


def test_seeds_twice_are_loaded_once(db: Database, sample_only: Settings) -> None:
    first: list[str] = []
    second: list[str] = []
    load_all(first.append, db=db, settings=sample_only)
    before = _rows(db)
    load_all(second.append, db=db, settings=sample_only)
    assert _rows(db) == before
    assert before["region"] == 3_351
    assert before["bulletin"] == 1
    assert before["appeal"] == 14
    assert not any("there already" in line for line in first)
    assert all(line.endswith("there already") for line in second)
    assert len(first) == len(second)


def test_a_database_of_an_older_version_gets_the_names_of_its_places(db: Database, sample_only: Settings) -> None:
    regions = next(each for each in seed_sets(sample_only) if each.name == "regions")
    with db.transaction() as session:
        session.connection().execute(text("DELETE FROM place_name"))
        mark_loaded(session, "regions", "that of the version before")
    assert load(db, regions).startswith("regions: 0 regions")
    with db.reading() as session:
        found, *_ = places.find(session, "襄樊")
        assert (found.region.name, found.former_name) == ("襄阳市", "襄樊市")
    assert load(db, regions) == "regions: there already"


def test_everyone_in_the_table_can_sign_in(db: Database, sample_only: Settings) -> None:
    load_all(lambda _: None, db=db, settings=sample_only)
    listed = {name: then for name, _, then in demo_accounts()}
    assert PASSWORD in how_to_sign_in()
    assert "agrimarket totp" in how_to_sign_in()
    for one in STAFF:
        _, principal = with_password(db, one.email, PASSWORD, pyotp.TOTP(one.totp_secret).now())
        assert principal.has(one.role)
        assert listed[one.email] == "password, code"
    phones = [name for name in listed if name.startswith("+86139")]
    assert len(phones) == len(listed) - len(STAFF)
    for phone in phones:
        with db.transaction() as session:
            person_id = people.with_phone(session, phone, "en")
            _, principal = sign_in.open_session(session, person_id)
        assert principal.roles & {Role.SELLER, Role.BUYER}


def test_a_sign_in_name_can_be_copied_from_a_terminal_of_80_columns() -> None:
    console = Console(width=80, file=io.StringIO(), force_terminal=False)
    RichScreen(console).table("Demo sign-ins", ("sign in with", "as", "then"), demo_accounts())
    assert isinstance(console.file, io.StringIO)
    shown = console.file.getvalue().splitlines()
    for name, who, then in demo_accounts():
        assert any(line.startswith(name) and who in line and line.rstrip().endswith(then) for line in shown), name


def test_production_gets_reference_data_and_no_demo_accounts(db: Database, sample_only: Settings) -> None:
    lines: list[str] = []
    load_all(lines.append, db=db, settings=Settings(environment="production"))
    rows = _rows(db)
    assert rows["region"] == 3_351
    assert (rows["person"], rows["staff_credential"]) == (0, 0)
    assert not any("demo" in line for line in lines)


def test_the_demo_market_is_on_sale_from_real_places(db: Database, sample_only: Settings) -> None:
    load_all(lambda _: None, db=db, settings=sample_only)
    with db.transaction() as session:
        found = search.find(session, Search()).listings
        offers = listings.offers(session, [listing.id for listing in found])
    assert {offer.origin_region for offer in offers} == {"210681", "440825", "450110", "130633"}
    assert len(offers) == 7
    assert all(offer.published and offer.available_packs > 0 for offer in offers)


def test_the_demo_market_shows_photos_a_falling_price_and_a_harvest_to_come(
    db: Database, sample_only: Settings, client: TestClient[Litestar]
) -> None:
    load_all(lambda _: None, db=db, settings=sample_only)
    found = client.get("/v1/listings", params={"limit": 50}).json()["items"]
    shown = [photo for listing in found for photo in listing["photos"]]
    assert sum(bool(listing["photos"]) for listing in found) == 6
    assert all(photo["alt"] for photo in shown)
    for photo in shown:
        content, everybody = photos.content(db, sample_only, None, decode("lph", photo["id"]), 320)
        assert (content[8:12], everybody) == (b"WEBP", True)
    falls = next(listing for listing in found if listing["markdown"])
    assert falls["markdown"]["floor"]["amount"] < falls["full_price"]["amount"]
    assert [listing["title"][:5] for listing in found if listing["expected"]] == ["武鸣砂糖橘"]


def test_two_counties_vouch_for_stock_on_the_clearance_list(
    db: Database, sample_only: Settings, client: TestClient[Litestar]
) -> None:
    load_all(lambda _: None, db=db, settings=sample_only)
    day = client.get("/v1/clearance").json()["items"][0]["day"]
    lines = client.get(f"/v1/clearance/{day}").json()["items"]
    assert {line["verified_by"] for line in lines} == {"东港市农业农村局", "徐闻县农业农村局"}
    assert all(line["weight"]["grams"] > 0 for line in lines)
    assert "东港市农业农村局" in client.get("/clearance").text


@pytest.mark.parametrize("view", ["crate", "close"])
@pytest.mark.parametrize("code", list(drawings.FRUITS))
def test_produce_is_drawn_the_same_each_time_and_unlike_the_others(code: str, view: str) -> None:
    drawn = drawings.jpeg(code, view)
    with Image.open(io.BytesIO(drawn)) as picture:
        assert (picture.format, picture.size) == ("JPEG", drawings.SIZE)
        assert len(picture.getcolors(picture.width * picture.height) or ()) > 200
    assert drawings.jpeg(code, view) == drawn
    assert drawn not in [drawings.jpeg(other, view) for other in drawings.FRUITS if other != code]


def test_the_sample_notice_is_whole_and_says_what_it_is(db: Database) -> None:
    document = json.loads(notices.SAMPLE.read_text(encoding="utf-8"))
    assert "sample" in document["msg"]
    assert all(stated == parsed for stated, parsed in read(document).data.counts.values())
    with db.transaction() as session:
        factory.load_tree(session)
        assert notices.put_in_force(session, notices.SAMPLE, notices.SAMPLE_SOURCE).startswith(
            "sample notice 2022120208"
        )
        assert restrictions.unresolved(session) == []
        reach = serviceability.between
        assert reach(session, "210681", "420102", None).verdict == "partial"
        assert reach(session, "210681", "420102", "示例江景小区").verdict == "closed"
        assert reach(session, "210681", "320302", "任何小区").verdict == "closed"
        assert reach(session, "210681", "330106", None).verdict == "open"


def test_a_newer_notice_in_force_stays(db: Database) -> None:
    with db.transaction() as session:
        factory.close(session, "甲小区", hour="2023-01-01 08时")
        assert "2023010108 is newer" in notices.put_in_force(session, notices.SAMPLE, notices.SAMPLE_SOURCE)
        assert restrictions.status(session, "420102").bulletin_number == "2023010108"


def test_the_real_notice_is_preferred(tmp_path: Path) -> None:
    folder = tmp_path / "bulletins" / "risk-level"
    folder.mkdir(parents=True)
    (folder / "2022120208-abc.json").write_text("{}", encoding="utf-8")
    chosen, source = notices.chosen(Settings(reference_data_dir=tmp_path))
    assert (chosen, source) == (folder / "2022120208-abc.json", notices.REAL_SOURCE)
