"""API keys act within their scopes, in roles that their owner has, until they are revoked."""

from uuid import UUID

from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.accounts.service import people
from agrimarket.kernel import ids
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Role
from tests.factories.accounts import a_buyer, somebody
from tests.support.rows import count

Client = TestClient[Litestar]


def test_a_key_acts_within_its_scopes_until_it_is_revoked(client: Client, db: Database) -> None:
    owner = somebody(db, Role.OPERATOR, Role.INTEGRATOR)
    made = client.post("/v1/api-keys", json={"name": "form", "scopes": ["profile:read"]}, headers=owner.headers)
    assert made.status_code == 201
    key = made.json()["key"]
    bearer = {"authorization": f"Bearer {key}"}
    assert key.startswith("agm_")
    assert client.get("/v1/me", headers=bearer).json()["roles"] == ["integrator", "operator"]
    assert client.get("/v1/audit", headers=bearer).status_code == 403
    assert (
        client.post("/v1/api-keys", json={"name": "x", "scopes": ["profile:read"]}, headers=bearer).status_code == 403
    )
    (listed,) = client.get("/v1/api-keys", headers=owner.headers).json()["items"]
    assert key not in str(listed)
    assert client.delete(f"/v1/api-keys/{listed['id']}", headers=owner.headers).status_code == 204
    assert client.get("/v1/me", headers=bearer).status_code == 401


def test_a_key_loses_a_role_with_its_owner(client: Client, db: Database) -> None:
    owner, operator = somebody(db, Role.INTEGRATOR), somebody(db, Role.OPERATOR)
    body = {"name": "form", "scopes": ["profile:read"]}
    key = client.post("/v1/api-keys", json=body, headers=owner.headers).json()["key"]
    path = f"/v1/people/{ids.encode('per', owner.person_id)}/roles/integrator"
    assert client.delete(path, headers=owner.headers).status_code == 403
    assert client.delete(path, headers=operator.headers).status_code == 204
    assert client.get("/v1/me", headers={"authorization": f"Bearer {key}"}).json()["roles"] == []
    assert client.put(path, headers=operator.headers).status_code == 204
    assert client.get("/v1/me", headers={"authorization": f"Bearer {key}"}).json()["roles"] == ["integrator"]
    assert client.put(path.replace("integrator", "seller"), headers=operator.headers).status_code == 404


def test_nobody_gets_a_key_for_what_they_may_not_do(client: Client, db: Database) -> None:
    owner = somebody(db, Role.INTEGRATOR)
    answer = client.post("/v1/api-keys", json={"name": "x", "scopes": ["audit:read"]}, headers=owner.headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "api_key.scopes_not_held")
    seller = somebody(db, Role.SELLER)
    assert (
        client.post("/v1/api-keys", json={"name": "x", "scopes": ["lots:write"]}, headers=seller.headers).status_code
        == 403
    )
    assert count(db, "api_key") == 0


def test_another_persons_things_do_not_exist(client: Client, db: Database) -> None:
    owner, other = somebody(db, Role.INTEGRATOR), somebody(db, Role.INTEGRATOR)
    body = {"name": "form", "scopes": ["profile:read"]}
    key = client.post("/v1/api-keys", json=body, headers=owner.headers).json()
    session_id = ids.encode("ses", owner.principal.session_id or UUID(int=0))
    for path in (f"/v1/api-keys/{key['api_key']['id']}", f"/v1/auth/sessions/{session_id}", "/v1/api-keys/nonsense"):
        assert client.delete(path, headers=other.headers).status_code == 404
    assert client.get("/v1/me", headers={"authorization": f"Bearer {key['key']}"}).status_code == 200
    assert client.get("/v1/me", headers=owner.headers).status_code == 200


def test_who_may_not_make_keys_is_told_whom_to_ask(client: Client, db: Database) -> None:
    for role in (Role.SELLER, Role.BUYER, Role.COACH):
        person = somebody(db, role)
        answer = client.post("/v1/api-keys", json={"name": "x", "scopes": ["profile:read"]}, headers=person.headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden.integrator")
        assert ids.encode("per", person.person_id) in answer.json()["detail"]
        assert client.get("/v1/api-keys", headers=person.headers).json()["items"] == []
    assert count(db, "api_key") == 0


def test_operators_make_keys_and_so_do_integrators_whom_they_named(client: Client, db: Database) -> None:
    operator, person = somebody(db, Role.OPERATOR), somebody(db)
    body = {"name": "form", "scopes": ["profile:read"]}
    assert client.post("/v1/api-keys", json=body, headers=person.headers).status_code == 403
    path = f"/v1/people/{ids.encode('per', person.person_id)}/roles/integrator"
    assert client.put(path, headers=operator.headers).status_code == 204
    assert client.post("/v1/api-keys", json=body, headers=person.headers).status_code == 201
    body = {"name": "night report", "scopes": ["audit:read"]}
    key = client.post("/v1/api-keys", json=body, headers=operator.headers).json()["key"]
    assert client.get("/v1/audit", headers={"authorization": f"Bearer {key}"}).status_code == 200


def test_two_keys_in_use_never_have_the_same_name(client: Client, db: Database) -> None:
    owner, other = somebody(db, Role.INTEGRATOR), somebody(db, Role.INTEGRATOR)
    body = {"name": "form", "scopes": ["profile:read"]}
    made = client.post("/v1/api-keys", json=body, headers=owner.headers).json()
    again = client.post("/v1/api-keys", json=body, headers=owner.headers)
    assert (again.status_code, again.json()["code"]) == (409, "api_key.name_taken")
    assert count(db, "api_key") == 1
    assert client.post("/v1/api-keys", json=body, headers=other.headers).status_code == 201
    client.delete(f"/v1/api-keys/{made['api_key']['id']}", headers=owner.headers)
    assert client.post("/v1/api-keys", json=body, headers=owner.headers).status_code == 201


def test_a_key_that_may_not_buy_says_so_and_buys_nothing(client: Client, db: Database) -> None:
    with db.transaction() as session:
        owner = a_buyer(session)
        people.grant_role(session, owner.person_id, Role.INTEGRATOR)
    cart = client.post("/v1/carts", json={"lines": []}, headers=owner.headers).json()["id"]
    seen = []
    for scope in ("appeals:write", "purchases:read", "purchases:write"):
        made = client.post("/v1/api-keys", json={"name": scope, "scopes": [scope]}, headers=owner.headers).json()
        bearer = {"authorization": f"Bearer {made['key']}", "accept-language": "en"}
        read = client.get(f"/v1/carts/{cart}", headers=bearer)
        made = client.post("/v1/carts", json={"lines": []}, headers=bearer)
        seen.append((read.status_code, made.status_code))
        if made.status_code == 403:
            assert (made.json()["code"], made.json()["details"]) == ("forbidden.scope", {"scope": "purchases:write"})
            assert "purchases:write" in made.json()["detail"]
    assert seen == [(403, 403), (200, 403), (403, 201)]
    assert count(db, "cart") == 2
