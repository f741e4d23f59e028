"""Cases and tasks over HTTP: one coach a case, one lease a task, and a fence against sleepers (fault row 25)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text
from sqlmodel import select

from agrimarket.coaching import service as coaching
from agrimarket.coaching.errors import FenceStale, NothingToClaim
from agrimarket.coaching.models import Coach, CoachingCase, CoachingTask
from agrimarket.coaching.states import CaseState, Outcome, TaskState
from agrimarket.kernel import clock, ids
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Role
from tests.factories import regions
from tests.factories.accounts import Somebody, a_person
from tests.factories.coaching import a_case, a_coach
from workers.inline import drain


class Scene:
    """A farmer's case, its coach, and another coach who does not fit as well."""

    def __init__(self, db: Database, client: TestClient[Litestar]) -> None:
        self.db, self.client = db, client
        with db.transaction() as session:
            regions.load_tree(session)
            self.coach = a_coach(session, name="林老师")
            self.other = a_coach(session, name="陈老师", skills={"packaging": 1})
            self.farmer = a_person(session)
            self.case_id = ids.encode("cas", a_case(session, self.farmer.person_id).id)
        drain(db)

    def post(self, who: Somebody, path: str, body: Any = None) -> Any:
        return self.client.post(f"/v1/coaching{path}", json=body, headers=who.headers)

    def get(self, who: Somebody, path: str) -> Any:
        return self.client.get(f"/v1/coaching{path}", headers=who.headers)

    def claim(self) -> dict[str, Any]:
        answer = self.post(self.coach, "/tasks/claim")
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def scene(db: Database, client: TestClient[Litestar]) -> Iterator[Scene]:
    yield Scene(db, client)


def test_the_best_coach_gets_the_case_with_a_reason(scene: Scene) -> None:
    case = scene.get(scene.coach, f"/cases/{scene.case_id}").json()
    assert case["state"] == "matched"
    assert case["why"]["runners_up"] == [{"name": "陈老师", "short_by": 34}]
    assert "points" in case["why"]["sentence"]
    assert [task["state"] for task in case["tasks"]] == ["ready", "created", "created", "created"]
    assert scene.get(scene.farmer, f"/cases/{scene.case_id}").status_code == 200
    assert scene.get(scene.other, f"/cases/{scene.case_id}").status_code == 404


def test_a_second_coach_is_refused_and_nothing_changes(scene: Scene) -> None:
    task = scene.claim()
    before = scene.get(scene.coach, f"/cases/{scene.case_id}").json()
    refused = scene.post(scene.other, f"/tasks/{task['id']}/claim")
    assert (refused.status_code, refused.json()["code"]) == (409, "coaching.task_held")
    for act in ("heartbeat", "release", "complete"):
        body = {"fence": task["fence"], **({"result": "x"} if act == "complete" else {})}
        assert scene.post(scene.other, f"/tasks/{task['id']}/{act}", body).status_code == 409
    assert scene.get(scene.coach, f"/cases/{scene.case_id}").json() == before


def test_the_plan_is_worked_through_in_order(scene: Scene) -> None:
    kinds = []
    for _ in range(4):
        task = scene.claim()
        kinds.append(task["kind"])
        assert scene.post(scene.coach, f"/tasks/{task['id']}/heartbeat", {"fence": task["fence"]}).status_code == 200
        body = {"fence": task["fence"], "result": "agreed"}
        done = scene.post(scene.coach, f"/tasks/{task['id']}/complete", body)
        assert (done.status_code, done.json()["state"]) == (200, "completed")
    assert kinds == ["first_contact", "pack_for_the_road", "publish_listing", "follow_first_orders"]
    assert scene.post(scene.coach, "/tasks/claim").json()["code"] == "coaching.nothing_to_claim"
    with scene.db.transaction() as session:
        coach = session.exec(select(Coach).where(Coach.person_id == scene.coach.person_id)).one()
        assert (coach.open_cases, coach.held_tasks) == (1, 0)


def test_who_sleeps_past_the_lease_writes_nothing(scene: Scene) -> None:
    task = scene.claim()
    with scene.db.transaction() as session:
        clock.advance(session, timedelta(minutes=16))
    stale = {"fence": task["fence"], "result": "too late"}
    assert scene.post(scene.coach, f"/tasks/{task['id']}/complete", stale).json()["code"] == "coaching.fence_stale"
    with scene.db.transaction() as session:
        assert coaching.sweep_leases(session) == 1
        assert coaching.sweep_leases(session) == 0
    again = scene.claim()
    assert (again["id"], again["fence"]) == (task["id"], task["fence"] + 1)
    assert scene.post(scene.coach, f"/tasks/{task['id']}/complete", stale).status_code == 409
    fresh = {"fence": again["fence"], "result": "in time"}
    assert scene.post(scene.coach, f"/tasks/{task['id']}/complete", fresh).status_code == 200


def test_a_declined_case_goes_to_the_next_best_and_keeps_its_age(scene: Scene) -> None:
    before = scene.get(scene.coach, f"/cases/{scene.case_id}").json()
    declined = scene.post(scene.coach, f"/cases/{scene.case_id}/decline", {"reason": "on leave"})
    assert (declined.status_code, declined.json()["state"]) == (200, "waitlisted")
    drain(scene.db)
    after = scene.get(scene.other, f"/cases/{scene.case_id}").json()
    assert (after["state"], after["due_at"]) == ("matched", before["due_at"])
    assert scene.get(scene.coach, f"/cases/{scene.case_id}").status_code == 404


def test_without_a_free_coach_a_case_waits_and_is_matched_when_one_frees(db: Database) -> None:
    with db.transaction() as session:
        regions.load_tree(session)
        coach = a_coach(session, capacity=1)
        cases = [a_case(session, a_person(session).person_id).id for _ in range(2)]
    drain(db)
    with db.transaction() as session:
        states = {case.id: case.state for case in session.exec(select(CoachingCase))}
        assert sorted(states.values()) == [CaseState.MATCHED, CaseState.WAITLISTED]
        matched = next(case for case in cases if states[case] == CaseState.MATCHED)
        coaching.claim_task(session, coach.principal)
        coaching.close_case(session, coach.principal, matched, Outcome.LOST, "rotten")
        assert coaching.match_waiting(session) == 1
        assert coaching.match_waiting(session) == 0


def test_only_operators_see_the_board_and_make_coaches(scene: Scene) -> None:
    with scene.db.transaction() as session:
        operator = a_person(session, Role.OPERATOR)
    assert scene.get(scene.coach, "/board").status_code == 403
    board = scene.get(operator, "/board").json()
    assert (board["waiting"], board["open"], board["free_slots"]) == (0, 1, 9)


def test_a_coach_that_is_nobody_or_nowhere_is_refused(scene: Scene) -> None:
    with scene.db.transaction() as session:
        operator = a_person(session, Role.OPERATOR)
    body = {
        "person_id": ids.encode("per", scene.farmer.person_id),
        "display_name": "黄老师",
        "skills": {"pricing": 2},
        "languages": ["zh-Hans"],
        "region_code": "210681",
    }
    assert scene.post(operator, "/coaches", body | {"person_id": ids.encode("per", ids.new_id())}).status_code == 404
    assert scene.post(operator, "/coaches", body | {"region_code": "999999"}).status_code in {404, 422}
    for capacity in (2, 3):
        assert scene.post(operator, "/coaches", body | {"capacity": capacity}).status_code == 204
    with scene.db.transaction() as session:
        assert session.exec(select(Coach.capacity).where(Coach.person_id == scene.farmer.person_id)).one() == 3


def test_fifty_claims_at_once_lease_each_task_once(fresh_db: Database) -> None:
    with fresh_db.transaction() as session:
        regions.load_tree(session)
        coach = a_coach(session, capacity=10)
        for _ in range(2):
            a_case(session, a_person(session).person_id)
    drain(fresh_db)

    def claim(_: int) -> str | None:
        try:
            with fresh_db.transaction() as session:
                return str(coaching.claim_task(session, coach.principal).id)
        except NothingToClaim:
            return None

    with ThreadPoolExecutor(25) as pool:
        claimed = [found for found in pool.map(claim, range(50)) if found]
    assert len(claimed) == len(set(claimed)) == 2
    with fresh_db.transaction() as session:
        assert session.exec(select(Coach.held_tasks)).one() == 2


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["claim", "heartbeat", "release", "complete", "lapse", "stale"]), max_size=12))
def test_whatever_is_done_in_whatever_order_counts_stay_right(worker_database: Database, acts: list[str]) -> None:
    with worker_database.engine.connect() as connection:
        outer = connection.begin()
        db = Database.within(connection)
        with db.transaction() as session:
            regions.load_tree(session)
            coach = a_coach(session).principal
            a_case(session, a_person(session).person_id)
        drain(db)
        held: CoachingTask | None = None
        for act in acts:
            with db.transaction() as session:
                match act:
                    case "claim" if held is None:
                        ready = session.exec(select(CoachingTask).where(CoachingTask.state == TaskState.READY)).first()
                        held = coaching.claim_task(session, coach) if ready else None
                    case "heartbeat" if held:
                        coaching.heartbeat(session, coach, held.id, held.fence)
                    case "release" if held:
                        coaching.release_task(session, coach, held.id, held.fence)
                        held = None
                    case "complete" if held:
                        coaching.complete_task(session, coach, held.id, held.fence, "done")
                        held = None
                    case "lapse":
                        clock.advance(session, timedelta(minutes=20))
                        coaching.sweep_leases(session)
                        held = None
                    case "stale" if held:
                        with pytest.raises(FenceStale):
                            coaching.complete_task(session, coach, held.id, held.fence - 1, "stale")
                    case _:
                        pass
                leased = "SELECT count(*) FROM coaching_task WHERE lease_until IS NOT NULL"
                counted = "SELECT held_tasks FROM coach"
                connection_ = session.connection()
                assert connection_.execute(text(leased)).scalar_one() == connection_.execute(text(counted)).scalar_one()
        outer.rollback()
