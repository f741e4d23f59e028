"""Failed work: operators see why and since when, try again or give up, and nobody else may."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text

from agrimarket.desks.errors import NotDead
from agrimarket.desks.service import dead_letters
from agrimarket.kernel import deliveries, ids
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Role
from tests.factories.accounts import somebody
from tests.factories.deliveries import a_dead_letter
from tests.support.page import submit
from tests.support.rows import count, later, waits_for_lock
from workers.relay import relay_once

Client = TestClient[Litestar]
HTML = {"accept": "text/html", "accept-language": "en"}


def _dead(db: Database, **more: str) -> UUID:
    with db.transaction() as session:
        return a_dead_letter(session, **more)


def _state(db: Database, delivery: UUID) -> tuple[str, int]:
    with db.reading() as session:
        statement = text("SELECT state, attempts FROM delivery WHERE id = :id")
        return tuple(session.connection().execute(statement, {"id": delivery}).one())


def _path(delivery: UUID) -> str:
    return f"/v1/dead-letters/{ids.encode('dlv', delivery)}"


def test_they_are_listed_with_why_and_since_when(client: Client, db: Database) -> None:
    operator = somebody(db, Role.OPERATOR)
    assert client.get("/v1/dead-letters", headers=operator.headers).json() == {"items": [], "next": None}
    letters = [_dead(db, error=f"TimeoutError: {number}") for number in range(3)]
    first = client.get("/v1/dead-letters", params={"limit": 2}, headers=operator.headers).json()
    second = client.get("/v1/dead-letters", params={"cursor": first["next"]}, headers=operator.headers).json()
    found = first["items"] + second["items"]
    assert {each["id"] for each in found} == {ids.encode("dlv", letter) for letter in letters}
    assert {each["error"] for each in found} == {f"TimeoutError: {number}" for number in range(3)}
    assert {each["attempts"] for each in found} == {deliveries.MAX_ATTEMPTS}
    assert all(each["died_at"] >= each["created_at"] for each in found)
    assert second["next"] is None


def test_one_is_tried_again_with_all_its_attempts(client: Client, db: Database) -> None:
    operator, letter = somebody(db, Role.OPERATOR), _dead(db)
    assert client.post(f"{_path(letter)}/requeue", headers=operator.headers).status_code == 204
    assert _state(db, letter) == ("pending", 0)
    with db.transaction() as session:
        assert letter in [each for each, _ in deliveries.take(session)]
    again = client.post(f"{_path(letter)}/requeue", headers=operator.headers)
    assert (again.status_code, again.json()["code"]) == (409, "dead_letter.not_dead")
    lines = client.get("/v1/audit", params={"subject": ids.encode("dlv", letter)}, headers=operator.headers).json()
    assert [line["action"] for line in lines["items"]] == ["delivery.requeued"]


def test_one_is_given_up_for_a_reason_and_never_runs(client: Client, db: Database) -> None:
    operator, letter = somebody(db, Role.OPERATOR), _dead(db)
    refused = client.post(f"{_path(letter)}/give-up", json={}, headers=operator.headers)
    assert (refused.status_code, _state(db, letter)[0]) == (422, "dead")
    body = {"reason": "paid by hand"}
    assert client.post(f"{_path(letter)}/give-up", json=body, headers=operator.headers).status_code == 204
    with db.transaction() as session:
        assert deliveries.begin(session, letter) is None
        assert deliveries.finish(session, letter) is False
        assert deliveries.backlog(session).dead == 0
    (line,) = client.get("/v1/audit", params={"action": "delivery."}, headers=operator.headers).json()["items"]
    assert (line["action"], line["details"]["reason"]) == ("delivery.abandoned", "paid by hand")
    assert client.post(f"{_path(letter)}/requeue", headers=operator.headers).status_code == 409
    assert _state(db, letter)[0] == "abandoned"


def test_what_was_given_up_is_deleted_with_the_rest(db: Database) -> None:
    letter = _dead(db)
    with db.transaction() as session:
        deliveries.abandon(session, letter)
        assert deliveries.purge(session, days=1) == 0
        assert deliveries.purge(session, days=-1) == 1
    assert count(db, "delivery") == 0


@pytest.mark.parametrize("role", [Role.SELLER, Role.BUYER, Role.COACH, Role.INTEGRATOR])
def test_nobody_else_may(client: Client, db: Database, role: Role) -> None:
    letter, stranger = _dead(db), somebody(db, role)
    for path in (f"{_path(letter)}/requeue", f"{_path(letter)}/give-up"):
        answer = client.post(path, json={"reason": "x"} if path.endswith("up") else None, headers=stranger.headers)
        assert answer.status_code == 403
    assert client.get("/v1/dead-letters", headers=stranger.headers).status_code == 403
    assert (_state(db, letter)[0], count(db, "audit_entry")) == ("dead", 1)


def test_who_comes_second_is_told_so_on_the_page(client: Client, db: Database) -> None:
    operator, letter = somebody(db, Role.OPERATOR), _dead(db)
    client.cookies.set("session", operator.token)
    path = f"/desk/dead-letters/{ids.encode('dlv', letter)}"
    assert "TimeoutError: no answer" in client.get(path, headers=HTML).text
    assert submit(client, f"{path}/requeue").status_code == 303
    answer = submit(client, f"{path}/give-up", reason="too late")
    assert (answer.status_code, "does not wait for you any more" in answer.text) == (409, True)
    assert _state(db, letter)[0] == "pending"


def test_work_that_nobody_handles_any_more_is_dead_again_and_not_tried_for_ever(client: Client, db: Database) -> None:
    operator, letter = somebody(db, Role.OPERATOR), _dead(db, handler="orders.gone")
    assert client.post(f"{_path(letter)}/requeue", headers=operator.headers).status_code == 204
    for attempt in range(1, deliveries.MAX_ATTEMPTS + 1):
        assert relay_once(db) == 1
        assert _state(db, letter) == ("dead" if attempt == deliveries.MAX_ATTEMPTS else "pending", attempt)
        later(db, timedelta(minutes=10))
    assert relay_once(db) == 0
    (listed,) = client.get("/v1/dead-letters", headers=operator.headers).json()["items"]
    assert listed["error"] == "HandlerUnknown: there is no handler of that name"


def test_two_who_decide_at_once_do_it_once(fresh_client: Client, fresh_db: Database) -> None:
    operator, letter = somebody(fresh_db, Role.OPERATOR), _dead(fresh_db)
    acts = [("requeue", None), ("give-up", {"reason": "paid by hand"})] * 3

    def act(which: tuple[str, dict[str, str] | None]) -> int:
        name, body = which
        return fresh_client.post(f"{_path(letter)}/{name}", json=body, headers=operator.headers).status_code

    with ThreadPoolExecutor(6) as pool:
        statuses = sorted(pool.map(act, acts))
    assert statuses == [204, *[409] * 5]
    lines = fresh_client.get("/v1/audit?action=delivery.", headers=operator.headers).json()["items"]
    state = {"delivery.requeued": "pending", "delivery.abandoned": "abandoned"}
    assert [state[line["action"]] for line in lines] == [_state(fresh_db, letter)[0]]


def test_work_that_ends_while_it_is_given_up_has_ended(fresh_db: Database) -> None:
    """A handler that was slower than all its attempts holds the delivery until its effect is there."""
    letter = _dead(fresh_db)
    operator = somebody(fresh_db, Role.OPERATOR).principal

    def give_up() -> None:
        with fresh_db.transaction() as session:
            dead_letters.give_up(session, operator, letter, "too slow")

    with ThreadPoolExecutor(1) as pool:
        with fresh_db.transaction() as session:
            assert deliveries.finish(session, letter)
            given_up = pool.submit(give_up)
            waits_for_lock(fresh_db, given_up)
        with pytest.raises(NotDead):
            given_up.result()
    assert _state(fresh_db, letter)[0] == "handled"
    assert count(fresh_db, "audit_entry") == 1
