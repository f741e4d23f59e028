"""Rows of a notice that cannot be read are set aside, the rest counts, and nothing opens everything by accident."""

from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlmodel import Session

from agrimarket.kernel.errors import InvalidFields
from agrimarket.regions.errors import BulletinEmpty, BulletinIncomplete
from agrimarket.regions.service import bulletins, restrictions
from agrimarket.regions.types.restrictions import Verdict
from tests.factories import regions as factory

AREA = "湖北省 武汉市 江岸区"
JIANGAN = "420102"
BLANK = {"type": "2", "province": "", "city": "", "county": "", "area_name": "", "communitys": [""]}

ROWS: list[tuple[str, Any, str]] = [
    ("blank", BLANK, "too_short"),
    ("null", None, "model_type"),
    ("no communities", {"province": "湖北省", "city": "武汉市", "county": "武昌区"}, "missing"),
    ("communities are a text", {"province": "湖北省", "communitys": "全域"}, "list_type"),
    ("a province that is a number", {"province": 42, "communitys": []}, "string_type"),
    ("only an unreadable community", {"province": "湖北省", "communitys": [7]}, "string_type"),
]


@pytest.mark.parametrize(("row", "why"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
@pytest.mark.parametrize("counted", [True, False])
def test_a_row_that_cannot_be_read_is_set_aside(region_session: Session, row: Any, why: str, counted: bool) -> None:
    document = factory.notice(high={AREA: ["甲小区"]})
    document["data"]["highlist"].append(row)
    document["data"]["hcount"] += counted
    summary = bulletins.import_notice(region_session, document, source="test")
    (aside,) = bulletins.set_aside(region_session, summary.id)
    assert (aside.pointer, aside.why) == ("/data/highlist/1", why)
    assert restrictions.status(region_session, JIANGAN).restrictions[0].communities == ["甲小区"]
    assert restrictions.status(region_session, "420106").verdict is Verdict.OPEN
    assert bulletins.import_notice(region_session, document, source="test").repeated


def test_a_community_that_cannot_be_read_does_not_take_the_others_with_it(region_session: Session) -> None:
    document = factory.notice(high={AREA: ["甲小区", "乙小区"]})
    document["data"]["highlist"][0]["communitys"].insert(1, 7)
    summary = bulletins.import_notice(region_session, document, source="test")
    (aside,) = bulletins.set_aside(region_session, summary.id)
    assert (aside.pointer, aside.said) == ("/data/highlist/0/communitys/1", "7")
    (entry,) = restrictions.status(region_session, JIANGAN).restrictions
    assert (sorted(entry.communities), entry.whole_area) == (["乙小区", "甲小区"], False)


def test_what_is_set_aside_is_listed_with_the_notice(client: TestClient[Litestar], region_session: Session) -> None:
    document = factory.notice(high={AREA: ["甲小区"]})
    document["data"]["highlist"].append(BLANK | {"county": "\0\ud800"})
    summary = bulletins.import_notice(region_session, document, source="test")
    (listed,) = client.get("/v1/bulletins").json()["items"]
    told = client.get(f"/v1/bulletins/{listed['id']}").json()
    assert [row["pointer"] for row in told["set_aside"]] == ["/data/highlist/1"]
    assert [entry["region_name"] for entry in told["closed_entries"]] == ["湖北省武汉市江岸区"]
    assert (told["closed"], told["opened"], summary.closed) == (1, 0, 1)


def test_a_notice_of_which_nothing_can_be_read_is_refused(region_session: Session) -> None:
    document = factory.notice()
    document["data"]["highlist"] = [BLANK, BLANK]
    with pytest.raises(InvalidFields):
        bulletins.import_notice(region_session, document, source="test")


def test_more_that_is_missing_than_was_set_aside_is_a_notice_cut_off(region_session: Session) -> None:
    document = factory.notice(high={AREA: ["甲小区"]})
    document["data"]["highlist"].append(BLANK)
    document["data"]["hcount"] = 3
    with pytest.raises(BulletinIncomplete):
        bulletins.import_notice(region_session, document, source="test")


@pytest.mark.parametrize("stated", [{}, {"hcount": 0}, {"mcount": 0}, {"lcount": 0}])
def test_empty_lists_open_everything_only_if_the_notice_says_so(
    region_session: Session, stated: dict[str, int]
) -> None:
    factory.close(region_session, "甲小区")
    data: dict[str, Any] = {"end_update_time": "2022-12-02 08时", "highlist": [], "middlelist": [], "lowlist": []}
    with pytest.raises(BulletinEmpty):
        bulletins.import_notice(region_session, {"data": data | stated}, source="test", accept_counts=True)
    assert restrictions.status(region_session, JIANGAN).verdict is Verdict.PARTIAL
    bulletins.import_notice(region_session, {"data": data | {"hcount": 0, "mcount": 0}}, source="test")
    assert restrictions.status(region_session, JIANGAN).verdict is Verdict.OPEN


def test_a_blank_is_no_community(region_session: Session) -> None:
    bulletins.import_notice(region_session, factory.notice(high={AREA: ["甲小区", " ", ""]}), source="test")
    (entry,) = restrictions.status(region_session, JIANGAN).restrictions
    assert (entry.communities, entry.whole_area) == (["甲小区"], False)


@pytest.mark.parametrize("hour", ["2022-12-02 08时", "2022年12月2日8时", "2022/12/2 8時", "2022-12-02 08:00"])
def test_hours_as_people_write_them(region_session: Session, hour: str) -> None:
    summary = bulletins.import_notice(region_session, factory.notice(hour, high={AREA: ["甲小区"]}), source="test")
    assert (summary.number, summary.published_at) == ("2022120208", factory.moment("2022-12-02T00"))


def test_midnight_is_the_next_day(region_session: Session) -> None:
    document = factory.notice("2022-12-01 24时", high={AREA: ["甲小区"]})
    assert bulletins.import_notice(region_session, document, source="test").number == "2022120200"


@pytest.mark.parametrize("hour", ["9999-12-31 24时", "9999-12-31 23时", "0001-01-01 00时", "2022-13-01 08时"])
def test_an_hour_that_no_clock_shows_is_refused(region_session: Session, hour: str) -> None:
    with pytest.raises(InvalidFields):
        bulletins.import_notice(region_session, factory.notice(hour, high={AREA: ["甲小区"]}), source="test")


@pytest.mark.parametrize("communities", [[""], [" ", "、"], ["-", "/"]])
def test_a_row_that_does_not_say_which_communities_is_set_aside(
    region_session: Session, communities: list[str]
) -> None:
    document = factory.notice(high={AREA: communities, "湖北省 武汉市 武昌区": ["甲小区"]})
    summary = bulletins.import_notice(region_session, document, source="test")
    (aside,) = bulletins.set_aside(region_session, summary.id)
    assert (aside.pointer, aside.why) == ("/data/highlist/0/communitys", "missing")
    assert restrictions.status(region_session, JIANGAN).verdict is Verdict.OPEN


@pytest.mark.parametrize(
    "said", ["湖北省武汉市江岸区全域", "武汉市江岸区", "湖北省江岸区", "整个江岸区", "江岸区辖区", "所有区域"]
)
def test_a_text_that_means_all_of_the_county_closes_it(region_session: Session, said: str) -> None:
    factory.close(region_session, said)
    assert restrictions.status(region_session, JIANGAN).verdict is Verdict.CLOSED
