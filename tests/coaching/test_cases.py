"""Cases over HTTP: handed back, and counted for operators."""

from agrimarket.kernel.principal import Role
from tests.coaching.conftest import Scene
from tests.factories.accounts import a_person
from workers.inline import drain


def test_a_declined_case_goes_to_the_next_best_and_keeps_its_age(scene: Scene) -> None:
    before = scene.get(scene.coach, f"/cases/{scene.case_id}").json()
    declined = scene.post(scene.coach, f"/cases/{scene.case_id}/decline", {"reason": "on leave"})
    assert (declined.status_code, declined.json()["state"]) == (200, "waitlisted")
    drain(scene.db)
    after = scene.get(scene.other, f"/cases/{scene.case_id}").json()
    assert (after["state"], after["due_at"]) == ("matched", before["due_at"])
    assert scene.get(scene.coach, f"/cases/{scene.case_id}").status_code == 404


def test_only_operators_see_the_board_and_make_coaches(scene: Scene) -> None:
    with scene.db.transaction() as session:
        operator = a_person(session, Role.OPERATOR)
    assert scene.get(scene.coach, "/board").status_code == 403
    board = scene.get(operator, "/board").json()
    assert (board["waiting"], board["open"], board["free_slots"]) == (0, 1, 9)


def test_a_case_on_hold_is_open_on_the_board_and_can_be_closed(scene: Scene) -> None:
    with scene.db.transaction() as session:
        operator = a_person(session, Role.OPERATOR)
    path = f"/cases/{scene.case_id}"
    scene.lease()
    paused = scene.post(scene.coach, f"{path}/hold", {"reason": "The grower is in hospital."})
    assert (paused.status_code, paused.json()["state"]) == (200, "on_hold")
    assert scene.get(operator, "/board").json()["open"] == 1
    closed = scene.post(scene.coach, f"{path}/close", {"outcome": "withdrawn", "note": "Gave the farm up."})
    assert (closed.status_code, closed.json()["state"]) == (200, "closed")
    assert {task["state"] for task in scene.get(operator, path).json()["tasks"]} == {"skipped"}
    board = scene.get(operator, "/board").json()
    assert (board["open"], board["closed"], board["free_slots"]) == (0, 1, 10)
