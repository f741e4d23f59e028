"""Matching over HTTP: one coach for each case, with the reason."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from agrimarket.coaching.models import Assignment, CoachingCase
from agrimarket.coaching.service import cases, matching, tasks
from agrimarket.coaching.states import CaseState, Outcome
from agrimarket.kernel.db import Database
from agrimarket.kernel.ids import encode
from agrimarket.kernel.principal import Role
from tests.coaching.conftest import Scene
from tests.factories import regions
from tests.factories.accounts import a_person
from tests.factories.coaching import a_case, a_coach
from tests.support.browser import Browser
from workers.inline import drain


def test_the_best_coach_gets_the_case_with_a_reason(scene: Scene) -> None:
    case = scene.get(scene.coach, f"/cases/{scene.case_id}").json()
    assert case["state"] == "matched"
    assert case["why"]["runners_up"] == [{"name": "陈老师", "short_by": 34}]
    assert "points" in case["why"]["sentence"]
    assert [task["state"] for task in case["tasks"]] == ["ready", "created", "created", "created"]
    assert scene.get(scene.farmer, f"/cases/{scene.case_id}").status_code == 200
    assert scene.get(scene.other, f"/cases/{scene.case_id}").status_code == 404


def test_without_a_free_coach_a_case_waits_and_is_matched_when_one_frees(db: Database) -> None:
    with db.transaction() as session:
        regions.load_tree(session)
        coach = a_coach(session, capacity=1)
        waiting = [a_case(session, a_person(session).person_id).id for _ in range(2)]
    drain(db)
    with db.transaction() as session:
        states = {case.id: case.state for case in session.exec(select(CoachingCase))}
        assert sorted(states.values()) == [CaseState.MATCHED, CaseState.WAITLISTED]
        matched = next(case for case in waiting if states[case] == CaseState.MATCHED)
        tasks.lease(session, coach.principal)
        cases.close(session, coach.principal, matched, Outcome.LOST, "rotten")
        assert matching.match_waiting(session) == 1
        assert matching.match_waiting(session) == 0


def test_matches_at_once_give_a_case_one_coach_and_a_coach_no_more_than_they_can_take(fresh_db: Database) -> None:
    """Invariant 6."""
    with fresh_db.transaction() as session:
        regions.load_tree(session)
        coaches = [a_coach(session, capacity=2).person_id for _ in range(2)]
        cases_ = [a_case(session, a_person(session).person_id).id for _ in range(6)]
    start = Barrier(12)

    def match(turn: int) -> bool:
        start.wait(30)
        with fresh_db.transaction() as session:
            return matching.match(session, cases_[turn % 6]) is not None

    with ThreadPoolExecutor(12) as pool:
        assert sum(pool.map(match, range(12))) == 4
    with fresh_db.transaction() as session:
        given = session.exec(select(Assignment.case_id, Assignment.coach_id)).all()
        assert len({case_id for case_id, _ in given}) == len(given) == 4
        assert Counter(coach_id for _, coach_id in given) == dict.fromkeys(coaches, 2)
        with pytest.raises(IntegrityError, match="uq_assignment_active_case"), session.begin_nested():
            session.add(Assignment(case_id=given[0][0], coach_id=coaches[0]))
            session.flush()
        with pytest.raises(IntegrityError, match="open_cases_within_capacity"), session.begin_nested():
            session.connection().execute(text("UPDATE coach SET open_cases = capacity + 1"))


def test_an_operator_gives_a_waiting_case_to_a_coach_at_the_desk(client: TestClient[Litestar], db: Database) -> None:
    with db.transaction() as session:
        regions.load_tree(session)
        operator, coach = a_person(session, Role.OPERATOR), a_coach(session, name="林老师")
        a_coach(session, name="陈老师", capacity=0)
        case_id = a_case(session, a_person(session).person_id).id
    desk = Browser(client, session=operator.token)
    desk.get("/desk")
    assert 'href="/desk/cases"' in desk.page
    desk.get("/desk/cases")
    assert "林老师 fits with" in desk.words
    assert "陈老师" not in desk.words, "who has no room is not offered"
    path = f"/desk/cases/{encode('cas', case_id)}"
    desk.post(f"{path}/assign", reason="knows the village")
    assert (desk.status, "knows the village" in desk.words) == (422, True), "no coach was chosen"
    desk.post(f"{path}/assign", coach_id=encode("per", coach.person_id), reason="knows the village")
    assert (desk.status, desk.path) == (200, "/desk/cases")
    assert "Every case has a coach" in desk.words
    assert "does not wait for a coach any more" in desk.get(path)
    desk.post(f"{path}/assign", from_page=False, coach_id=encode("per", coach.person_id), reason="again")
    assert desk.status in (409, 422)
    with db.reading() as session:
        assert len(session.exec(select(Assignment)).all()) == 1
    desk.become(coach.token)
    assert desk.client.get(path, headers=desk.headers).status_code == 403
