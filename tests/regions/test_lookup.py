"""Places as people type them: the right one first, and what is said of names that are not a place's own."""

import csv
import string
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import TestClient
from sqlmodel import Session

from agrimarket.kernel.db import Database
from agrimarket.regions.finding import near_keys, ranked, read
from agrimarket.regions.service import places
from agrimarket.regions.types.places import NameKind
from tests.factories import regions as factory
from tests.regions.typed import ask_all

FORMER = Path("seeds") / "data" / "regions" / "former.csv"
Client = TestClient[Litestar]


def test_what_people_type_comes_first(region_session: Session) -> None:
    asked = list(ask_all(region_session))
    wrong = [each for each in asked if not each.first]
    assert len(asked) >= 200
    assert len(wrong) <= 0.05 * len(asked), wrong
    assert sum(not each.among_five for each in asked) <= 0.01 * len(asked), wrong


def test_each_kind_of_typing_is_answered(region_session: Session) -> None:
    asked = list(ask_all(region_session))
    for kind in {each.kind for each in asked}:
        of_kind = [each for each in asked if each.kind == kind]
        assert sum(each.first for each in of_kind) >= 0.9 * len(of_kind), [e for e in of_kind if not e.first]


def test_a_lookup_is_one_statement(region_session: Session, statements: list[str]) -> None:
    places.find(region_session, "湖北省武汉市江按区中山大道1号")
    assert len(statements) == 1


@pytest.mark.parametrize(
    ("typed", "now", "former", "year"),
    [
        ("襄樊", "襄阳市", "襄樊市", 2010),
        ("思茅市", "普洱市", "思茅市", 2007),
        ("崇文区", "东城区", "崇文区", 2010),
        ("郫县", "郫都区", "郫县", 2016),
        ("闸北", "静安区", "闸北区", 2015),
        ("莱芜市", "莱芜区", "莱芜市", 2019),
        ("萧山市", "萧山区", "萧山市", 2001),
        ("420281", "大冶市", None, None),
        ("510124", "郫都区", "郫县", 2016),
        ("Xiangfan", "襄阳市", "襄樊市", 2010),
    ],
)
def test_a_former_name_tells_what_the_place_is_called_now(
    region_session: Session, typed: str, now: str, former: str | None, year: int | None
) -> None:
    first, *_ = places.find(region_session, typed)
    assert (first.region.name, first.former_name, first.former_until) == (now, former, year)


def test_a_former_name_of_what_a_place_lies_in_is_told_too(region_session: Session) -> None:
    first, *_ = places.find(region_session, "湖北省襄樊市樊城区人民路")
    assert (first.region.name, first.former_name) == ("樊城区", "襄樊市")
    assert first.renamed is not None
    assert first.renamed.name == "襄阳市"


def test_every_former_name_leads_to_what_it_became(region_session: Session) -> None:
    tree = {region.code: region for region in factory.tree()}
    with FORMER.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) >= 300
    for row in rows:
        assert tree[row["now"]].name == row["now_name"], row
        assert not row["code"] or row["code"] not in tree, row
        assert 1980 < int(row["year"]) < 2025
    for row in rows[::9]:
        found = [each.region.code for each in places.find(region_session, row["name"], 5)]
        assert row["now"] in found, row


def test_a_place_without_a_code_says_where_it_lies(region_session: Session) -> None:
    first, *_ = places.find(region_session, "台北市信义区")
    assert (first.region.code, first.part) == ("710000", "台北市信义区")
    assert places.find(region_session, "油尖旺")[0].part == "油尖旺区"
    assert places.find(region_session, "东莞长安镇")[0].part == "长安镇"
    for typed in ("中山区", "州", "新竹", "板桥", "埔"):
        for found in places.find(region_session, typed, 20):
            assert found.region.code != "710000" or found.part, typed


def test_equally_good_places_are_all_offered_the_best_known_first(region_session: Session) -> None:
    names = [found.region.full_name for found in places.find(region_session, "朝阳")]
    assert names[:2] == ["北京市朝阳区", "辽宁省朝阳市"]
    assert {"辽宁省朝阳市朝阳县", "吉林省长春市朝阳区"} <= set(names)


def test_only_what_was_typed_as_it_is_called_is_sure(region_session: Session) -> None:
    assert [found.region.code for found in places.meant(region_session, "丹东 东港")] == ["210681"]
    assert [found.region.code for found in places.meant(region_session, "湖北省武汉市江岸区中山大道1号")] == ["420102"]
    assert len(places.meant(region_session, "东港")) > 1
    for guess in ("武汉江按区", "中山路1号", "Dongang", "水坝"):
        assert not any(found.exact for found in places.meant(region_session, guess)), guess


@given(st.text(max_size=120))
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_any_text_can_be_read(typed: str) -> None:
    pieces = read(typed)
    assert len(pieces.text) <= 120
    assert ranked(pieces, [], 5) == []


@given(st.text(string.ascii_lowercase, min_size=3, max_size=12), st.data())
def test_a_slip_of_one_letter_shares_a_near_key(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(word) - 1))
    letter = data.draw(st.sampled_from(string.ascii_lowercase))
    swapped = word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :]
    for slip in (
        word[:at] + word[at + 1 :],
        word[:at] + letter + word[at:],
        word[:at] + letter + word[at + 1 :],
        swapped,
    ):
        assert set(near_keys(slip)) & set(near_keys(word))


def test_every_division_is_found_by_its_own_name_and_code(region_session: Session) -> None:
    for region in factory.tree()[::41]:
        assert places.find(region_session, region.code)[0].region.full_name == region.full_name
        assert places.find(region_session, region.full_name)[0].region.full_name == region.full_name


def test_names_are_loaded_once_and_in_place_of_the_older_ones(region_session: Session) -> None:
    assert places.load(region_session, factory.tree(), factory.names()[:50]) == 0
    assert places.find(region_session, "420102") == []
    assert places.load(region_session, factory.tree(), factory.names()) == 0
    assert places.find(region_session, "420102")[0].region.name == "江岸区"


def test_no_two_names_of_a_division_are_the_same() -> None:
    keys = [(name.code, name.kind, name.key) for name in factory.names()]
    assert len(keys) == len(set(keys))
    assert {name.kind for name in factory.names()} == set(NameKind)


def test_the_api_answers_in_the_language_asked_for(client: Client, tree_db: Database) -> None:
    def first(typed: str, language: str) -> dict[str, object]:
        answer = client.get("/v1/regions", params={"q": typed}, headers={"Accept-Language": language})
        return answer.json()["items"][0]

    found = first("襄樊", "zh-Hant")
    assert (found["full_name"], found["title"]) == ("湖北省襄阳市", "湖北省襄陽市")
    assert (found["former_name"], found["former_until"], found["now_called"]) == ("襄樊市", 2010, "襄陽市")
    assert first("420102", "en")["title"] == "Jiang'an, Wuhan, Hubei"
    assert first("臺北", "zh-Hans")["part"] == "台北市"
    assert (
        client.get("/v1/regions/210681", headers={"Accept-Language": "zh-Hant"}).json()["title"] == "遼寧省丹東市東港市"
    )


def test_the_page_says_what_a_place_is_called_now(client: Client, tree_db: Database) -> None:
    def page(typed: str, language: str) -> str:
        headers = {"Accept": "text/html", "Accept-Language": language}
        return client.get("/regions", params={"q": typed}, headers=headers).text

    assert "“襄樊市” is called Xiangyang now (since 2010)" in page("襄樊", "en")
    assert "「襄樊市」現為襄陽市" in page("襄樊", "zh-Hant")
    assert "台北市信义区”在台湾省" in page("信义区", "zh-Hans")
    assert "遼寧省丹東市東港市" in page("donggang", "zh-Hant")
