"""Regions are found by what people type and by their codes."""

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlmodel import Session

from agrimarket.kernel.db import Database
from agrimarket.kernel.i18n import render
from agrimarket.regions.errors import (
    RegionUnknown,
)
from agrimarket.regions.service import places, restrictions, serviceability
from agrimarket.regions.variants import simplified, traditional
from tests.factories import regions as factory

Client = TestClient[Litestar]
DONGGANG = "210681"


def test_finding_a_region(client: Client, tree_db: Database) -> None:
    assert client.get("/v1/regions", params={"q": "東港"}).json()["items"][0]["code"] == "210681"
    assert len(client.get("/v1/regions").json()["items"]) == 34
    dandong = client.get("/v1/regions", params={"parent": "210600"}).json()["items"]
    assert {region["name"] for region in dandong} == {
        "元宝区",
        "振兴区",
        "振安区",
        "宽甸满族自治县",
        "东港市",
        "凤城市",
    }
    assert client.get("/v1/regions/210681").json()["full_name"] == "辽宁省丹东市东港市"
    missing = client.get("/v1/regions/999999", headers={"Accept-Language": "en"})
    assert (missing.status_code, missing.json()["code"]) == (404, "region.unknown")
    assert "search by name" in missing.json()["detail"]


def test_finding_a_region_on_the_page(client: Client, tree_db: Database) -> None:
    headers = {"Accept": "text/html", "Accept-Language": "en"}
    assert "/regions/210681" in client.get("/regions", params={"q": "东港"}, headers=headers).text
    assert "/regions?parent=210000" in client.get("/regions", headers=headers).text
    assert "/regions/210681" in client.get("/regions", params={"parent": "210600"}, headers=headers).text
    assert "Nothing is called" in client.get("/regions", params={"q": "没有这样的地方"}, headers=headers).text
    assert client.get("/regions/999999", headers=headers).status_code == 404


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("东港", "辽宁省丹东市东港市"),
        ("丹东 东港", "辽宁省丹东市东港市"),
        ("東莞", "广东省东莞市"),
        ("武汉市", "湖北省武汉市"),
        ("油尖旺", "香港特别行政区"),
    ],
)
def test_regions_are_found_by_typing(region_session: Session, typed: str, first: str) -> None:
    assert places.find(region_session, typed, 5)[0].region.full_name == first


@pytest.mark.parametrize("typed", ["%", "_", "  ", "'; --", "没有这样的地方"])
def test_typing_nothing_that_is_a_name_finds_nothing(region_session: Session, typed: str) -> None:
    assert places.find(region_session, typed, 5) == []


@pytest.mark.parametrize("code", ["999999", "42010", "abcdef", "４２０１０２", "", "420102\0"])
def test_codes_that_do_not_exist(region_session: Session, code: str) -> None:
    with pytest.raises(RegionUnknown):
        places.get(region_session, code)
    with pytest.raises(RegionUnknown):
        restrictions.status(region_session, code)
    with pytest.raises(RegionUnknown) as refused:
        serviceability.require(region_session, {DONGGANG}, code)
    assert refused.value.values == {"codes": [code]}


def test_the_tree_has_its_official_size() -> None:
    levels = [region.level for region in factory.tree()]
    assert (levels.count("province"), levels.count("prefecture"), levels.count("county")) == (34, 342, 2975)
    by_code = {region.code: region for region in factory.tree()}
    assert by_code["110105"].full_name == "北京市朝阳区"
    assert by_code["429021"].full_name == "湖北省神农架林区"
    assert by_code["441900"].full_name == "广东省东莞市"
    assert "油尖旺区" in by_code["810000"].parts


def test_every_name_is_read_in_traditional_characters_and_back() -> None:
    for region in factory.tree():
        for name in (region.full_name, *region.parts):
            assert simplified(traditional(name)) == simplified(name), name
            assert len(traditional(name)) == len(name)


@pytest.mark.parametrize(
    ("code", "written"),
    [
        ("331000", "浙江省台州市"),
        ("331023", "浙江省台州市天台縣"),
        ("210681", "遼寧省丹東市東港市"),
        ("429021", "湖北省神農架林區"),
        ("410926", "河南省濮陽市范縣"),
        ("410371", "河南省洛陽市洛陽高新技術產業開發區"),
        ("371521", "山東省聊城市陽穀縣"),
        ("420625", "湖北省襄陽市穀城縣"),
        ("430405", "湖南省衡陽市珠暉區"),
        ("430104", "湖南省長沙市嶽麓區"),
        ("430600", "湖南省岳陽市"),
        ("330110", "浙江省杭州市餘杭區"),
        ("360500", "江西省新余市"),
        ("210100", "遼寧省瀋陽市"),
        ("411624", "河南省周口市沈丘縣"),
        ("150826", "內蒙古自治區巴彥淖爾市杭錦後旗"),
        ("610424", "陝西省咸陽市乾縣"),
        ("710000", "臺灣省"),
    ],
)
def test_names_on_traditional_pages(code: str, written: str) -> None:
    region = next(region for region in factory.tree() if region.code == code)
    assert region.in_full("zh-Hant") == written
    assert region.in_full("zh-Hans") == region.full_name
    assert written.endswith(region.in_short("zh-Hant"))


def test_steps_go_over_groups_of_the_code_table(region_session: Session) -> None:
    beneath = {parent: places.children(region_session, parent) for parent in ("500000", "420000", "110000", "650000")}
    for regions in beneath.values():
        assert not {region.name for region in regions} & {
            "市辖区",
            "县",
            "省直辖县级行政区划",
            "自治区直辖县级行政区划",
        }
    assert len(beneath["500000"]) == 38
    assert {"渝中区", "云阳县"} <= {region.name for region in beneath["500000"]}
    assert {"武汉市", "仙桃市", "神农架林区"} <= {region.name for region in beneath["420000"]}
    counties = [region for region in factory.tree() if region.code.startswith("5002") and region.code != "500200"]
    assert len(counties) == 12
    assert all(region.full_name == f"重庆市{region.name}" for region in counties)


@pytest.mark.parametrize("typed", ["北京市", "湖北省", "重庆", "上海", "新疆"])
def test_a_province_comes_once(region_session: Session, typed: str) -> None:
    names = [found.region.full_name for found in places.find(region_session, typed, 20)]
    assert len(names) == len(set(names))
    assert names[0].startswith(typed)


def test_traditional_characters_become_simplified() -> None:
    assert simplified("廣東省東莞市") == "广东省东莞市"
    assert simplified("江岸區") == "江岸区"
    assert simplified("臺灣") == "台湾"


def test_sentences_name_a_place_in_the_reader_s_script(region_session: Session) -> None:
    place = places.get(region_session, DONGGANG).text
    assert place == "辽宁省丹东市东港市"
    written = {language: render(place, language) for language in ("zh-Hant", "zh-Hans", "en")}
    assert written == {
        "zh-Hant": "遼寧省丹東市東港市",
        "zh-Hans": "辽宁省丹东市东港市",
        "en": "Donggang, Dandong, Liaoning",
    }
