"""Asking by day and mode: levels, what would help, history and what is assumed."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import TestClient
from sqlmodel import Session

from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from agrimarket.kernel.ids import new_id
from agrimarket.regions import modes
from agrimarket.regions.errors import DateOutOfRange, DeliveryRestricted, EssentialOnly
from agrimarket.regions.rules import delivery_verdict
from agrimarket.regions.service import bulletins, serviceability
from agrimarket.regions.types.places import PlaceText
from agrimarket.regions.types.restrictions import RestrictionInfo, RiskLevel, Verdict
from agrimarket.regions.types.serviceability import Basis, Level, Mode, Remedy
from tests.factories import regions as factory

JIANGAN, DONGGANG = "420102", "210681"
AREA = "湖北省 武汉市 江岸区"
HOUR = "2022-12-{:02} 08时"


def _middle(session: Session, *communities: str, hour: str = "2022-12-01 08时") -> None:
    bulletins.import_notice(session, factory.notice(hour, middle={AREA: communities}), source="test")


def _asked(session: Session, community: str | None = None) -> dict[Mode, Verdict]:
    return {mode: serviceability.between(session, DONGGANG, JIANGAN, community, mode=mode).verdict for mode in Mode}


def test_where_people_stay_in_goods_come_to_a_contactless_point(region_session: Session) -> None:
    _middle(region_session, "甲小区")
    judged = serviceability.between(region_session, DONGGANG, JIANGAN, "甲小区")
    assert (judged.verdict, judged.level) == (Verdict.CLOSED, Level.ESSENTIAL_ONLY)
    assert [each.kind for each in judged.instead] == [Remedy.MODE, Remedy.COMMUNITY]
    assert judged.instead[0].mode is Mode.CONTACTLESS_POINT
    assert _asked(region_session, "甲小区") == {
        Mode.TRUCK: Verdict.CLOSED,
        Mode.COLD_CHAIN: Verdict.CLOSED,
        Mode.CONTACTLESS_POINT: Verdict.OPEN,
        Mode.PICK_UP: Verdict.CLOSED,
    }
    with pytest.raises(EssentialOnly) as refused:
        serviceability.require(region_session, {DONGGANG}, JIANGAN, "甲小区")
    assert refused.value.values["instead"][0] == {"kind": "mode", "mode": "contactless_point", "date": None}
    serviceability.require(region_session, {DONGGANG}, JIANGAN, "甲小区", mode=Mode.CONTACTLESS_POINT)
    with pytest.raises(DeliveryRestricted) as other:
        serviceability.require(region_session, {DONGGANG}, JIANGAN, "甲小区", offered=[Mode.TRUCK])
    assert [each["kind"] for each in other.value.values["instead"]] == ["community"]


def test_where_people_stay_at_home_no_mode_helps(region_session: Session) -> None:
    factory.close(region_session, "甲小区")
    judged = serviceability.between(region_session, DONGGANG, JIANGAN, "甲小区")
    assert (judged.level, [each.kind for each in judged.instead]) == (Level.CLOSED, [Remedy.COMMUNITY])
    assert set(_asked(region_session, "甲小区").values()) == {Verdict.CLOSED}
    assert set(_asked(region_session).values()) == {Verdict.PARTIAL}
    assert set(_asked(region_session, "乙小区").values()) == {Verdict.OPEN}


def test_nothing_leaves_a_closed_origin_in_any_mode(region_session: Session) -> None:
    _middle(region_session, "全域")
    for mode in Mode:
        judged = serviceability.between(region_session, JIANGAN, DONGGANG, mode=mode)
        assert (judged.verdict, judged.level) == (Verdict.CLOSED, Level.CLOSED)
        assert [each.kind for each in judged.instead] == [Remedy.ORIGIN]
    assert list(serviceability.closed_origins(region_session, {JIANGAN, DONGGANG})) == [JIANGAN]


def test_a_day_that_has_passed_is_answered_as_it_stood_when_it_ended(region_session: Session) -> None:
    factory.close(region_session, "甲小区", hour=HOUR.format(1))
    factory.close(region_session, "乙小区", hour=HOUR.format(3))

    def on(day: int, community: str) -> Verdict:
        found = serviceability.answer(region_session, DONGGANG, JIANGAN, community, day=date(2022, 12, day))
        assert (found.basis, found.day) == (Basis.HISTORY, date(2022, 12, day))
        return found.verdict

    closed, open_ = Verdict.CLOSED, Verdict.OPEN
    assert [on(day, "甲小区") for day in (1, 2, 3, 4)] == [closed, closed, open_, open_]
    assert [on(day, "乙小区") for day in (1, 2, 3, 4)] == [open_, open_, closed, closed]


def test_of_a_day_to_come_it_is_assumed_that_what_is_in_force_stays(region_session: Session) -> None:
    factory.close(region_session, "甲小区")
    today = clock.read(region_session).astimezone(serviceability.PEOPLES_ZONE).date()
    found = serviceability.answer(region_session, DONGGANG, JIANGAN, "甲小区", day=today + timedelta(days=3))
    assert (found.verdict, found.basis) == (Verdict.CLOSED, Basis.ASSUMED)
    assert serviceability.answer(region_session, DONGGANG, JIANGAN, "甲小区", day=today).basis is Basis.IN_FORCE


def test_days_of_which_nothing_is_known_are_refused(region_session: Session) -> None:
    factory.close(region_session, "甲小区", hour=HOUR.format(1))
    today = clock.read(region_session).astimezone(serviceability.PEOPLES_ZONE).date()
    for day in (date(2022, 11, 30), today + serviceability.HORIZON + timedelta(days=1), date.max):
        with pytest.raises(DateOutOfRange) as refused:
            serviceability.answer(region_session, DONGGANG, JIANGAN, day=day)
        assert refused.value.values["earliest"] == date(2022, 12, 1)


def test_asking_over_http(tree_db: Database, client: TestClient[Litestar]) -> None:
    with tree_db.transaction() as session:
        _middle(session, "甲小区")
    pair = {"origin": DONGGANG, "destination": JIANGAN, "community": "甲小区"}

    def ask(**more: str) -> Any:
        return client.get("/v1/serviceability", params={**pair, **more}, headers={"accept-language": "en"})

    now = ask().json()
    assert (now["verdict"], now["level"], now["mode"], now["basis"]) == (
        "closed",
        "essential_only",
        "truck",
        "in_force",
    )
    assert now["blocking"][0]["bulletin_number"] == "2022120108"
    assert now["instead"][0]["text"].startswith("Have it brought to a contactless point")
    assert ask(mode="contactless_point").json()["verdict"] == "open"
    assert ask(date="2022年12月1日").json()["basis"] == "history"
    assert ask(date="2022-11-30").json()["code"] == "serviceability.date_out_of_range"
    assert [ask(date="31 November").status_code, ask(mode="drone").status_code] == [422, 422]


def _entry(
    level: RiskLevel,
    *,
    whole: bool = False,
    resolved: bool = True,
    code: str = JIANGAN,
    touch: Verdict | None = None,
) -> RestrictionInfo:
    since = datetime(2022, 12, 1, tzinfo=UTC)
    return RestrictionInfo(
        level,
        [],
        1,
        since,
        "2022120108",
        new_id(),
        "test",
        code,
        PlaceText("江岸区"),
        whole_area=whole,
        resolved=resolved,
        touch=touch,
    )


RANK = {Verdict.OPEN: 0, Verdict.PARTIAL: 1, Verdict.CLOSED: 2}
LEVELS = list(Level)
touches = st.sampled_from([Verdict.CLOSED, Verdict.PARTIAL])
entries = st.builds(_entry, st.sampled_from(RiskLevel), whole=st.booleans(), resolved=st.booleans(), touch=touches)
origins = st.builds(_entry, st.sampled_from(RiskLevel), whole=st.just(True), code=st.just(DONGGANG))
Facts = tuple[list[RestrictionInfo], list[tuple[RestrictionInfo, bool]], str | None]
facts = st.tuples(
    st.lists(origins, max_size=2),
    st.lists(st.tuples(entries, st.booleans()), max_size=4),
    st.sampled_from([None, "甲小区"]),
)


def _verdicts(found: Facts) -> dict[Mode, Verdict]:
    origin, destination, community = found
    there = [entry for entry, _ in destination]
    touched = [entry for entry, touches in destination if touches and community]
    return {
        mode: delivery_verdict(origin, modes.stopping(there, mode), modes.stopping(touched, mode), community)[0]
        for mode in Mode
    }


@settings(deadline=None)
@given(facts)
def test_a_contactless_point_is_never_worse_than_the_door_and_the_door_never_worse_than_fetching(found: Facts) -> None:
    ranks = {mode: RANK[verdict] for mode, verdict in _verdicts(found).items()}
    assert ranks[Mode.CONTACTLESS_POINT] <= ranks[Mode.TRUCK] == ranks[Mode.COLD_CHAIN] <= ranks[Mode.PICK_UP]


@settings(deadline=None)
@given(facts, entries, st.booleans())
def test_a_further_restriction_never_makes_an_answer_better(found: Facts, more: RestrictionInfo, touches: bool) -> None:
    origin, destination, community = found
    before, after = _verdicts(found), _verdicts((origin, [*destination, (more, touches)], community))
    assert all(RANK[after[mode]] >= RANK[before[mode]] for mode in Mode)
    assert LEVELS.index(modes.level_of(after)) >= LEVELS.index(modes.level_of(before))


@settings(deadline=None)
@given(facts, st.data())
def test_a_stricter_restriction_never_makes_an_answer_better(found: Facts, data: st.DataObject) -> None:
    origin, destination, community = found
    if not destination:
        return
    at = data.draw(st.integers(0, len(destination) - 1))
    strict = [RiskLevel.LOW, RiskLevel.MIDDLE, RiskLevel.HIGH]
    entry, touches = destination[at]
    for level in strict[strict.index(entry.level) :]:
        raised = _entry(level, whole=entry.whole_area, resolved=entry.resolved, touch=entry.touch)
        stricter = [*destination[:at], (raised, touches), *destination[at + 1 :]]
        before, after = _verdicts(found), _verdicts((origin, stricter, community))
        assert all(RANK[after[mode]] >= RANK[before[mode]] for mode in Mode)
        assert LEVELS.index(modes.level_of(after)) >= LEVELS.index(modes.level_of(before))


@settings(deadline=None)
@given(facts)
def test_a_yes_needs_nothing_instead_and_what_is_proposed_is_open(found: Facts) -> None:
    verdicts = _verdicts(found)
    for mode in Mode:
        proposed = modes.instead(verdicts, mode, [], JIANGAN, None)
        assert bool(proposed) == (verdicts[mode] is not Verdict.OPEN)
        assert all(verdicts[each.mode] is Verdict.OPEN for each in proposed if each.mode)


def test_a_day_is_proposed_where_the_end_of_all_that_blocks_is_known() -> None:
    ends = datetime(2022, 12, 5, 16, tzinfo=UTC)
    known, unknown = _entry(RiskLevel.HIGH, whole=True), _entry(RiskLevel.HIGH)
    known = replace(known, until=ends)
    verdicts = dict.fromkeys(Mode, Verdict.CLOSED)
    (other, day) = modes.instead(verdicts, Mode.TRUCK, [known], JIANGAN, None)
    assert (other.kind, day.kind, day.day) == (Remedy.DESTINATION, Remedy.DATE, date(2022, 12, 6))
    kinds = [each.kind for each in modes.instead(verdicts, Mode.TRUCK, [known, unknown], JIANGAN, None)]
    assert Remedy.DATE not in kinds
