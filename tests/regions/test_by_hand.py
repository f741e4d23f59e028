"""Restrictions by hand: in force like a notice's, taken away by no notice, ended by hand or at their end."""

from datetime import timedelta
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import Forbidden
from agrimarket.kernel.principal import Role
from agrimarket.regions.errors import HandEnded, HandTimes, RegionAmbiguous
from agrimarket.regions.service import bulletins, by_hand, places, restrictions, serviceability
from agrimarket.regions.types.by_hand import ByHand, RestrictedByHand
from agrimarket.regions.types.restrictions import RiskLevel, Verdict
from tests.factories import regions as factory
from tests.factories.accounts import Somebody, a_person
from workers.inline import drain

Client = TestClient[Litestar]
JIANGAN, DONGGANG = "420102", "210681"
HOUR = timedelta(hours=1)


@pytest.fixture
def operator(tree_db: Database) -> Somebody:
    with tree_db.transaction() as session:
        return a_person(session, Role.OPERATOR, name="林值班")


def _restrict(session: Session, who: Somebody, *communities: str, **more: Any) -> ByHand:
    asked = RestrictedByHand(JIANGAN, RiskLevel.HIGH, communities, "指挥部通知", "电话核实", **more)
    return by_hand.restrict(session, who.principal, asked)


def test_it_closes_like_a_notice_and_no_notice_takes_it_away(region_session: Session, operator: Somebody) -> None:
    _restrict(region_session, operator)
    assert restrictions.status(region_session, JIANGAN).verdict is Verdict.CLOSED
    factory.close(region_session, "甲小区", area="湖北省 武汉市 江汉区")
    status = restrictions.status(region_session, JIANGAN)
    assert (status.verdict, status.bulletin_number) == (Verdict.CLOSED, "2022120108")
    assert status.restrictions[0].source == "指挥部通知"
    assert serviceability.between(region_session, DONGGANG, JIANGAN, "任何小区").verdict is Verdict.CLOSED


def test_communities_by_hand_are_refused_by_name_alone(region_session: Session, operator: Somebody) -> None:
    _restrict(region_session, operator, "百步亭花园社区")
    assert serviceability.between(region_session, DONGGANG, JIANGAN, "百步亭花园社区").verdict is Verdict.CLOSED
    assert serviceability.between(region_session, DONGGANG, JIANGAN, "汉口花园").verdict is Verdict.OPEN


def test_it_is_ended_by_hand_and_stays_in_the_history(fresh_db: Database) -> None:
    with fresh_db.transaction() as session:
        who = a_person(session, Role.OPERATOR)
        made = _restrict(session, who)
        other = _restrict(session, who, "甲小区")
    with fresh_db.transaction() as session:
        clock.advance(session, HOUR)
    with fresh_db.transaction() as session:
        ended = by_hand.end(session, who.principal, made.id, "解封了")
        assert (ended.in_force, ended.ended_why) == (False, "解封了")
        assert restrictions.status(session, JIANGAN).verdict is Verdict.PARTIAL
        with pytest.raises(HandEnded):
            by_hand.end(session, who.principal, made.id, "again")
        assert [each.in_force for each in by_hand.listed(session, who.principal)] == [True, False]
        assert [each.id for each in by_hand.listed(session, who.principal, limit=1)] == [other.id]
        assert by_hand.waiting(session).count == 1
        with pytest.raises(DBAPIError), session.begin_nested():
            session.connection().execute(text("DELETE FROM hand_restriction"))


def test_it_ends_by_itself(fresh_db: Database) -> None:
    with fresh_db.transaction() as session:
        who = a_person(session, Role.OPERATOR)
        made = _restrict(session, who, ends=clock.read(session) + HOUR)
        assert made.in_force
    with fresh_db.transaction() as session:
        clock.advance(session, 2 * HOUR)
    with fresh_db.transaction() as session:
        bulletins.end_expired(session)
        assert restrictions.status(session, JIANGAN).verdict is Verdict.OPEN
        assert not by_hand.read(session, who.principal, made.id).in_force


def test_times_that_cannot_be(region_session: Session, operator: Somebody) -> None:
    now = clock.read(region_session)
    for times in ({"begins": now + HOUR}, {"ends": now}, {"begins": now - 2 * HOUR, "ends": now - HOUR}):
        with pytest.raises(HandTimes):
            _restrict(region_session, operator, **times)
    assert _restrict(region_session, operator, begins=now - HOUR).begins == now - HOUR


def test_only_operators_restrict(region_session: Session, operator: Somebody) -> None:
    made, somebody = _restrict(region_session, operator), a_person(region_session)
    with pytest.raises(Forbidden):
        _restrict(region_session, somebody)
    with pytest.raises(Forbidden):
        by_hand.end(region_session, somebody.principal, made.id, "x")
    with pytest.raises(Forbidden):
        by_hand.listed(region_session, somebody.principal)


def test_what_was_typed_means_one_region_or_is_asked_again(region_session: Session) -> None:
    assert places.pointed(region_session, "420102", "/region").name == "江岸区"
    assert places.pointed(region_session, " 武汉 江岸区 ", "/region").code == JIANGAN
    for typed in ("999999", "朝阳区", "没有这个地方", ""):
        with pytest.raises(RegionAmbiguous) as refused:
            places.pointed(region_session, typed, "/region")
        assert refused.value.pointer == "/region"


def test_programs_restrict_and_end_and_it_is_audited(client: Client, tree_db: Database, operator: Somebody) -> None:
    body = {"region_code": JIANGAN, "level": "high", "communities": ["甲小区"], "source": "通知", "reason": "核实"}
    assert client.post("/v1/restrictions/by-hand", json=body).status_code == 401
    made = client.post("/v1/restrictions/by-hand", json=body, headers=operator.headers).json()
    assert made["in_force"] is True
    page = client.get(f"/regions/{JIANGAN}", headers={"Accept": "text/html", "Accept-Language": "en"}).text
    assert "entered by the desk; source: 通知" in page
    with tree_db.transaction() as session:
        clock.advance(session, HOUR)
    path = f"/v1/restrictions/by-hand/{made['id']}/end"
    assert client.post(path, json={"reason": "解封"}, headers=operator.headers).json()["in_force"] is False
    items = client.get("/v1/restrictions/by-hand", headers=operator.headers).json()["items"]
    assert [each["ended_why"] for each in items] == ["解封"]
    drain(tree_db)
    with tree_db.reading() as session:
        noted = session.connection().execute(
            text("SELECT action, person_id FROM audit_entry WHERE subject = :id"), made
        )
        assert sorted(tuple(row) for row in noted) == [
            ("restriction.ended", operator.person_id),
            ("restriction.made", operator.person_id),
        ]
