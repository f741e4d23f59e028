"""The audit log only grows, and only operators read it."""

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from agrimarket.accounts.service import audit
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
