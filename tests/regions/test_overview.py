"""The page of a region: three answers first, then what is in force; small, kept, and never older than the database."""

import re
from datetime import date

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlmodel import Session

from agrimarket.kernel.db import Database
from agrimarket.kernel.keeping import Kept
from agrimarket.regions import charts
from agrimarket.regions.errors import RegionUnknown
from agrimarket.regions.questions import Answer, questions
from agrimarket.regions.service import bulletins, overview
from agrimarket.regions.service.overview import Asked
from agrimarket.regions.types.restrictions import Verdict
from tests.factories import regions as factory
from tests.support.browser import Browser

Client = TestClient[Litestar]
JIANGAN, WUHAN, HUBEI = "420102", "420100", "420000"
MANY = [f"第{number}小区" for number in range(5_000)]


def _of(session: Session, code: str = JIANGAN, **asked: object) -> overview.Overview:
    return overview.of(session, Kept(), Asked(code, **asked))  # pyright: ignore[reportArgumentType]


def _answers(found: overview.Overview) -> dict[str, str]:
    return {each.kind: each.answer.value for each in found.questions}


def test_can_i_sell_ship_and_buy(region_session: Session) -> None:
    assert _answers(_of(region_session)) == {"sell": "yes", "ship": "yes", "buy": "yes"}
    factory.close(region_session, "百步亭花园社区")
    for code in (JIANGAN, WUHAN, HUBEI):
        assert _answers(_of(region_session, code)) == {"sell": "yes", "ship": "partly", "buy": "partly"}
    factory.close(region_session, hour="2022-12-02 08时")
    assert _answers(_of(region_session)) == {"sell": "partly", "ship": "no", "buy": "no"}
    assert _answers(_of(region_session, "430000")) == {"sell": "yes", "ship": "yes", "buy": "yes"}


def test_places_that_the_drive_does_not_serve_are_no_whatever_is_in_force() -> None:
    sold, sent, bought = questions(Verdict.OPEN, None, "海南省", "北京市")
    assert [each.answer for each in (sold, sent, bought)] == [Answer.NO] * 3
    assert [each.params["places"] for each in (sold, sent, bought)] == ["海南省", "海南省", "北京市"]


def test_a_code_that_does_not_exist(region_session: Session, client: Client) -> None:
    for code in ("999999", "4201", "abc"):
        with pytest.raises(RegionUnknown):
            _of(region_session, code)
        assert client.get(f"/regions/{code}").status_code == 404


def test_the_page_is_one_statement_and_then_one_that_asks_whether_it_changed(
    region_session: Session, statements: list[str]
) -> None:
    factory.close(region_session, "百步亭花园社区")
    kept = Kept()
    statements.clear()
    first = overview.of(region_session, kept, Asked(JIANGAN))
    assert len(statements) == 1
    assert overview.of(region_session, kept, Asked(JIANGAN)) is first
    assert len(statements) == 2
    assert "closed_community" not in statements[1]


def test_what_was_kept_is_never_given_after_a_change(region_session: Session) -> None:
    kept = Kept()
    assert overview.of(region_session, kept, Asked(JIANGAN)).verdict is Verdict.OPEN
    factory.close(region_session, "百步亭花园社区")
    assert overview.of(region_session, kept, Asked(JIANGAN)).verdict is Verdict.PARTIAL
    factory.close(region_session, "汉口花园", hour="2022-12-02 08时")
    assert [place.name for place in overview.of(region_session, kept, Asked(JIANGAN)).listed] == ["汉口花园"]


def test_the_list_is_paged_and_searched(region_session: Session) -> None:
    factory.close(region_session, *MANY)
    seen: list[str] = []
    after = None
    while page := _of(region_session, after=after, limit=1_500).listed:
        seen += [place.name for place in page]
        after = page[-1].position
    assert seen == MANY  # as the notice has them
    found = _of(region_session, WUHAN, community="第4999小区")
    assert ([place.name for place in found.listed], found.total) == (["第4999小区"], 1)
    assert _of(region_session, HUBEI, community="江岸区").total == 5_000
    assert _of(region_session, community="汉口花园").total == 0


def test_areas_as_a_whole_come_first_and_low_risk_apart(region_session: Session) -> None:
    notice = factory.notice(
        high={"湖北省 武汉市 江岸区": ["百步亭花园社区"], "湖北省 武汉市 江汉区": []},
        low={"湖北省 武汉市 硚口区": ["某社区"]},
    )
    bulletins.import_notice(region_session, notice, source="test")
    assert [(p.name, p.area) for p in _of(region_session, WUHAN).listed] == [
        ("", "湖北省武汉市江汉区"),
        ("百步亭花园社区", "湖北省武汉市江岸区"),
    ]
    assert [p.name for p in _of(region_session, WUHAN, closing=False).listed] == ["某社区"]


def test_the_past_counts_what_was_closed_at_the_end_of_each_day(region_session: Session) -> None:
    factory.close(region_session, "甲", "乙", hour="2022-12-01 08时")
    factory.close(region_session, "甲", "乙", "丙", hour="2022-12-03 08时")
    factory.close(region_session, "丙", hour="2022-12-05 08时")
    expected = [(date(2022, 12, 1), 2), (date(2022, 12, 3), 3), (date(2022, 12, 5), 1)]
    for code in (JIANGAN, WUHAN, HUBEI):
        assert _of(region_session, code).changes == expected
    provinces = {each.code: each.places for each in _of(region_session).provinces}
    assert provinces[HUBEI] == 1
    assert sum(provinces.values()) == 1


def test_a_long_past_is_told_by_weeks_and_then_by_months() -> None:
    first = date(2022, 1, 1)
    days = [date.fromordinal(first.toordinal() + n) for n in range(900)]
    told = {
        length: charts.past([(day, n % 50) for n, day in enumerate(days[:length])], days[-1])
        for length in (20, 100, 900)
    }
    assert [(told[n].unit, len(told[n].points) <= charts.MOST) for n in told] == [
        ("day", True),
        ("week", True),
        ("month", True),
    ]
    assert told[100].most == 49


def test_what_was_closed_as_a_week_began_counts_in_it() -> None:
    changes = [(date(2022, 1, 3 + n), 5) for n in range(7)] + [(date(2022, 2, 2), 0)]
    many = [(date(2021, 1, 1 + n), 1) for n in range(31)]
    assert charts.past([*many, *changes], date(2022, 3, 1)).points[-1] == (date(2022, 1, 31), 5)


def test_the_map_has_every_province_once() -> None:
    codes = {region.code: 0 for region in factory.tree() if region.level == "province"}
    drawn = charts.tiles(codes, JIANGAN, "en")
    assert len(drawn) == len(codes) == len({(tile.x, tile.y) for tile in drawn}) == len({tile.sign for tile in drawn})
    assert [tile.sign for tile in drawn if tile.here] == ["HB"]
    assert [charts.depth(n) for n in (0, 1, 99, 100, 1_000)] == [0, 1, 1, 2, 3]


@pytest.mark.parametrize("language", ["zh-Hant", "zh-Hans", "en"])
def test_the_pictures_say_the_same_as_their_tables(client: Client, tree_db: Database, language: str) -> None:
    with tree_db.transaction() as session:
        factory.close(session, "甲", "乙", hour="2022-12-01 08时")
    browser = Browser(client, language=language)
    page = browser.get(f"/regions/{JIANGAN}")
    drawn = sorted(map(int, re.findall(r'class="n">(\d+)</text>', page)))
    tables = re.findall(r"(?s)<tbody>(.*?)</tbody>", page)
    written = [sorted(map(int, re.findall(r'class="number">(\d+)<', table))) for table in tables]
    assert written == [[2], drawn]
    assert "region." not in browser.words


@pytest.mark.parametrize(
    ("language", "title", "part"),
    [
        ("zh-Hant", "四川省成都市錦江區", "廣東省東莞市长安镇"),
        ("zh-Hans", "四川省成都市锦江区", "广东省东莞市长安镇"),
        ("en", "Jinjiang, Chengdu, Sichuan", "Dongguan, Guangdong 长安镇"),
    ],
)
def test_areas_are_written_as_people_of_that_language_read_them(
    client: Client, tree_db: Database, language: str, title: str, part: str
) -> None:
    notice = factory.notice(high={"四川省 成都市 锦江区": ["甲小区"], "广东省 东莞市 长安镇": ["乙小区"]})
    with tree_db.transaction() as session:
        bulletins.import_notice(session, notice, source="test")
    browser = Browser(client, language=language)
    assert f"<h3>{title}</h3>" in browser.get("/regions/510104")
    assert f"<h3>{part}</h3>" in browser.get("/regions/441900")


def test_ones_own_community_is_answered_once(client: Client, tree_db: Database) -> None:
    with tree_db.transaction() as session:
        factory.close(session, "甲小区")
    browser = Browser(client)
    browser.get(f"/regions/{JIANGAN}?community=汉口花园")
    assert browser.words.count("is not on the list") == 1
    assert "in all" not in browser.words.split("is not on the list")[1]


def test_the_page_goes_on_where_it_ended(client: Client, tree_db: Database) -> None:
    with tree_db.transaction() as session:
        factory.close(session, *MANY[:45])
    browser = Browser(client)
    names: list[str] = []
    path = f"/regions/{JIANGAN}"
    while path:
        page = browser.get(path)
        names += re.findall(r"<li>(第\d+小区) ", page)
        following = re.search(r'href="([^"#]+)#places" rel="next"', page)
        path = following[1].replace("&amp;", "&") if following else ""
    assert names == MANY[:45]
    assert browser.get(f"/regions/{JIANGAN}?cursor=abc").count("<h1>") == 1


def test_who_has_the_page_is_told_so_until_something_changes(client: Client, tree_db: Database) -> None:
    headers = {"Accept": "text/html", "Accept-Language": "en"}
    client.get(f"/regions/{JIANGAN}", headers=headers)
    first = client.get(f"/regions/{JIANGAN}", headers=headers)
    assert first.headers["cache-control"] == "private, no-cache"
    again = client.get(f"/regions/{JIANGAN}", headers=headers | {"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    with tree_db.transaction() as session:
        factory.close(session, "百步亭花园社区")
    changed = client.get(f"/regions/{JIANGAN}", headers=headers | {"If-None-Match": first.headers["etag"]})
    assert changed.status_code == 200
    assert "百步亭花园社区" in changed.text


def test_a_page_with_the_longest_names_stays_below_thirty_kilobytes(client: Client, tree_db: Database) -> None:
    with tree_db.transaction() as session:
        factory.close(session, *(f"{number}号" + "某某街道某某社区某某小区" * 8 for number in range(100)))
    answer = client.get(f"/regions/{JIANGAN}", headers={"Accept": "text/html", "Accept-Language": "zh-Hant"})
    assert len(answer.content) < 30_000


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("丰泽园3号楼", ["运河街道丰泽园小区"]),
        ("兴隆社区3号楼", ["南坪镇兴隆社区（除5号楼外）"]),
        ("和平路社区3号楼", ["和平路社区1、3、5号楼"]),
        ("和平路社区4号楼", []),
        ("豐澤園小區", ["运河街道丰泽园小区"]),
        ("汉口花园", []),
    ],
)
def test_the_list_shows_what_the_readers_address_touches(region_session: Session, typed: str, shown: list[str]) -> None:
    factory.close(region_session, "运河街道丰泽园小区", "南坪镇兴隆社区（除5号楼外）", "和平路社区1、3、5号楼")
    for code in (JIANGAN, WUHAN):
        found = _of(region_session, code, community=typed)
        assert [place.name for place in found.listed] == shown
        assert found.total == len(shown)
