"""Sign-in, guards and keys over HTTP."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pyotp
import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text

from agrimarket.accounts.service import audit, sign_in, staff
from agrimarket.http import ratelimit
from agrimarket.kernel import clock, ids
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Role
from tests.factories.accounts import Somebody, a_buyer, a_person, a_seller, new_phone

Client = TestClient[Litestar]
SECRET = pyotp.random_base32()
PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def fresh_limits() -> Iterator[None]:
    """Limits are counted in this process; each test starts from nothing."""
    ratelimit._limiters.cache_clear()  # pyright: ignore[reportPrivateUsage]
    yield
    ratelimit._limiters.cache_clear()  # pyright: ignore[reportPrivateUsage]


def _sent_code(db: Database, phone: str) -> str:
    with db.transaction() as session:
        row = session.connection().execute(text("SELECT id FROM sign_in_code WHERE phone = :p"), {"p": phone}).one()
        message = sign_in.code_message(session, row.id)
    assert message is not None
    return message.code


def _sign_in(client: Client, db: Database, phone: str, **headers: str) -> dict[str, Any]:
    assert client.post("/v1/auth/codes", json={"phone": phone}).status_code == 202
    answer = client.post("/v1/auth/sessions", json={"phone": phone, "code": _sent_code(db, phone)}, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()


def _person(db: Database, *roles: Role) -> Somebody:
    with db.transaction() as session:
        return a_person(session, *roles)


def _count(db: Database, table: str) -> int:
    with db.transaction() as session:
        return session.connection().execute(text(f"SELECT count(*) FROM {table}")).scalar_one()


def _later(db: Database, by: timedelta) -> None:
    with db.transaction() as session:
        clock.advance(session, by)


def test_known_and_unknown_phones_are_answered_alike(client: Client, db: Database) -> None:
    known = new_phone()
    _sign_in(client, db, known)
    _later(db, timedelta(minutes=2))
    answers = [client.post("/v1/auth/codes", json={"phone": phone}) for phone in (known, new_phone())]
    assert [answer.status_code for answer in answers] == [202, 202]
    first, second = (answer.json() | {"phone": "", "expires_at": ""} for answer in answers)
    assert first == second
    assert known not in answers[0].text


def test_signing_in_gives_a_token_that_ends_with_the_sign_out(client: Client, db: Database) -> None:
    phone = new_phone()
    token = _sign_in(client, db, phone)["token"]
    bearer = {"authorization": f"Bearer {token}"}
    me = client.get("/v1/me", headers=bearer).json()
    assert (me["phone"], me["roles"], me["seller"]) == (phone, [], None)
    assert client.delete("/v1/auth/sessions/current", headers=bearer).status_code == 204
    assert client.get("/v1/me", headers=bearer).status_code == 401
    assert client.get("/v1/me").status_code == 401


def test_a_sign_in_replaces_the_session_that_it_came_with(client: Client, db: Database) -> None:
    phone = new_phone()
    old = _sign_in(client, db, phone)
    _later(db, timedelta(minutes=2))
    new = _sign_in(client, db, phone, authorization=f"Bearer {old['token']}")
    assert new["session_id"] != old["session_id"]
    assert new["token"] != old["token"]
    assert client.get("/v1/me", headers={"authorization": f"Bearer {old['token']}"}).status_code == 401
    listed = client.get("/v1/auth/sessions", headers={"authorization": f"Bearer {new['token']}"}).json()["items"]
    assert [(one["id"], one["current"]) for one in listed] == [(new["session_id"], True)]


def test_wrong_tries_are_counted_though_they_are_refused(client: Client, db: Database) -> None:
    phone = new_phone()
    client.post("/v1/auth/codes", json={"phone": phone})
    code = _sent_code(db, phone)
    wrong = f"{(int(code) + 1) % 10**6:06}"
    for _ in range(5):
        answer = client.post("/v1/auth/sessions", json={"phone": phone, "code": wrong})
        assert (answer.status_code, answer.json()["code"]) == (422, "code.wrong")
        assert answer.json()["errors"][0]["pointer"] == "/code"
    answer = client.post("/v1/auth/sessions", json={"phone": phone, "code": code})
    assert (answer.status_code, answer.json()["code"]) == (422, "code.expired")
    assert _count(db, "sign_in_session") == _count(db, "person") == 0


def test_a_used_or_old_code_is_refused(client: Client, db: Database) -> None:
    phone = new_phone()
    _sign_in(client, db, phone)
    _later(db, timedelta(minutes=2))
    client.post("/v1/auth/codes", json={"phone": phone})
    code = _sent_code(db, phone)
    _later(db, timedelta(minutes=11))
    answer = client.post("/v1/auth/sessions", json={"phone": phone, "code": code})
    assert answer.json()["code"] == "code.expired"
    assert _count(db, "sign_in_session") == 1


def test_asking_too_often_gets_429_with_retry_after(client: Client, db: Database) -> None:
    phone = new_phone()
    assert client.post("/v1/auth/codes", json={"phone": phone}).status_code == 202
    soon = client.post("/v1/auth/codes", json={"phone": phone})
    assert (soon.status_code, soon.json()["code"], soon.headers["retry-after"]) == (429, "code.too_soon", "60")
    for _ in range(3):
        _later(db, timedelta(minutes=2))
        assert client.post("/v1/auth/codes", json={"phone": phone}).status_code == 202
    _later(db, timedelta(minutes=2))
    limited = client.post("/v1/auth/codes", json={"phone": phone})
    assert (limited.status_code, limited.json()["code"]) == (429, "too_many_requests")
    assert int(limited.headers["retry-after"]) > 0
    assert client.post("/v1/auth/codes", json={"phone": new_phone()}).status_code == 202


def test_one_network_cannot_ask_for_ever(client: Client) -> None:
    statuses = [client.post("/v1/auth/codes", json={"phone": new_phone()}).status_code for _ in range(101)]
    assert statuses == [202] * 100 + [429]


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, {"/phone", "/code"}),
        ({"phone": "12", "code": "12"}, {"/phone", "/code"}),
        ({"phone": "+8613800000001", "code": "123456", "is_admin": True}, {"/is_admin"}),
        ({"email": "a@b.cn", "totp": "123456"}, {"/password"}),
        ({"phone": "+8613800000001", "email": "a@b.cn", "password": "x", "totp": "123456"}, {"/phone"}),
    ],
)
def test_each_field_at_fault_is_named(client: Client, body: dict[str, Any], pointers: set[str]) -> None:
    answer = client.post("/v1/auth/sessions", json=body)
    assert answer.status_code == 422
    assert {error["pointer"] for error in answer.json()["errors"]} == pointers


def _staff(db: Database, *roles: Role) -> str:
    with db.transaction() as session:
        staff.enrol(session, "Chen@Example.org", "Chen", "en", roles, password=PASSWORD, totp_secret=SECRET)
    return "chen@example.org"


def test_staff_sign_in_takes_all_three_and_a_step_once(client: Client, db: Database) -> None:
    email = _staff(db, Role.OPERATOR)
    right = {"email": email, "password": PASSWORD, "totp": pyotp.TOTP(SECRET).now()}
    wrong = [
        right | {"password": "another"},
        right | {"totp": f"{(int(right['totp']) + 1) % 10**6:06}"},
        right | {"email": "nobody@example.org"},
    ]
    answers = [client.post("/v1/auth/sessions", json=body) for body in wrong]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.json()["detail"] for answer in answers}) == 1
    answer = client.post("/v1/auth/sessions", json=right)
    assert (answer.status_code, answer.json()["roles"]) == (201, ["operator"])
    assert client.post("/v1/auth/sessions", json=right).status_code == 401
    operator = {"authorization": f"Bearer {answer.json()['token']}"}
    actions = [line["action"] for line in client.get("/v1/audit", headers=operator).json()["items"]]
    assert actions.count("session.refused") == 3
    _later(db, timedelta(minutes=61))
    assert client.get("/v1/me", headers=operator).status_code == 401


def test_two_sign_ins_with_one_step_at_once_open_one_session(fresh_client: Client, fresh_db: Database) -> None:
    email = _staff(fresh_db, Role.OPERATOR)
    body = {"email": email, "password": PASSWORD, "totp": pyotp.TOTP(SECRET).now()}
    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(lambda _: fresh_client.post("/v1/auth/sessions", json=body).status_code, range(4)))
    assert sorted(statuses) == [201, 401, 401, 401]
    assert _count(fresh_db, "sign_in_session") == 1


def test_one_code_at_once_opens_one_session(fresh_client: Client, fresh_db: Database) -> None:
    phone = new_phone()
    fresh_client.post("/v1/auth/codes", json={"phone": phone})
    body = {"phone": phone, "code": _sent_code(fresh_db, phone)}
    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(lambda _: fresh_client.post("/v1/auth/sessions", json=body).status_code, range(4)))
    assert sorted(statuses) == [201, 422, 422, 422]
    assert _count(fresh_db, "sign_in_session") == 1


@pytest.mark.parametrize("path", ["/v1/audit"])
@pytest.mark.parametrize("role", [Role.SELLER, Role.BUYER, Role.COACH, Role.INTEGRATOR])
def test_what_is_the_operators_is_nobody_elses(client: Client, db: Database, path: str, role: Role) -> None:
    assert client.get(path).status_code == 401
    answer = client.get(path, headers=_person(db, role).headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_a_key_acts_with_its_roles_until_it_is_revoked(client: Client, db: Database) -> None:
    owner = _person(db, Role.OPERATOR, Role.INTEGRATOR)
    made = client.post("/v1/api-keys", json={"name": "form", "roles": ["integrator"]}, headers=owner.headers)
    assert made.status_code == 201
    key = made.json()["key"]
    bearer = {"authorization": f"Bearer {key}"}
    assert key.startswith("agm_")
    assert client.get("/v1/me", headers=bearer).json()["roles"] == ["integrator"]
    assert client.get("/v1/audit", headers=bearer).status_code == 403
    assert client.post("/v1/api-keys", json={"name": "x", "roles": ["integrator"]}, headers=bearer).status_code == 403
    (listed,) = client.get("/v1/api-keys", headers=owner.headers).json()["items"]
    assert key not in str(listed)
    assert client.delete(f"/v1/api-keys/{listed['id']}", headers=owner.headers).status_code == 204
    assert client.get("/v1/me", headers=bearer).status_code == 401


def test_a_key_loses_a_role_with_its_owner(client: Client, db: Database) -> None:
    owner, operator = _person(db, Role.INTEGRATOR), _person(db, Role.OPERATOR)
    body = {"name": "form", "roles": ["integrator"]}
    key = client.post("/v1/api-keys", json=body, headers=owner.headers).json()["key"]
    path = f"/v1/people/{ids.encode('per', owner.person_id)}/roles/integrator"
    assert client.delete(path, headers=owner.headers).status_code == 403
    assert client.delete(path, headers=operator.headers).status_code == 204
    assert client.get("/v1/me", headers={"authorization": f"Bearer {key}"}).json()["roles"] == []
    assert client.put(path, headers=operator.headers).status_code == 204
    assert client.get("/v1/me", headers={"authorization": f"Bearer {key}"}).json()["roles"] == ["integrator"]
    assert client.put(path.replace("integrator", "seller"), headers=operator.headers).status_code == 404


def test_nobody_gets_a_key_with_roles_that_they_lack(client: Client, db: Database) -> None:
    owner = _person(db, Role.INTEGRATOR)
    answer = client.post("/v1/api-keys", json={"name": "x", "roles": ["operator"]}, headers=owner.headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "api_key.roles_not_held")
    seller = _person(db, Role.SELLER)
    assert (
        client.post("/v1/api-keys", json={"name": "x", "roles": ["seller"]}, headers=seller.headers).status_code == 403
    )
    assert _count(db, "api_key") == 0


def test_another_persons_things_do_not_exist(client: Client, db: Database) -> None:
    owner, other = _person(db, Role.INTEGRATOR), _person(db, Role.INTEGRATOR)
    body = {"name": "form", "roles": ["integrator"]}
    key = client.post("/v1/api-keys", json=body, headers=owner.headers).json()
    session_id = ids.encode("ses", owner.principal.session_id or UUID(int=0))
    for path in (f"/v1/api-keys/{key['api_key']['id']}", f"/v1/auth/sessions/{session_id}", "/v1/api-keys/nonsense"):
        assert client.delete(path, headers=other.headers).status_code == 404
    assert client.get("/v1/me", headers={"authorization": f"Bearer {key['key']}"}).status_code == 200
    assert client.get("/v1/me", headers=owner.headers).status_code == 200


def test_no_secret_is_readable_in_any_table(client: Client, db: Database) -> None:
    owner = _person(db, Role.INTEGRATOR)
    phone = new_phone()
    token = _sign_in(client, db, phone)["token"]
    body = {"name": "form", "roles": ["integrator"]}
    key = client.post("/v1/api-keys", json=body, headers=owner.headers | {"idempotency-key": "k1"}).json()["key"]
    _staff(db, Role.OPERATOR)
    other = new_phone()
    client.post("/v1/auth/codes", json={"phone": other})
    secrets = [token, key, owner.token, PASSWORD, SECRET, f'"{_sent_code(db, other)}"']
    with db.transaction() as session:
        connection = session.connection()
        tables = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars().all()
        for table in tables:
            rows = connection.execute(text(f'SELECT to_jsonb(x)::text FROM "{table}" AS x')).scalars().all()
            for secret in secrets:
                as_bytes = secret.encode().hex()
                assert not any(secret in row or as_bytes in row for row in rows), table


def test_registering_as_a_buyer_twice_changes_it(client: Client, db: Database) -> None:
    person = _person(db)
    body = {"kind": "household", "display_name": "幸福里", "region_code": "420106"}
    first = client.post("/v1/buyers", json=body, headers=person.headers)
    second = client.post("/v1/buyers", json=body | {"kind": "canteen"}, headers=person.headers)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] == second.json()["id"]
    me = client.get("/v1/me", headers=person.headers).json()
    assert (me["roles"], me["buyer"]["kind"], me["display_name"]) == (["buyer"], "canteen", "王小明")
    bad = client.post("/v1/buyers", json=body | {"region_code": "4201"}, headers=person.headers)
    assert bad.json()["errors"][0]["pointer"] == "/region_code"


def test_a_person_changes_their_name_and_language(client: Client, db: Database) -> None:
    with db.transaction() as session:
        people = [a_seller(session), a_buyer(session)]
    for person in people:
        answer = client.patch("/v1/me", json={"language": "zh-Hant"}, headers=person.headers)
        assert answer.json()["language"] == "zh-Hant"
        assert answer.json()["display_name"]
    assert client.patch("/v1/me", json={"language": "fr"}, headers=people[0].headers).status_code == 422


def test_the_audit_log_is_paged(client: Client, db: Database) -> None:
    operator = _person(db, Role.OPERATOR)
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


def test_an_operator_enrols_staff(client: Client, db: Database) -> None:
    operator = _person(db, Role.OPERATOR)
    body = {"email": "New@Example.org", "display_name": "New", "language": "en", "roles": ["coach"]}
    made = client.post("/v1/staff", json=body, headers=operator.headers).json()
    totp = pyotp.parse_uri(made["totp_uri"])
    assert isinstance(totp, pyotp.TOTP)
    entry = {"email": "new@example.org", "password": made["password"], "totp": totp.now()}
    answer = client.post("/v1/auth/sessions", json=entry)
    assert (answer.status_code, answer.json()["roles"]) == (201, ["coach"])
    again = client.post("/v1/staff", json=body, headers=operator.headers)
    assert (again.status_code, again.json()["code"]) == (409, "email.taken")
