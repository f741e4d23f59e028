"""Staff leave at once and come back with new secrets; the last operator stays; the command line does the same."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text

from agrimarket.accounts.errors import LastOperator
from agrimarket.accounts.service import api_keys, audit, staff
from agrimarket.coaching.service import matching, tasks
from agrimarket.kernel import ids
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import Unauthenticated
from agrimarket.kernel.principal import Role, Scope
from agrimarket.onboarding.service import triage
from tests.factories import onboarding as make
from tests.factories.accounts import Somebody, a_person, somebody
from tests.factories.coaching import a_case, a_coach
from tests.factories.staff import accept, link_of
from tests.support.page import submit
from tests.support.rows import count, values, waits_for_lock
from workers.inline import drain

Client = TestClient[Litestar]


def _wire(person_id: UUID) -> str:
    return ids.encode("per", person_id)


def _roles(db: Database, person_id: UUID) -> set[str]:
    with db.reading() as session:
        statement = text("SELECT role FROM person_role WHERE person_id = :id")
        return set(session.connection().execute(statement, {"id": person_id}).scalars())


def _sign_in(client: Client, email: str, password: str, totp: str) -> int:
    body = {"email": email, "password": password, "totp": totp}
    return client.post("/v1/auth/sessions", json=body).status_code


def test_who_is_disabled_is_out_at_once_and_a_reset_lets_them_in(client: Client, db: Database) -> None:
    operator = somebody(db, Role.OPERATOR)
    body = {"email": "chen@example.org", "display_name": "Chen", "language": "en", "roles": ["operator"]}
    made = client.post("/v1/staff", json=body, headers=operator.headers).json()
    person_id = ids.parse("per", made["person_id"])
    old = accept(client, db, link_of(db, person_id), "an old long password")
    theirs = {"authorization": f"Bearer {client.cookies['session']}"}
    key = client.post("/v1/api-keys", json={"name": "k", "scopes": ["audit:read"]}, headers=theirs).json()["key"]
    path = f"/v1/staff/{made['person_id']}"
    answer = client.post(f"{path}/disable", json={"reason": "left"}, headers=operator.headers)
    assert (answer.status_code, answer.json()["roles"]) == (200, [])
    assert answer.json()["disabled_at"] is not None
    for token in (theirs, {"authorization": f"Bearer {key}"}):
        assert client.get("/v1/me", headers=token).status_code == 401
    assert _sign_in(client, body["email"], "an old long password", old.at(time.time() + 30)) == 401
    assert client.post(f"{path}/reset", headers=operator.headers).json()["sent_to"] == body["email"]
    new = accept(client, db, link_of(db, person_id), "a new long password")
    assert new.secret != old.secret
    assert _sign_in(client, body["email"], "an old long password", new.at(time.time() + 30)) == 401
    assert _sign_in(client, body["email"], "a new long password", new.at(time.time() + 30)) == 201
    lines = client.get("/v1/audit", params={"subject": made["person_id"]}, headers=operator.headers).json()["items"]
    done = [(line["action"], line["details"].get("reason")) for line in lines if line["action"].startswith("staff.")]
    assert done == [
        ("staff.invitation_accepted", None),
        ("staff.reset", None),
        ("staff.disabled", "left"),
        ("staff.invitation_accepted", None),
        ("staff.enrolled", None),
    ]


@pytest.mark.parametrize("way", ["disable", "role"])
def test_the_last_operator_stays(client: Client, db: Database, way: str) -> None:
    operator = somebody(db, Role.OPERATOR)
    before = count(db, "audit_entry")
    me = _wire(operator.person_id)
    if way == "disable":
        answer = client.post(f"/v1/staff/{me}/disable", json={"reason": "x"}, headers=operator.headers)
    else:
        answer = client.delete(f"/v1/people/{me}/roles/operator", headers=operator.headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "staff.last_operator")
    assert client.get("/v1/me", headers=operator.headers).status_code == 200
    assert _roles(db, operator.person_id) == {"operator"}
    assert (count(db, "audit_entry"), count(db, "outbox_message")) == (before, 0)


def test_an_operator_who_cannot_sign_in_is_no_other_operator(client: Client, db: Database) -> None:
    """Roles that are given back to somebody disabled, before a reset, let nobody in."""
    operator = somebody(db, Role.OPERATOR)
    with db.transaction() as session:
        made = staff.enrol(session, "away@example.org", "Away", "en", [Role.OPERATOR])
        staff.disable(session, operator.principal, made.person_id, "left")
        staff.appoint(session, operator.principal, made.person_id, Role.OPERATOR)
    before, me = count(db, "audit_entry"), _wire(operator.person_id)
    answer = client.post(f"/v1/staff/{me}/disable", json={"reason": "x"}, headers=operator.headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "staff.last_operator")
    assert (_roles(db, operator.person_id), count(db, "audit_entry")) == ({"operator"}, before)
    assert client.post(f"/v1/staff/{_wire(made.person_id)}/reset", headers=operator.headers).status_code == 200
    assert client.post(f"/v1/staff/{me}/disable", json={"reason": "x"}, headers=operator.headers).status_code == 409
    accept(client, db, link_of(db, made.person_id))
    assert client.post(f"/v1/staff/{me}/disable", json={"reason": "x"}, headers=operator.headers).status_code == 200


def test_a_key_of_an_operator_changes_nobody_of_staff(client: Client, db: Database) -> None:
    """A key that could make passwords would outlive its revocation, and come to a sign-in."""
    operator, other = somebody(db, Role.OPERATOR), somebody(db, Role.OPERATOR)
    body = {"name": "night report", "scopes": ["audit:read"]}
    key = client.post("/v1/api-keys", json=body, headers=operator.headers).json()["key"]
    bearer, path = {"authorization": f"Bearer {key}"}, _wire(other.person_id)
    before = count(db, "audit_entry"), count(db, "person")
    new = {"email": "new@example.org", "display_name": "New", "language": "en", "roles": ["operator"]}
    answers = [
        client.post("/v1/staff", json=new, headers=bearer),
        client.post(f"/v1/staff/{_wire(operator.person_id)}/reset", headers=bearer),
        client.post(f"/v1/staff/{path}/disable", json={"reason": "x"}, headers=bearer),
        client.put(f"/v1/people/{path}/roles/integrator", headers=bearer),
        client.delete(f"/v1/people/{path}/roles/operator", headers=bearer),
        client.post("/v1/api-keys", json=body | {"name": "another"}, headers=bearer),
    ]
    assert {(each.status_code, each.json()["code"]) for each in answers} == {(403, "forbidden.sign_in")}
    assert (count(db, "audit_entry"), count(db, "person"), count(db, "api_key")) == (*before, 1)
    assert _roles(db, other.person_id) == {"operator"}
    assert client.get("/v1/audit", headers=bearer).status_code == 200


def test_who_is_disabled_at_this_moment_makes_no_key(db: Database) -> None:
    """The request was let in before, and goes on after."""
    with db.transaction() as session:
        boss, leaver = (a_person(session, Role.OPERATOR) for _ in range(2))
        staff.disable(session, boss.principal, leaver.person_id, "left")
    with pytest.raises(Unauthenticated), db.transaction() as session:
        api_keys.create(session, leaver.principal, "late", [Scope.AUDIT_READ])
    assert count(db, "api_key") == 0


def test_a_key_that_is_being_made_ends_with_its_owner(fresh_db: Database) -> None:
    with fresh_db.transaction() as session:
        boss, leaver = (a_person(session, Role.OPERATOR) for _ in range(2))
    with ThreadPoolExecutor(1) as pool:
        with fresh_db.transaction() as session:
            api_keys.create(session, leaver.principal, "last", [Scope.AUDIT_READ])
            leaving = pool.submit(_disable, fresh_db, boss, leaver)
            waits_for_lock(fresh_db, leaving)
        leaving.result()
    with fresh_db.reading() as session:
        (made,) = api_keys.of_person(session, leaver.person_id)
    assert made.revoked_at is not None


def _disable(db: Database, by: Somebody, other: Somebody) -> None:
    with db.transaction() as session:
        staff.disable(session, by.principal, other.person_id, "left")


def test_who_signs_in_by_telephone_can_be_disabled_too(client: Client, db: Database) -> None:
    """They have no password, so nothing of staff is left of them."""
    operator, integrator, other = somebody(db, Role.OPERATOR), somebody(db, Role.INTEGRATOR), somebody(db, Role.COACH)
    path = f"/v1/staff/{_wire(integrator.person_id)}/disable"
    answer = client.post(path, json={"reason": "left"}, headers=operator.headers)
    assert (answer.status_code, answer.json()["roles"]) == (200, [])
    assert _roles(db, integrator.person_id) == set()
    client.cookies.set("session", operator.token)
    page = f"/desk/staff/{_wire(other.person_id)}"
    left = submit(client, f"{page}/disable", reason="left")
    assert (left.status_code, left.headers["location"]) == (303, "/desk/staff")
    assert _roles(db, other.person_id) == set()


def test_two_operators_who_dismiss_each_other_at_once_leave_one(fresh_db: Database) -> None:
    with fresh_db.transaction() as session:
        pair = [a_person(session, Role.OPERATOR) for _ in range(2)]

    def dismiss(by: Somebody, other: Somebody) -> bool:
        try:
            with fresh_db.transaction() as session:
                staff.disable(session, by.principal, other.person_id, "no")
        except LastOperator:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(dismiss, pair, reversed(pair)))
    assert sorted(done) == [False, True]
    assert sorted(len(_roles(fresh_db, one.person_id)) for one in pair) == [0, 1]


def test_what_they_held_goes_back(db: Database) -> None:
    with db.transaction() as session:
        boss, caller = (a_person(session, Role.OPERATOR) for _ in range(2))
        appeal_id = make.file_appeal(session, a_person(session).person_id).appeal.id
        triage.hold(session, caller.principal, appeal_id)
        coach = a_coach(session, capacity=2)
        matching.match(session, a_case(session, a_person(session).person_id).id)
        matching.match(session, a_case(session, a_person(session).person_id).id)
        (first, _), *_ = tasks.queue(session, coach.principal, 10)
        tasks.lease(session, coach.principal, first.id)
    with db.transaction() as session:
        for who in (caller, coach):
            staff.disable(session, boss.principal, who.person_id, "left")
    drain(db)
    with db.transaction() as session:
        assert triage.desk(session, boss.principal, None, 10).waiting[0].id == appeal_id
        states = text("SELECT state, count(*) FROM coaching_case GROUP BY state ORDER BY state")
        assert [tuple(row) for row in session.connection().execute(states)] == [("active", 1), ("waitlisted", 1)]
        leases = text("SELECT count(*) FROM coaching_task WHERE holder_id IS NOT NULL")
        assert session.connection().execute(leases).scalar_one() == 0
        held = text("SELECT held_tasks, open_cases, available FROM coach")
        assert tuple(session.connection().execute(held).one()) == (0, 1, False)


def test_a_key_of_somebody_else_lives_on(db: Database) -> None:
    with db.transaction() as session:
        boss, other = (a_person(session, Role.OPERATOR) for _ in range(2))
        _, key = api_keys.create(session, boss.principal, "k", [Scope.AUDIT_READ])
        staff.disable(session, boss.principal, other.person_id, "left")
        assert [each.revoked_at for each in api_keys.of_person(session, boss.person_id)] == [None]
        assert [each.id for each in api_keys.of_person(session, boss.person_id)] == [key.id]


def _command(url: str, *words: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "AGRIMARKET_DATABASE_URL": url, "AGRIMARKET_DATA_DIR": str(folder)}
    argv = [sys.executable, "-m", "agrimarket.cli", "staff", *words]
    return subprocess.run(argv, env=environment, capture_output=True, text=True, check=False)


def test_the_command_line_makes_the_first_operator(
    fresh_client: Client, fresh_db: Database, fresh_url: str, tmp_path: Path
) -> None:
    def run(*words: str) -> "subprocess.CompletedProcess[str]":
        return _command(fresh_url, *words, folder=tmp_path)

    assert "Make the first operator" in run("list").stdout
    told = run("add", "Boss@Example.org").stdout
    (link,) = [word for word in told.split() if "token=" in word]
    accept(fresh_client, fresh_db, link)
    assert "boss@example.org" in run("list").stdout
    refused = run("remove", "boss@example.org", "--reason", "x")
    assert (refused.returncode, "Nobody else is an operator" in refused.stderr) == (1, True)
    assert "Traceback" not in refused.stderr
    added = run("add", "second@example.org", "--role", "operator", "--role", "coach")
    (second,) = values(fresh_db, "SELECT person_id FROM staff_invitation")
    link = link_of(fresh_db, second)
    assert (added.returncode, "second@example.org" in added.stdout, "token=" in added.stdout) == (0, True, False)
    assert run("remove", "boss@example.org", "--reason", "left").returncode == 1  # nobody else can sign in yet
    accept(fresh_client, fresh_db, link)
    assert run("remove", "boss@example.org", "--reason", "left").returncode == 0
    assert "disabled" in run("list").stdout.splitlines()[0]
    taken = run("add", "boss@example.org")
    assert (taken.returncode, "staff reset boss@example.org --role operator" in taken.stderr) == (1, True)
    reset = run("reset", "boss@example.org", "--role", "operator")
    assert (reset.returncode, "boss@example.org is sent a link" in reset.stdout, "token=" in reset.stdout) == (
        0,
        True,
        False,
    )
    assert run("remove", "nobody@example.org", "--reason", "x").returncode == 1
    with fresh_db.reading() as session:
        lines = audit.entries(session)
    disabled = next(line for line in lines if line.action == "staff.disabled")
    assert disabled.person_id is None
    assert disabled.details == {"reason": "left"}
    assert str(disabled.request_id).startswith("cli ")
