"""Verdicts on deliveries, and how notices change them."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from agrimarket.kernel import i18n
from agrimarket.kernel.outbox import OutboxMessage
from agrimarket.regions.errors import (
    BulletinFromFuture,
    BulletinIncomplete,
    BulletinOutdated,
    CommunityNeeded,
    CommunityRestricted,
    DeliveryRestricted,
    OriginRestricted,
    RegionsMissing,
    RegionUnknown,
)
from agrimarket.regions.models import Bulletin, ClosedCommunity, Restriction
from agrimarket.regions.service import bulletins, places, restrictions, serviceability
from agrimarket.regions.types import Verdict
from tests.factories import regions as factory

JIANGAN, DONGGANG, CHAOYANG = "420102", "210681", "110105"
AREA = "湖北省 武汉市 江岸区"


def _rows(session: Session) -> tuple[int, int, int, int]:
    tables = (Bulletin, Restriction, ClosedCommunity, OutboxMessage)
    return tuple(len(session.exec(select(table)).all()) for table in tables)  # type: ignore[return-value]


def _changes(session: Session) -> list[dict[str, object]]:
    rows = session.exec(select(OutboxMessage).order_by(OutboxMessage.id))  # type: ignore[arg-type]
    return [row.payload for row in rows if row.topic == "regions.restrictions_changed"]


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


@pytest.mark.parametrize("communities", [[], [""], ["江岸区"], ["全区"]])
def test_ways_to_say_all_of_it(region_session: Session, communities: list[str]) -> None:
    factory.close(region_session, *communities)
    assert restrictions.status(region_session, JIANGAN).verdict is Verdict.CLOSED


def test_low_risk_informs_and_closes_nothing(region_session: Session) -> None:
    bulletins.import_notice(region_session, factory.notice(low={AREA: ["全域"]}), source="test")
    assert serviceability.between(region_session, DONGGANG, JIANGAN).verdict is Verdict.OPEN
    assert [r.level for r in restrictions.status(region_session, JIANGAN).restrictions] == ["low"]
    assert _changes(region_session) == []


def test_a_town_of_a_municipality_closes_only_itself(region_session: Session) -> None:
    factory.close(region_session, "全域", area="北京市 朝阳区 酒仙桥街道")
    reach = serviceability.between
    assert reach(region_session, DONGGANG, CHAOYANG).verdict is Verdict.PARTIAL
    assert reach(region_session, DONGGANG, CHAOYANG, "酒仙桥街道二街坊").verdict is Verdict.CLOSED
    assert reach(region_session, DONGGANG, CHAOYANG, "望京街道花家地").verdict is Verdict.OPEN


def test_a_closed_prefecture_closes_its_counties(region_session: Session) -> None:
    factory.close(region_session, "全域", area="湖北省 武汉市 市辖区")
    assert restrictions.status(region_session, JIANGAN).verdict is Verdict.CLOSED
    assert serviceability.between(region_session, DONGGANG, JIANGAN, "汉口花园").verdict is Verdict.CLOSED


def test_what_lies_in_a_region_makes_it_partial(region_session: Session) -> None:
    factory.close(region_session, "全域")
    for code in ("420100", "420000"):
        status = restrictions.status(region_session, code)
        assert status.verdict is Verdict.PARTIAL
        assert [(r.region_code, r.communities) for r in status.restrictions] == [(JIANGAN, [])]
    assert restrictions.status(region_session, "430000").verdict is Verdict.OPEN


def test_an_unresolved_entry_refuses_by_name_alone(region_session: Session) -> None:
    summary = factory.close(region_session, "桂溪街道人居东苑", area="四川省 成都市 高新区")
    assert summary.unresolved == 1
    reach = serviceability.between
    assert reach(region_session, DONGGANG, "510107").verdict is Verdict.OPEN
    assert reach(region_session, DONGGANG, "510107", "某某小区").verdict is Verdict.OPEN
    assert reach(region_session, DONGGANG, "510107", "人居东苑").verdict is Verdict.CLOSED
    assert [entry.place for entry in restrictions.unresolved(region_session)] == ["四川省 成都市 高新区"]


def test_a_new_notice_ends_what_it_no_longer_names(region_session: Session) -> None:
    factory.close(region_session, "甲小区", "乙小区", hour="2022-12-01 08时")
    factory.close(region_session, "乙小区", "丙小区", hour="2022-12-03 08时")
    (restriction,) = restrictions.status(region_session, JIANGAN).restrictions
    assert sorted(restriction.communities) == ["丙小区", "乙小区"]
    assert restriction.since == factory.moment("2022-12-01T00")
    periods = {
        row.name: (row.since, row.until)
        for row in region_session.exec(select(ClosedCommunity).execution_options(populate_existing=True))
    }
    first, second = factory.moment("2022-12-01T00"), factory.moment("2022-12-03T00")
    assert periods == {"甲小区": (first, second), "乙小区": (first, None), "丙小区": (second, None)}
    bulletins.import_notice(region_session, factory.notice("2022-12-05 08时"), source="test")
    assert restrictions.status(region_session, JIANGAN).verdict is Verdict.OPEN
    assert len(region_session.exec(select(ClosedCommunity)).all()) == 3
    assert _changes(region_session) == [
        {"bulletin_number": "2022120108", "opened": [], "closed": [JIANGAN]},
        {"bulletin_number": "2022120308", "opened": [JIANGAN], "closed": [JIANGAN]},
        {"bulletin_number": "2022120508", "opened": [JIANGAN], "closed": []},
    ]


def test_a_refusal_names_the_notice_that_closed_this_community(region_session: Session) -> None:
    factory.close(region_session, "甲小区", hour="2022-12-01 08时")
    factory.close(region_session, "甲小区", "乙小区", hour="2022-12-03 08时")
    numbers: dict[str, object] = {}
    for community in ("甲小区", "乙小区"):
        with pytest.raises(CommunityRestricted) as refused:
            serviceability.require(region_session, {DONGGANG}, JIANGAN, community)
        numbers[community] = refused.value.values["bulletin_number"]
    assert numbers == {"甲小区": "2022120108", "乙小区": "2022120308"}


def test_the_same_notice_again_changes_nothing(region_session: Session) -> None:
    factory.close(region_session, "甲小区")
    before = _rows(region_session)
    again = factory.close(region_session, "甲小区")
    assert again.repeated
    assert (again.opened, again.closed) == (0, 0)
    assert _rows(region_session) == before


def test_an_older_notice_does_not_overwrite_the_present(region_session: Session) -> None:
    factory.close(region_session, "甲小区", hour="2022-12-02 08时")
    before = _rows(region_session)
    with pytest.raises(BulletinOutdated) as refused:
        factory.close(region_session, "乙小区", hour="2022-12-01 08时")
    assert refused.value.values == {"newest": "2022120208", "number": "2022120108"}
    assert _rows(region_session) == before
    assert restrictions.status(region_session, JIANGAN).restrictions[0].communities == ["甲小区"]


def test_a_correction_of_the_same_hour_takes_effect(region_session: Session) -> None:
    factory.close(region_session, "甲小区", hour="2022-12-02 08时")
    factory.close(region_session, "乙小区", hour="2022-12-02 08时")
    assert restrictions.status(region_session, JIANGAN).restrictions[0].communities == ["乙小区"]


def test_a_notice_from_the_future_is_refused(region_session: Session) -> None:
    with pytest.raises(BulletinFromFuture):
        factory.close(region_session, "甲小区", hour="2202-12-02 08时")
    assert _rows(region_session) == (0, 0, 0, 0)


def test_a_notice_that_was_cut_off_is_refused_unless_it_was_published_so(region_session: Session) -> None:
    document = factory.notice(high={AREA: ["甲小区"]})
    document["data"]["hcount"] = 2
    with pytest.raises(BulletinIncomplete) as refused:
        bulletins.import_notice(region_session, document, source="test")
    assert refused.value.values == {"level": "high", "stated": 2, "parsed": 1}
    assert _rows(region_session) == (0, 0, 0, 0)
    accepted = bulletins.import_notice(region_session, document, source="test", accept_counts=True)
    assert accepted.counts["high"] == (2, 1)  # type: ignore[index]


def test_without_a_code_table_nothing_is_imported(db: object, worker_database: object) -> None:
    with db.transaction() as session:  # type: ignore[attr-defined]
        session.connection().execute(text("DELETE FROM region"))
        with pytest.raises(RegionsMissing):
            bulletins.import_notice(session, factory.notice(high={AREA: ["甲小区"]}), source="test")
        assert _rows(session) == (0, 0, 0, 0)


@pytest.mark.parametrize("code", ["999999", "42010", "abcdef", "４２０１０２", "", "420102\0"])
def test_codes_that_do_not_exist(region_session: Session, code: str) -> None:
    with pytest.raises(RegionUnknown):
        places.get(region_session, code)
    with pytest.raises(RegionUnknown):
        restrictions.status(region_session, code)
    with pytest.raises(RegionUnknown) as refused:
        serviceability.require(region_session, {DONGGANG}, code)
    assert refused.value.values == {"codes": [code]}


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
    assert places.named(region_session, typed, 5)[0].full_name == first


@pytest.mark.parametrize("typed", ["%", "_", "  ", "'; --", "没有这样的地方"])
def test_typing_nothing_that_is_a_name_finds_nothing(region_session: Session, typed: str) -> None:
    assert places.named(region_session, typed, 5) == []
