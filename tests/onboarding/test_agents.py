"""A village agent files for many farmers, each of whom confirms by a code on their own phone."""

from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text

from agrimarket.kernel.db import Database
from tests.factories import onboarding as make


def _file(client: TestClient[Litestar], db: Database, agent: make.SignedIn, number: int, **changes: object) -> dict:
    phone = make.phone_of(number)
    with db.transaction() as session:
        code = make.code_for(session, phone)
    filed = client.post("/v1/appeals", json=make.appeal_body(phone=phone, code=code, **changes), headers=agent.headers)
    assert filed.status_code == 201, filed.text
    return filed.json()


def test_an_agent_files_for_many_and_each_farmer_owns_theirs(
    client: TestClient[Litestar], placed: Database, reviewer: make.SignedIn
) -> None:
    agent = make.sign_in(placed, 900)
    begun = []
    for number in range(901, 904):
        appeal = _file(client, placed, agent, number, name=f"老王{number}")
        answer = client.post(
            "/v1/applications", json={"kind": "farmer", "appeal_id": appeal["id"]}, headers=agent.headers
        )
        assert answer.status_code == 201, answer.text
        begun.append(answer.json())
    assert len({application["id"] for application in begun}) == 3
    assert len(client.get("/v1/applications", headers=agent.headers).json()["items"]) == 3
    farmer = make.sign_in(placed, 902)
    mine = client.get("/v1/applications", headers=farmer.headers).json()["items"]
    assert [application["id"] for application in mine] == [begun[1]["id"]]
    assert client.get(f"/v1/applications/{begun[0]['id']}", headers=farmer.headers).status_code == 404
    with placed.reading() as session:
        rows = session.connection().execute(text("SELECT person_id <> filed_by AS other FROM application")).scalars()
        assert list(rows) == [True] * 3


def test_an_agent_does_not_get_at_what_a_farmer_filed_alone(
    client: TestClient[Litestar], placed: Database, farmer: make.SignedIn
) -> None:
    own = client.post("/v1/applications", json={"kind": "farmer"}, headers=farmer.headers).json()
    agent = make.sign_in(placed, 900)
    appeal = _file(client, placed, agent, 1)
    answer = client.post("/v1/applications", json={"kind": "farmer", "appeal_id": appeal["id"]}, headers=agent.headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "application.filed_elsewhere")
    assert client.get(f"/v1/applications/{own['id']}", headers=agent.headers).status_code == 404


def test_a_farmer_who_did_not_confirm_is_not_filed_for(client: TestClient[Litestar], placed: Database) -> None:
    agent = make.sign_in(placed, 900)
    body = make.appeal_body(phone=make.phone_of(905), code="000000")
    assert client.post("/v1/appeals", json=body, headers=agent.headers).status_code in (401, 422)
    with placed.reading() as session:
        assert session.connection().execute(text("SELECT count(*) FROM appeal")).scalar_one() == 0
