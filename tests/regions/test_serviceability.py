"""Verdicts on deliveries, and what refusals say."""

from datetime import UTC, datetime

import pytest
from sqlmodel import Session

from agrimarket.kernel import i18n
from agrimarket.regions.errors import (
    AddressUnclear,
    CommunityNeeded,
    CommunityRestricted,
    CountyNeeded,
    DeliveryRestricted,
    OriginRestricted,
)
from agrimarket.regions.service import bulletins, places, restrictions, serviceability
from agrimarket.regions.types.restrictions import Verdict
from tests.factories import regions as factory

JIANGAN, DONGGANG, CHAOYANG, WUHOU = "420102", "210681", "110105", "510107"


def test_without_a_notice_everything_is_open(region_session: Session) -> None:
    assert restrictions.status(region_session, JIANGAN).verdict is Verdict.OPEN
    assert serviceability.between(region_session, DONGGANG, JIANGAN).verdict is Verdict.OPEN


def test_a_county_with_closed_communities_takes_deliveries_to_the_others(region_session: Session) -> None:
    factory.close(region_session, "百步亭花园社区")
    reach = serviceability.between
    assert reach(region_session, DONGGANG, JIANGAN).verdict is Verdict.PARTIAL
    assert reach(region_session, DONGGANG, JIANGAN, " ，").verdict is Verdict.PARTIAL
    assert reach(region_session, DONGGANG, JIANGAN, "汉口花园").verdict is Verdict.OPEN
    assert reach(region_session, DONGGANG, JIANGAN, "百步亭·花园社区 3 栋").verdict is Verdict.CLOSED
    assert reach(region_session, JIANGAN, DONGGANG).verdict is Verdict.OPEN
    status = restrictions.status(region_session, JIANGAN)
    assert status.verdict is Verdict.PARTIAL
    assert [(r.communities, r.community_count, r.bulletin_number) for r in status.restrictions] == [
        (["百步亭花园社区"], 1, "2022120108")
    ]


def test_refusals_say_where_since_when_and_by_which_notice(region_session: Session) -> None:
    factory.close(region_session, "百步亭花园社区")
    with pytest.raises(CommunityNeeded) as needed:
        serviceability.require(region_session, {DONGGANG}, JIANGAN, None)
    with pytest.raises(CommunityRestricted) as restricted:
        serviceability.require(region_session, {DONGGANG}, JIANGAN, "百步亭花园社区")
    serviceability.require(region_session, {DONGGANG}, JIANGAN, "汉口花园")
    assert needed.value.values["closed_communities"] == ["百步亭花园社区"]
    assert needed.value.values["since"] == datetime(2022, 12, 1, tzinfo=UTC)
    assert restricted.value.values["bulletin_number"] == "2022120108"
    assert restricted.value.values["region"] == JIANGAN
    sentence = i18n.t(restricted.value.code, "zh-Hans", **restricted.value.values)
    assert "百步亭花园社区" in sentence
    assert "2022年12月1日" in sentence
    assert "第 2022120108 号通告" in sentence


def test_a_whole_county_is_closed_both_ways(region_session: Session) -> None:
    factory.close(region_session, "全域")
    assert restrictions.status(region_session, JIANGAN).verdict is Verdict.CLOSED
    assert serviceability.between(region_session, DONGGANG, JIANGAN, "汉口花园").verdict is Verdict.CLOSED
    with pytest.raises(DeliveryRestricted) as to:
        serviceability.require(region_session, {DONGGANG}, JIANGAN, "汉口花园")
    with pytest.raises(OriginRestricted) as origin:
        serviceability.require(region_session, {DONGGANG, JIANGAN}, CHAOYANG, None)
    assert type(to.value) is DeliveryRestricted
    assert origin.value.values["region"] == JIANGAN


def test_a_town_of_a_municipality_closes_only_itself(region_session: Session) -> None:
    factory.close(region_session, "全域", area="北京市 朝阳区 酒仙桥街道")
    reach = serviceability.between
    assert reach(region_session, DONGGANG, CHAOYANG).verdict is Verdict.PARTIAL
    assert reach(region_session, DONGGANG, CHAOYANG, "酒仙桥街道二街坊").verdict is Verdict.CLOSED
    assert reach(region_session, DONGGANG, CHAOYANG, "望京街道花家地").verdict is Verdict.OPEN


def test_an_unresolved_entry_makes_its_city_partial_and_refuses_by_name(region_session: Session) -> None:
    summary = factory.close(region_session, "桂溪街道人居东苑", area="四川省 成都市 无此县")
    assert summary.unresolved == 1
    reach = serviceability.between
    assert restrictions.status(region_session, WUHOU).verdict is Verdict.PARTIAL
    assert reach(region_session, DONGGANG, WUHOU).verdict is Verdict.PARTIAL
    assert reach(region_session, DONGGANG, WUHOU, "某某小区").verdict is Verdict.OPEN
    assert reach(region_session, DONGGANG, WUHOU, "人居东苑").verdict is Verdict.CLOSED
    assert reach(region_session, DONGGANG, "510700").verdict is Verdict.OPEN
    assert [entry.place for entry in restrictions.unresolved(region_session)] == ["四川省 成都市 无此县"]


def test_all_of_a_place_that_only_its_city_is_known_of_is_partial_in_every_county(region_session: Session) -> None:
    factory.close(region_session, area="四川省 成都市 某某区")
    reach = serviceability.between
    for code in (WUHOU, "510100", "510000"):
        assert restrictions.status(region_session, code).verdict is Verdict.PARTIAL
    assert restrictions.status(region_session, "510700").verdict is Verdict.OPEN
    assert reach(region_session, DONGGANG, WUHOU).verdict is Verdict.PARTIAL
    assert reach(region_session, DONGGANG, WUHOU, "人居东苑").verdict is Verdict.PARTIAL
    with pytest.raises(AddressUnclear) as refused:
        serviceability.require(region_session, {DONGGANG}, WUHOU, "人居东苑")
    assert "某某区" in i18n.t(refused.value.code, "zh-Hans", **refused.value.values)
    assert reach(region_session, WUHOU, DONGGANG).verdict is Verdict.OPEN


def test_a_zone_in_a_list_of_a_city_leaves_none_of_its_counties_open(region_session: Session) -> None:
    factory.close(region_session, "成都高新区", area="四川省 成都市 市辖区")
    reach = serviceability.between
    assert restrictions.status(region_session, WUHOU).verdict is Verdict.PARTIAL
    assert reach(region_session, DONGGANG, WUHOU, "人居东苑").verdict is Verdict.PARTIAL
    assert reach(region_session, DONGGANG, WUHOU, "高新区桂溪街道人居东苑").verdict is Verdict.CLOSED


def test_the_corps_closed_makes_its_province_partial(region_session: Session) -> None:
    factory.close(region_session, area="新疆生产建设兵团 新疆生产建设兵团 新疆生产建设兵团")
    assert restrictions.status(region_session, "650000").verdict is Verdict.PARTIAL
    assert serviceability.between(region_session, DONGGANG, "650102").verdict is Verdict.PARTIAL
    assert serviceability.between(region_session, DONGGANG, "650102", "幸福小区").verdict is Verdict.OPEN


def test_a_whole_province_is_closed_with_all_beneath(region_session: Session) -> None:
    factory.load_tree(region_session)
    whole = factory.notice("2022-12-01 08时", high={"湖北省  ": []})
    bulletins.import_notice(region_session, whole, source="test")
    for code in ("420000", "420100", JIANGAN):
        assert restrictions.status(region_session, code).verdict is Verdict.CLOSED
        assert serviceability.between(region_session, DONGGANG, code, "汉口花园").verdict is Verdict.CLOSED


def test_a_house_inside_an_exception_is_open(region_session: Session) -> None:
    factory.close(region_session, "南坪镇兴隆社区（除5号楼外）", "运河街道丰泽园小区")
    reach = serviceability.between
    for community, verdict in {
        "兴隆社区5号楼": Verdict.OPEN,
        "南坪镇兴隆社区3号楼": Verdict.CLOSED,
        "興隆社區３號樓": Verdict.CLOSED,
        "兴隆社区": Verdict.PARTIAL,
        "丰泽园小区3号楼": Verdict.CLOSED,
        "新湖街道丰泽园小区": Verdict.OPEN,
    }.items():
        assert reach(region_session, DONGGANG, JIANGAN, community).verdict is verdict


def test_an_address_that_says_too_little_is_refused_with_the_listed_text(region_session: Session) -> None:
    factory.close(region_session, "和平路社区1、3、5号楼")
    with pytest.raises(AddressUnclear) as refused:
        serviceability.require(region_session, {DONGGANG}, JIANGAN, "和平路社区")
    assert refused.value.values["closed_communities"] == ["和平路社区1、3、5号楼"]
    for language in ("zh-Hant", "zh-Hans", "en"):
        assert "和平路社区1、3、5号楼" in i18n.t(refused.value.code, language, **refused.value.values)
    serviceability.require(region_session, {DONGGANG}, JIANGAN, "和平路社区4号楼")


def test_a_listed_name_lies_in_the_town_of_its_entry(region_session: Session) -> None:
    factory.close(region_session, "天红大院7号楼", area="北京市 昌平区 沙河（地区）镇")
    reach = serviceability.between
    assert reach(region_session, DONGGANG, "110114", "天红大院7号楼").verdict is Verdict.CLOSED
    assert reach(region_session, DONGGANG, "110114", "沙河镇天红大院7号楼").verdict is Verdict.CLOSED
    assert reach(region_session, DONGGANG, "110114", "南口镇天红大院7号楼").verdict is Verdict.OPEN


def test_a_refusal_names_the_notice_that_closed_this_community(region_session: Session) -> None:
    factory.close(region_session, "甲小区", hour="2022-12-01 08时")
    factory.close(region_session, "甲小区", "乙小区", hour="2022-12-03 08时")
    numbers: dict[str, object] = {}
    for community in ("甲小区", "乙小区"):
        with pytest.raises(CommunityRestricted) as refused:
            serviceability.require(region_session, {DONGGANG}, JIANGAN, community)
        numbers[community] = refused.value.values["bulletin_number"]
    assert numbers == {"甲小区": "2022120108", "乙小区": "2022120308"}


def test_one_statement_each(region_session: Session, statements: list[str]) -> None:
    factory.close(region_session, "甲小区")
    for ask in (
        lambda: restrictions.status(region_session, JIANGAN),
        lambda: serviceability.between(region_session, DONGGANG, JIANGAN, "乙小区"),
        lambda: serviceability.require(region_session, {DONGGANG, CHAOYANG}, JIANGAN, "乙小区"),
        lambda: places.get(region_session, JIANGAN),
    ):
        statements.clear()
        ask()
        assert len(statements) == 1


WUHAN, HUBEI, JIAYUGUAN = "420100", "420000", "620200"


@pytest.mark.parametrize("at", [False, True])
@pytest.mark.parametrize(
    ("destination", "area"),
    [(WUHAN, "湖北省 武汉市 江岸区"), (HUBEI, "湖北省 武汉市 江岸区"), (JIAYUGUAN, "甘肃省 嘉峪关市 市辖区")],
)
def test_an_address_of_a_whole_city_is_never_open_while_a_county_beneath_is_not(
    region_session: Session, statements: list[str], destination: str, area: str, *, at: bool
) -> None:
    factory.close(region_session, "百步亭花园社区", area=area)
    day = datetime(2022, 12, 1, tzinfo=UTC).date() if at else None

    def reach(community: str | None) -> Verdict:
        return serviceability.answer(region_session, DONGGANG, destination, community, day=day).verdict

    statements.clear()
    assert reach("百步亭花园社区3栋") is Verdict.CLOSED
    assert len(statements) == (2 if at else 1)
    assert reach("汉口花园") is reach(None) is Verdict.PARTIAL
    with pytest.raises(CountyNeeded) as refused:
        serviceability.require(region_session, {DONGGANG}, destination, "汉口花园")
    assert [each["kind"] for each in refused.value.values["instead"]] == ["county"]
    for language in ("zh-Hant", "zh-Hans", "en"):
        assert "2022" in i18n.t(refused.value.code, language, **refused.value.values)


def test_a_county_closed_as_a_whole_makes_its_city_partial_and_its_neighbours_stay_open(
    region_session: Session,
) -> None:
    factory.close(region_session)
    for destination in (WUHAN, HUBEI):
        assert serviceability.between(region_session, DONGGANG, destination).verdict is Verdict.PARTIAL
        judged = serviceability.between(region_session, DONGGANG, destination, "汉口花园")
        assert (judged.verdict, [each.kind.value for each in judged.instead]) == (Verdict.PARTIAL, ["county"])
    assert serviceability.between(region_session, DONGGANG, "420103", "汉口花园").verdict is Verdict.OPEN
    assert serviceability.between(region_session, WUHAN, DONGGANG).verdict is Verdict.OPEN


@pytest.mark.parametrize(
    ("listed", "community", "street", "verdict"),
    [
        ("中山大道1号", "鄱阳社区", "中山大道1号402室", Verdict.CLOSED),
        ("中山大道1号", "鄱阳社区", "中山大道3号402室", Verdict.OPEN),
        ("鄱阳社区（除5号楼外）", "鄱阳社区", "5号楼402室", Verdict.OPEN),
        ("鄱阳社区（除5号楼外）", "鄱阳社区", "3号楼402室", Verdict.CLOSED),
        ("丰泽园小区3号楼", "丰泽园小区", "3号楼1单元", Verdict.CLOSED),
        ("丰泽园小区3号楼", "丰泽园小区", "8号楼1单元", Verdict.OPEN),
        ("丰泽园小区", "丰泽园小区", "汉口花园8号楼", Verdict.CLOSED),
        ("丰泽园小区", "", "丰泽园小区8号楼", Verdict.PARTIAL),
        ("中山大道1号", "", "中山大道3号", Verdict.PARTIAL),
    ],
)
def test_the_street_of_an_address_counts_together_with_its_community(
    region_session: Session, listed: str, community: str, street: str, verdict: Verdict
) -> None:
    factory.close(region_session, listed)
    judged = serviceability.between(region_session, DONGGANG, JIANGAN, community, street=street)
    assert judged.verdict is verdict
    if verdict is not Verdict.OPEN:
        with pytest.raises(DeliveryRestricted):
            serviceability.require(region_session, {DONGGANG}, JIANGAN, community, street=street)


@pytest.mark.parametrize(
    "listed",
    [
        "除高风险区以外的其他区域",
        "除高风险区外全域",
        "江岸区除中高风险区以外的区域",
        "全域（除百步亭花园社区外）",
        "除百步亭花园社区外全域",
    ],
)
def test_a_whole_area_but_for_exceptions_closes_all_but_these(region_session: Session, listed: str) -> None:
    factory.close(region_session, listed)
    reach = serviceability.between
    assert restrictions.status(region_session, JIANGAN).verdict is Verdict.PARTIAL
    assert reach(region_session, DONGGANG, JIANGAN).verdict is Verdict.PARTIAL
    for inside in ("汉口花园3号楼", "台北街道台北二村19号", "中山大道818号"):
        assert reach(region_session, DONGGANG, JIANGAN, inside).verdict is Verdict.CLOSED
    if "百步亭" in listed:
        assert reach(region_session, DONGGANG, JIANGAN, "百步亭花园社区3栋").verdict is Verdict.OPEN
