"""Tasks over HTTP: one lease for each task, and a fence against late writes (fault row 25)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import select

from agrimarket.coaching.errors import FenceStale, NothingToLease
from agrimarket.coaching.models import Coach, CoachingTask
from agrimarket.coaching.service import tasks
from agrimarket.coaching.states import TaskState
from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from tests.coaching.conftest import Scene
from tests.factories import regions
from tests.factories.accounts import a_person
from tests.factories.coaching import a_case, a_coach
from workers.inline import drain


def test_a_second_coach_is_refused_and_nothing_changes(scene: Scene) -> None:
    task = scene.lease()
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
        task = scene.lease()
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
    """Invariant 7."""
    task = scene.lease()
    with scene.db.transaction() as session:
        clock.advance(session, timedelta(minutes=16))
    stale = {"fence": task["fence"], "result": "too late"}
    assert scene.post(scene.coach, f"/tasks/{task['id']}/complete", stale).json()["code"] == "coaching.fence_stale"
    with scene.db.transaction() as session:
        assert tasks.sweep_leases(session) == 1
        assert tasks.sweep_leases(session) == 0
    again = scene.lease()
    assert (again["id"], again["fence"]) == (task["id"], task["fence"] + 1)
    assert scene.post(scene.coach, f"/tasks/{task['id']}/complete", stale).status_code == 409
    fresh = {"fence": again["fence"], "result": "in time"}
    assert scene.post(scene.coach, f"/tasks/{task['id']}/complete", fresh).status_code == 200


def test_fifty_at_once_lease_each_task_once(fresh_db: Database) -> None:
    with fresh_db.transaction() as session:
        regions.load_tree(session)
        coach = a_coach(session, capacity=10)
        for _ in range(2):
            a_case(session, a_person(session).person_id)
    drain(fresh_db)

    def claim(_: int) -> str | None:
        try:
            with fresh_db.transaction() as session:
                return str(tasks.lease(session, coach.principal).id)
        except NothingToLease:
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
                        held = tasks.lease(session, coach) if ready else None
                    case "heartbeat" if held:
                        tasks.heartbeat(session, coach, held.id, held.fence)
                    case "release" if held:
                        tasks.release(session, coach, held.id, held.fence)
                        held = None
                    case "complete" if held:
                        tasks.complete(session, coach, held.id, held.fence, "done")
                        held = None
                    case "lapse":
                        clock.advance(session, timedelta(minutes=20))
                        tasks.sweep_leases(session)
                        held = None
                    case "stale" if held:
                        with pytest.raises(FenceStale):
                            tasks.complete(session, coach, held.id, held.fence - 1, "stale")
                    case _:
                        pass
                leased = "SELECT count(*) FROM coaching_task WHERE lease_until IS NOT NULL"
                counted = "SELECT held_tasks FROM coach"
                connection_ = session.connection()
                assert connection_.execute(text(leased)).scalar_one() == connection_.execute(text(counted)).scalar_one()
        outer.rollback()
