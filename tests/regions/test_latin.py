"""Places in Latin letters: how they are written, and that whoever types them finds the place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.kernel.db import Database
from agrimarket.regions import rules
from agrimarket.regions.service import places
from seeds.naming import names_of
from seeds.regions import read_tree

TREE = {region.code: region for region in read_tree()}


@pytest.fixture
def tree(db: Database) -> Database:
    with db.transaction() as session:
        places.load(session, list(TREE.values()), names_of(TREE.values()))
    return db


@pytest.mark.parametrize(
    ("code", "latin"),
    [
        ("210681", "Donggang, Dandong, Liaoning"),
        ("420102", "Jiang'an, Wuhan, Hubei"),
        ("610100", "Xi'an, Shaanxi"),
        ("371722", "Shan County, Heze, Shandong"),
        ("110105", "Chaoyang, Beijing"),
        ("140400", "Changzhi, Shanxi"),
        ("530824", "Jinggu County, Pu'er, Yunnan"),
        ("451228", "Du'an County, Hechi, Guangxi"),
        ("469028", "Lingshui County, Hainan"),
        ("500243", "Pengshui County, Chongqing"),
        ("220623", "Changbai County, Baishan, Jilin"),
        ("622926", "Dongxiang County, Linxia, Gansu"),
        ("150724", "Ewenki, Hulunbuir, Inner Mongolia"),
        ("650100", "Urumqi, Xinjiang"),
        ("150000", "Inner Mongolia"),
        ("429004", "Xiantao, Hubei"),
    ],
)
def test_places_are_written_as_maps_in_english_write_them(code: str, latin: str) -> None:
    assert TREE[code].latin == latin


def test_every_place_has_a_name_in_plain_latin_letters() -> None:
    for region in TREE.values():
        assert region.latin.replace("ü", "u").isascii(), region
        assert region.latin[0].isupper(), region


@pytest.mark.slow
@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("Dandong Donggang", "210681"),
        ("donggang, liaoning", "210681"),
        ("Xi'an", "610100"),
        ("xian city", "610100"),
        ("XI’AN", "610100"),
        ("Shan County, Heze", "371722"),
        ("Ürümqi", "650100"),
        ("Inner Mongolia", "150000"),
        ("Ｄａｎｄｏｎｇ", "210600"),
        ("丹东 东港", "210681"),
        ("東港市", "210681"),
    ],
)
def test_who_types_a_place_finds_it_first(tree: Database, typed: str, code: str) -> None:
    with tree.reading() as session:
        assert [found.region.code for found in places.find(session, typed, 8)][:1] == [code]


def test_every_place_is_found_by_its_whole_latin_name(tree: Database) -> None:
    with tree.reading() as session:
        for region in list(TREE.values())[::37]:
            found = [each.region for each in places.find(session, region.latin, 20)]
            assert region.full_name in [each.full_name for each in found], region


@given(st.text(max_size=60))
def test_any_text_is_words_or_none(typed: str) -> None:
    assert all(word and not word.isspace() for word in rules.words_of(typed))


def test_english_pages_show_latin_names(tree: Database, client: TestClient[Litestar]) -> None:
    for language, shown in (("en", "Donggang, Dandong, Liaoning"), ("zh-Hans", "辽宁省丹东市东港市")):
        headers = {"Accept": "text/html", "Accept-Language": language}
        assert shown in client.get("/regions?q=Donggang+Dandong", headers=headers).text
        assert shown in client.get("/regions/210681", headers=headers).text
