"""Verdicts on deliveries, and what refusals say."""

from datetime import UTC, datetime

import pytest
from sqlmodel import Session

from agrimarket.kernel import i18n
from agrimarket.regions.errors import (
    CommunityNeeded,
    CommunityRestricted,
    DeliveryRestricted,
    OriginRestricted,
)
from agrimarket.regions.service import places, restrictions, serviceability
from agrimarket.regions.types import Verdict
from tests.factories import regions as factory

JIANGAN, DONGGANG, CHAOYANG = "420102", "210681", "110105"


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


def test_an_unresolved_entry_refuses_by_name_alone(region_session: Session) -> None:
    summary = factory.close(region_session, "桂溪街道人居东苑", area="四川省 成都市 无此区")
    assert summary.unresolved == 1
    reach = serviceability.between
    assert reach(region_session, DONGGANG, "510107").verdict is Verdict.OPEN
    assert reach(region_session, DONGGANG, "510107", "某某小区").verdict is Verdict.OPEN
    assert reach(region_session, DONGGANG, "510107", "人居东苑").verdict is Verdict.CLOSED
    assert [entry.place for entry in restrictions.unresolved(region_session)] == ["四川省 成都市 无此区"]


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
