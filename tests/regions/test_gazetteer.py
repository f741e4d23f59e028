"""Gazetteer: the names in notices are resolved to codes."""

import csv
from pathlib import Path

import pytest

from agrimarket.regions.gazetteer import Gazetteer, Resolution
from tests.factories import regions as factory


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer(factory.tree())


@pytest.mark.parametrize(
    ("names", "code", "place"),
    [
        ("湖北省 武汉市 江岸区", "420102", ""),
        ("北京市 朝阳区 酒仙桥街道", "110105", "酒仙桥街道"),
        ("北京市 北京市 朝阳区", "110105", ""),
        ("北京市 市辖区 朝阳区", "110105", ""),
        ("天津市 天津市 西青区", "120111", ""),
        ("上海市 浦东新区 周浦镇", "310115", "周浦镇"),
        ("重庆市 重庆市 彭水苗族土家族自治县", "500243", ""),
        ("重庆市 县 云阳县", "500235", ""),
        ("北京市 经济开发区 荣华街道", "110115", "荣华街道"),
        ("海南省 省直辖县级行政单位 万宁市", "469006", ""),
        ("湖北省 省直辖县级行政单位 神农架林区", "429021", ""),
        ("河北省 雄县 雄县", "130638", ""),
        ("吉林省 梅河口市 梅河口市", "220581", ""),
        ("陕西省 杨凌示范区 杨陵区", "610403", ""),
        ("广东省 东莞市 厚街镇", "441900", "厚街镇"),
        ("海南省 儋州市 市辖区", "460400", ""),
        ("甘肃省 嘉峪关市 市辖区", "620201", ""),
        ("吉林省 长春市 净月区", "220172", ""),
        ("吉林省 长春市 经开区", "220171", ""),
        ("山东省 威海市 高新区", "371071", ""),
        ("山东省 烟台市 开发区", "370676", ""),
        ("河南省 郑州市 航空港区", "410173", ""),
        ("湖北省 武汉市 经开区（汉南区）", "420113", ""),
        ("内蒙古自治区 包头市 稀土高新区", "150271", ""),
        ("四川省 绵阳市 绵阳（国家）高新技术产业开发区", "510703", "绵阳（国家）高新技术产业开发区"),
        ("湖北省 武汉 江岸", "420102", ""),
    ],
)
def test_messy_names_find_their_code(gazetteer: Gazetteer, names: str, code: str, place: str) -> None:
    assert gazetteer.resolve(*names.split(" ")) == Resolution(code, place, True)


@pytest.mark.parametrize(
    ("names", "code"),
    [
        ("四川省 成都市 无此县", "510100"),
        ("重庆市 重庆市 无此街", "500000"),
        ("湖北省 无此市 无此县", "420000"),
        ("新疆生产建设兵团 新疆生产建设兵团 新疆生产建设兵团", "650000"),
        ("月球省 静海市 风暴县", None),
    ],
)
def test_what_cannot_be_resolved_stays_at_its_nearest_ancestor(
    gazetteer: Gazetteer, names: str, code: str | None
) -> None:
    found = gazetteer.resolve(*names.split(" "))
    assert (found.code, found.resolved) == (code, False)


def test_every_county_is_found_by_its_own_names(gazetteer: Gazetteer) -> None:
    by_code = {region.code: region for region in factory.tree()}
    for county in by_code.values():
        if county.level != "county":
            continue
        prefecture = by_code[county.parent_code or ""]
        province = by_code[prefecture.parent_code or ""]
        found = gazetteer.resolve(province.name, prefecture.name, county.name)
        # 嘉峪关市 is the only county of 嘉峪关市
        assert found.code in (county.code, prefecture.code if prefecture.name == county.name else None)


_KINDS = list(csv.DictReader((Path(__file__).parent / "names_by_kind.csv").open(encoding="utf-8")))


@pytest.mark.parametrize(
    "case", _KINDS, ids=[f"{c['kind']}: {c['province']} {c['city']} {c['county']}" for c in _KINDS]
)
def test_names_of_every_kind(gazetteer: Gazetteer, case: dict[str, str]) -> None:
    found = gazetteer.resolve(case["province"], case["city"], case["county"])
    assert (found.code or "", gazetteer.level(found)) == (case["code"], case["level"])


@pytest.mark.parametrize(
    ("stated", "code", "counties"),
    [
        (("山东省", "青岛西海岸新区", ""), "370211", ()),
        (("辽宁省", "金普新区", ""), "210213", ()),
        (("江苏省", "南京江北新区", ""), "320100", ("320111", "320113", "320116")),
        (("福建省", "福州新区", ""), "350100", ()),
        (("广东省", "横琴粤澳深度合作区", ""), "440400", ("440402",)),
        (("湖北省", "武汉东湖新技术开发区", ""), "420100", ("420111", "420115")),
        (("湖南省", "湘江新区", ""), "430000", ("430104", "430112", "430182")),
        (("四川省", "四川天府新区", ""), "510000", None),
        (("陕西省", "杨凌示范区", ""), "610403", ()),
        (("新疆维吾尔自治区", "第八师石河子市", ""), "650000", None),
        (("新疆维吾尔自治区", "乌鲁木齐市", "第十二师"), "650000", None),
        (("新疆维吾尔自治区", "伊犁哈萨克自治州", "四师可克达拉市"), "650000", None),
        (("北京市", "燕山地区", ""), "110111", ()),
    ],
)
def test_a_zone_that_stands_where_its_city_should_is_found_there(
    stated: tuple[str, str, str], code: str, counties: tuple[str, ...] | None
) -> None:
    found = Gazetteer(factory.tree()).resolve(*stated)
    assert (found.code, found.resolved) == (code, True)
    told = found.zone.counties if found.zone else ()
    assert told == counties if counties is not None else len(told) > 1
