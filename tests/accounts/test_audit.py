"""The audit log only grows, and only operators read it."""

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from agrimarket.accounts.service import audit
from agrimarket.kernel import ids
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Role
from tests.factories.accounts import somebody

Client = TestClient[Litestar]


@pytest.mark.parametrize(
    "change", ["UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry", "TRUNCATE audit_entry"]
)
def test_the_audit_log_only_grows(db: Database, change: str) -> None:
    """Invariant 15."""
    with db.transaction() as session:
        audit.record(session, None, "thing.done", "thg_1", {"why": "test"})
    with pytest.raises(DBAPIError, match="append-only"), db.transaction() as session:
        session.connection().execute(text(change))
    with db.transaction() as session:
        assert [line.action for line in audit.entries(session)] == ["thing.done"]


@pytest.mark.parametrize("path", ["/v1/audit"])
@pytest.mark.parametrize("role", [Role.SELLER, Role.BUYER, Role.COACH, Role.INTEGRATOR])
def test_what_is_the_operators_is_nobody_elses(client: Client, db: Database, path: str, role: Role) -> None:
    assert client.get(path).status_code == 401
    answer = client.get(path, headers=somebody(db, role).headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_the_audit_log_is_paged(client: Client, db: Database) -> None:
    operator = somebody(db, Role.OPERATOR)
    with db.transaction() as session:
        for number in range(5):
            audit.record(session, operator.principal, "thing.done", "thg_1", {"number": number})
    seen: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        params = {"limit": 2, "subject": "thg_1"} | ({"cursor": cursor} if cursor else {})
        page = client.get("/v1/audit", params=params, headers=operator.headers).json()
        seen += [line["details"]["number"] for line in page["items"]]
        cursor = page["next"]
    assert seen == [4, 3, 2, 1, 0]
    assert client.get("/v1/audit", params={"cursor": "x"}, headers=operator.headers).status_code == 422


def test_the_audit_log_is_searched_by_who_what_and_when(client: Client, db: Database) -> None:
    operator, other = somebody(db, Role.OPERATOR), somebody(db, Role.OPERATOR)
    with db.transaction() as session:
        audit.record(session, operator.principal, "thing.done", "thg_1", {})
        audit.record(session, other.principal, "thing.undone", "thg_2", {})
        audit.record(session, None, "thingy.done", "thg_3", {})

    def found(**wanted: str) -> list[str]:
        page = client.get("/v1/audit", params=wanted, headers=operator.headers).json()
        return [line["subject"] for line in page["items"] if line["subject"].startswith("thg_")]

    assert found() == ["thg_3", "thg_2", "thg_1"]
    assert found(action="thing.done") == ["thg_1"]
    assert found(action="thing.") == ["thg_2", "thg_1"]
    assert found(person_id=ids.encode("per", other.person_id)) == ["thg_2"]
    assert found(since="2999-01-01T00:00:00Z") == []
    assert found(until="2999-01-01T00:00:00Z", subject="thg_3") == ["thg_3"]
    for wrong in (
        {"since": "yesterday"},
        {"person_id": "per_x"},
        {"action": "x' OR 1=1"},
        {"until": "2020-01-01T00:00"},
    ):
        assert client.get("/v1/audit", params=wrong, headers=operator.headers).status_code == 422
    page = client.get(
        "/desk/audit",
        params={"who": "nobody@example.org"},
        headers={"accept": "text/html"},
        cookies={"session": operator.token},
    )
    assert page.status_code == 422
    assert 'value="nobody@example.org"' in page.text
