"""Regions that ask for transport passes: written down by operators, with a source and a period, and audited."""

from datetime import date, timedelta
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.accounts.service import audit
from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from agrimarket.kernel.i18n import PEOPLES_ZONE
from agrimarket.kernel.principal import Role
from agrimarket.regions.service import passes
from tests.factories.accounts import Somebody, a_person
from tests.factories.regions import a_requirement
from workers.inline import drain

Client = TestClient[Litestar]
BODY = {
    "region_code": "420000",
    "since": "2022-11-20",
    "source": "鄂交发〔2022〕1号",
    "issued_by": "湖北省交通运输厅",
    "apply_at": "货运通行证小程序",
}


@pytest.fixture
def operator(tree_db: Database) -> Somebody:
    with tree_db.transaction() as session:
        return a_person(session, Role.OPERATOR)


def _needed(client: Client, **ends: str) -> list[Any]:
    return client.get("/v1/pass-requirements", params=ends).json()["items"]


def test_a_requirement_is_added_asked_for_and_ended(client: Client, tree_db: Database, operator: Somebody) -> None:
    added = client.post("/v1/pass-requirements", json=BODY, headers=operator.headers)
    assert (added.status_code, added.json()["region_name"], added.json()["until"]) == (201, "湖北省", None)
    assert [each["id"] for each in _needed(client, origin="210681", destination="420102")] == [added.json()["id"]]
    assert [each["id"] for each in _needed(client, origin="420102", destination="210681")] == [added.json()["id"]]
    assert _needed(client, origin="210681", destination="310115") == []
    again = client.post("/v1/pass-requirements", json=BODY, headers=operator.headers)
    assert (again.status_code, again.json()["code"]) == (409, "pass_requirement.known")
    path = f"/v1/pass-requirements/{added.json()['id']}/end"
    early = client.post(path, json={"until": "2022-11-19"}, headers=operator.headers)
    assert (early.status_code, early.json()["code"]) == (422, "pass_requirement.period")
    ended = client.post(path, json={"until": "2022-12-07"}, headers=operator.headers)
    assert (ended.status_code, ended.json()["until"]) == (200, "2022-12-07")
    assert _needed(client, destination="420102") == []
    assert [each["until"] for each in _needed(client)] == ["2022-12-07"]
    assert client.post(path, json={"until": "2022-12-08"}, headers=operator.headers).status_code == 404
    drain(tree_db)
    with tree_db.reading() as session:
        lines = audit.entries(session, subject=added.json()["id"])
    assert {(line.action, line.person_id) for line in lines} == {
        ("pass_requirement.added", operator.person_id),
        ("pass_requirement.ended", operator.person_id),
    }


def test_only_operators_write_them_down(client: Client, tree_db: Database) -> None:
    with tree_db.transaction() as session:
        somebody = a_person(session)
    assert client.post("/v1/pass-requirements", json=BODY, headers=somebody.headers).status_code == 403
    assert client.post("/v1/pass-requirements", json=BODY).status_code == 401
    assert _needed(client) == []


def test_it_holds_from_its_first_day_until_the_day_before_its_end(tree_db: Database, operator: Somebody) -> None:
    with tree_db.transaction() as session:
        today = clock.read(session).astimezone(PEOPLES_ZONE).date()
        tomorrow = today + timedelta(days=1)
        later = a_requirement(session, "420000", tomorrow)
        now = a_requirement(session, "420100", today)
        assert [each.id for each in passes.asked(session, "420102")] == [now.id]
        clock.advance(session, timedelta(days=1))
        assert [each.id for each in passes.asked(session, "420102")] == [later.id, now.id]
        passes.end(session, operator.principal, now.id, tomorrow)
        assert [each.id for each in passes.asked(session, "420102")] == [later.id]


def test_a_region_may_ask_again_after_it_had_stopped(tree_db: Database, operator: Somebody) -> None:
    with tree_db.transaction() as session:
        first = a_requirement(session, "420000", date(2022, 11, 1))
        passes.end(session, operator.principal, first.id, date(2022, 12, 1))
        second = a_requirement(session, "420000", date(2023, 1, 1))
        assert [each.id for each in passes.page(session, None, 9)] == [second.id, first.id]
