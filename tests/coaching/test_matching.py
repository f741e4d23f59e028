"""Matching over HTTP: one coach for each case, with the reason."""

from sqlmodel import select

from agrimarket.coaching.models import CoachingCase
from agrimarket.coaching.service import cases, matching, tasks
from agrimarket.coaching.states import CaseState, Outcome
from agrimarket.kernel.db import Database
from tests.coaching.conftest import Scene
from tests.factories import regions
from tests.factories.accounts import a_person
from tests.factories.coaching import a_case, a_coach
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
