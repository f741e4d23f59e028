"""Names that no region was found for: an operator's answer holds for what comes and for what was."""

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlmodel import Session, select

from agrimarket.accounts.service import audit
from agrimarket.kernel.db import Database
from agrimarket.kernel.keeping import Kept
from agrimarket.kernel.outbox import OutboxMessage
from agrimarket.regions.errors import NameUnknown, RegionUnknown
from agrimarket.regions.service import bulletins, overview, restrictions, serviceability, unresolved
from agrimarket.regions.service.overview import Asked
from agrimarket.regions.types.restrictions import Verdict
from tests.factories import regions as factory
from tests.regions.test_bulletins import operator_headers  # noqa: F401  # pyright: ignore[reportUnusedImport]  # a fixture
from workers.inline import drain

NAMES, WUHOU = "四川省 成都市 武候区", "510107"


def _entries(session: Session) -> list[tuple[str, bool]]:
    return [(e.region_code, e.resolved) for e in restrictions.status(session, WUHOU).restrictions]


def test_an_answer_holds_for_what_was_imported_and_for_what_comes(region_session: Session) -> None:
    factory.close(region_session, "旧小区", area=NAMES, hour="2022-11-30 08时")
    bulletins.import_notice(
        region_session,
        factory.notice("2022-12-01 08时", high={NAMES: ["甲小区"], "湖北省 武汉市 江岸区": ["乙小区"]}),
        source="test",
    )
    assert [(name.stated, name.entries, name.in_force) for name in unresolved.names(region_session)] == [(NAMES, 1, 1)]
    assert _entries(region_session) == [("510100", False)]
    assert unresolved.answer(region_session, "四川省 成都市 武 候 區", WUHOU, by=None) == 1
    assert _entries(region_session) == [(WUHOU, True)]
    assert restrictions.unresolved(region_session) == []
    assert unresolved.names(region_session) == []
    later = factory.close(region_session, "甲小区", "丙小区", area=NAMES, hour="2022-12-02 08时")
    assert later.unresolved == 0
    (entry,) = restrictions.status(region_session, WUHOU).restrictions
    assert sorted(entry.communities) == ["丙小区", "甲小区"]
    assert entry.since == factory.moment("2022-11-30T00")


def test_an_answer_tells_those_who_deliver(region_session: Session) -> None:
    factory.close(region_session, "甲小区", area=NAMES)
    unresolved.answer(region_session, NAMES, WUHOU, by=None)
    rows = region_session.exec(select(OutboxMessage).order_by(OutboxMessage.id))  # type: ignore[arg-type]
    assert [row.payload for row in rows if row.topic == "regions.restrictions_changed"][-1] == {
        "bulletin_number": "2022120108",
        "opened": ["510100"],
        "closed": [WUHOU],
    }


def test_an_answer_can_be_given_again(region_session: Session) -> None:
    factory.close(region_session, area=NAMES)
    unresolved.answer(region_session, NAMES, "510104", by=None)
    assert restrictions.status(region_session, "510104").verdict is Verdict.CLOSED
    assert unresolved.answer(region_session, NAMES, WUHOU, by=None) == 1
    assert unresolved.answer(region_session, NAMES, WUHOU, by=None) == 0
    assert restrictions.status(region_session, "510104").verdict is Verdict.OPEN
    assert restrictions.status(region_session, WUHOU).verdict is Verdict.CLOSED


def test_an_answer_needs_names_that_came_and_a_region_that_exists(region_session: Session) -> None:
    factory.close(region_session, "甲小区", area=NAMES)
    with pytest.raises(RegionUnknown):
        unresolved.answer(region_session, NAMES, "999999", by=None)
    with pytest.raises(NameUnknown):
        unresolved.answer(region_session, "四川省 成都市 从未提到", WUHOU, by=None)


def test_an_operator_answers(client: TestClient[Litestar], tree_db: Database, operator_headers: dict[str, str]) -> None:  # noqa: F811
    with tree_db.transaction() as session:
        factory.close(session, "甲小区", area=NAMES)
    said = {"stated": NAMES, "region_code": WUHOU}
    assert client.post("/v1/restrictions/unresolved/answers", json=said).status_code == 401
    made = client.post("/v1/restrictions/unresolved/answers", json=said, headers=operator_headers)
    assert (made.status_code, made.json()) == (201, {**said, "entries": 1})
    unknown = client.post(
        "/v1/restrictions/unresolved/answers", json=said | {"stated": "从未"}, headers=operator_headers
    )
    assert (unknown.status_code, unknown.json()["code"]) == (404, "name.unknown")
    drain(tree_db)
    with tree_db.reading() as session:
        (line,) = [line for line in audit.entries(session) if line.action == "name.answered"]
        assert line.details == {"stated": NAMES, "region": WUHOU, "entries": 1}
        assert line.person_id is not None


def test_a_zone_is_a_place_under_its_city(region_session: Session) -> None:
    summary = factory.close(region_session, "某某苑", area="四川省 成都市 高新区")
    assert summary.unresolved == 0
    (entry,) = restrictions.status(region_session, WUHOU).restrictions
    assert (entry.region_code, entry.zone, entry.whole_area) == ("510100", "成都高新区", False)
    factory.close(region_session, area="四川省 成都市 成都高新技术产业开发区", hour="2022-12-02 08时")
    (entry,) = restrictions.status(region_session, WUHOU).restrictions
    assert (entry.zone, entry.whole_area, entry.communities) == ("成都高新区", False, ["成都高新技术产业开发区"])


def test_communities_of_the_corps_go_to_their_divisions(region_session: Session) -> None:
    corps = "新疆生产建设兵团 新疆生产建设兵团 新疆生产建设兵团"
    summary = factory.close(
        region_session, "第八师石河子市26社区", "第六师芳草湖农场", "134团5小区", "某小区", area=corps
    )
    assert (summary.entries, summary.unresolved) == (1, 1)
    found = {e.zone: sorted(e.communities) for e in restrictions.status(region_session, "650000").restrictions}
    assert found == {
        "新疆生产建设兵团第八师石河子市": ["134团5小区", "第八师石河子市26社区"],
        "新疆生产建设兵团第六师五家渠市": ["第六师芳草湖农场"],
        "": ["某小区"],
    }


def test_a_zone_whose_counties_are_known_touches_only_these(region_session: Session) -> None:
    factory.close(region_session, "沣东新城某小区", area="陕西省 西安市 西咸新区")
    inside, beyond, outside = "610112", "610402", "610113"
    for code, verdict in ((inside, Verdict.PARTIAL), (beyond, Verdict.PARTIAL), (outside, Verdict.OPEN)):
        assert restrictions.status(region_session, code).verdict is verdict
        assert serviceability.between(region_session, "210681", code).verdict is verdict
        assert overview.of(region_session, Kept(), Asked(code)).verdict is verdict
    for city, verdict in (("610100", Verdict.PARTIAL), ("610400", Verdict.PARTIAL), ("610300", Verdict.OPEN)):
        assert restrictions.status(region_session, city).verdict is verdict
        assert overview.of(region_session, Kept(), Asked(city)).verdict is verdict
    factory.close(region_session, "某小区", area="陕西省 西安市 高新区", hour="2022-12-02 08时")
    assert restrictions.status(region_session, outside).verdict is Verdict.PARTIAL
