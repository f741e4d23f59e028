"""Codes and sessions: how often, how long, and for whom."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import event, text
from sqlmodel import Session

from agrimarket.accounts.errors import CodeExpired, CodeTooSoon, CodeWrong, PhoneUnreadable
from agrimarket.accounts.flows import sign_in as flows
from agrimarket.accounts.service import buyers, people, sellers, sign_in, staff
from agrimarket.accounts.states import BuyerKind, SellerKind
from agrimarket.drive import drive
from agrimarket.http.pages import local_path
from agrimarket.kernel import clock, ids
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Role
from agrimarket.typed.telephones import spaced
from tests.factories.accounts import new_phone, sent_code, somebody
from tests.support.page import submit
from tests.support.rows import count, later

Client = TestClient[Litestar]
SECRET = pyotp.random_base32()
PASSWORD = "correct horse battery"
PHONE = "+8613800000001"
HTML = {"accept": "text/html", "accept-language": "en"}


def _code(session: Session, phone: str = PHONE) -> str:
    issued = sign_in.request_code(session, phone, "zh-Hans")
    message = sign_in.code_message(session, issued.id)
    assert message is not None
    assert message.phone == issued.phone
    return message.code


def _sign_in(client: Client, db: Database, phone: str, **headers: str) -> dict[str, Any]:
    assert client.post("/v1/auth/codes", json={"phone": phone}).status_code == 202
    answer = client.post("/v1/auth/sessions", json={"phone": phone, "code": sent_code(db, phone)}, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_code_signs_in_once_and_makes_the_person(db: Database) -> None:
    with db.transaction() as session:
        code = _code(session, "138 0000 0001")
    token, principal = flows.with_code(db, "１３８００００００01", f" {code[:3]} {code[3:]}", "zh-Hans")
    with db.transaction() as session:
        assert sign_in.authenticate(session, token) == principal
        assert people.contact(session, principal.person_id).phone == PHONE
    with pytest.raises(CodeExpired):
        flows.confirm_phone(db, PHONE, code, "zh-Hans")


def test_five_wrong_tries_use_a_code_up(db: Database) -> None:
    with db.transaction() as session:
        code = _code(session)
    wrong = f"{(int(code) + 1) % 10**6:06}"
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(CodeWrong) as refused:
            flows.confirm_phone(db, PHONE, wrong, "en")
        assert refused.value.values == {"left": left}
    with pytest.raises(CodeExpired):
        flows.confirm_phone(db, PHONE, code, "en")
    with db.transaction() as session:
        assert session.connection().execute(text("SELECT count(*) FROM person")).scalar_one() == 0


def test_a_code_ends_after_ten_minutes_and_can_be_asked_for_again_after_one(db: Database) -> None:
    with db.transaction() as session:
        code = _code(session)
        with pytest.raises(CodeTooSoon):
            sign_in.request_code(session, PHONE, "en")
        clock.advance(session, timedelta(seconds=61))
        newer = _code(session)
        clock.advance(session, timedelta(minutes=10))
    for old in (code, newer):
        with pytest.raises(CodeExpired):
            flows.confirm_phone(db, PHONE, old, "en")


@pytest.mark.parametrize("written", ["", "hello", "123", "010-12345678", "+86 138 0000", "0" * 200])
def test_what_is_no_mobile_number_is_refused(db: Database, written: str) -> None:
    with db.transaction() as session, pytest.raises(PhoneUnreadable):
        sign_in.request_code(session, written, "en")


def test_authenticate_is_one_statement_and_knows_the_parties(db: Database) -> None:
    with db.transaction() as session:
        person = people.with_phone(session, PHONE, "en")
        seller_id = sellers.register(session, person, SellerKind.FARMER, "Li", "420100")
        buyer_id = buyers.register(session, person, BuyerKind.DONOR, "Li", "420100")
        token, _ = sign_in.open_session(session, person)
        statements: list[str] = []
        event.listen(session.connection(), "before_cursor_execute", lambda *a: statements.append(a[2]))
        principal = sign_in.authenticate(session, token)
        assert principal is not None
        assert len(statements) == 1
        assert (principal.seller_id, principal.buyer_id) == (seller_id, buyer_id)
        assert principal.roles == {Role.SELLER, Role.BUYER}
        assert sign_in.authenticate(session, token + "x") is None


def test_sessions_end_idle_and_absolutely(db: Database) -> None:
    with db.transaction() as session:
        person = people.with_phone(session, PHONE, "en")
        idle, _ = sign_in.open_session(session, person, idle=timedelta(hours=1), life=timedelta(hours=12))
        used, _ = sign_in.open_session(session, person, idle=timedelta(hours=1), life=timedelta(hours=2))
        clock.advance(session, timedelta(minutes=50))
        assert sign_in.authenticate(session, used)
        clock.advance(session, timedelta(minutes=50))
        assert sign_in.authenticate(session, idle) is None
        assert sign_in.authenticate(session, used)
        clock.advance(session, timedelta(minutes=30))
        assert sign_in.authenticate(session, used) is None


def test_known_and_unknown_phones_are_answered_alike(client: Client, db: Database) -> None:
    known = new_phone()
    _sign_in(client, db, known)
    later(db, timedelta(minutes=2))
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
    later(db, timedelta(minutes=2))
    new = _sign_in(client, db, phone, authorization=f"Bearer {old['token']}")
    assert new["session_id"] != old["session_id"]
    assert new["token"] != old["token"]
    assert client.get("/v1/me", headers={"authorization": f"Bearer {old['token']}"}).status_code == 401
    listed = client.get("/v1/auth/sessions", headers={"authorization": f"Bearer {new['token']}"}).json()["items"]
    assert [(one["id"], one["current"]) for one in listed] == [(new["session_id"], True)]


def test_wrong_tries_are_counted_though_they_are_refused(client: Client, db: Database) -> None:
    phone = new_phone()
    client.post("/v1/auth/codes", json={"phone": phone})
    code = sent_code(db, phone)
    wrong = f"{(int(code) + 1) % 10**6:06}"
    for _ in range(5):
        answer = client.post("/v1/auth/sessions", json={"phone": phone, "code": wrong})
        assert (answer.status_code, answer.json()["code"]) == (422, "code.wrong")
        assert answer.json()["errors"][0]["pointer"] == "/code"
    answer = client.post("/v1/auth/sessions", json={"phone": phone, "code": code})
    assert (answer.status_code, answer.json()["code"]) == (422, "code.expired")
    assert count(db, "sign_in_session") == count(db, "person") == 0


def test_a_used_or_old_code_is_refused(client: Client, db: Database) -> None:
    phone = new_phone()
    _sign_in(client, db, phone)
    later(db, timedelta(minutes=2))
    client.post("/v1/auth/codes", json={"phone": phone})
    code = sent_code(db, phone)
    later(db, timedelta(minutes=11))
    answer = client.post("/v1/auth/sessions", json={"phone": phone, "code": code})
    assert answer.json()["code"] == "code.expired"
    assert count(db, "sign_in_session") == 1


def test_asking_too_often_gets_429_with_retry_after(client: Client, db: Database) -> None:
    phone = new_phone()
    assert client.post("/v1/auth/codes", json={"phone": phone}).status_code == 202
    soon = client.post("/v1/auth/codes", json={"phone": phone})
    assert (soon.status_code, soon.json()["code"], soon.headers["retry-after"]) == (429, "code.too_soon", "60")
    for _ in range(3):
        later(db, timedelta(minutes=2))
        assert client.post("/v1/auth/codes", json={"phone": phone}).status_code == 202
    later(db, timedelta(minutes=2))
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


def test_one_code_at_once_opens_one_session(fresh_client: Client, fresh_db: Database) -> None:
    phone = new_phone()
    fresh_client.post("/v1/auth/codes", json={"phone": phone})
    body = {"phone": phone, "code": sent_code(fresh_db, phone)}
    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(lambda _: fresh_client.post("/v1/auth/sessions", json=body).status_code, range(4)))
    assert sorted(statuses) == [201, 422, 422, 422]
    assert count(fresh_db, "sign_in_session") == 1


def test_no_secret_is_readable_in_any_table(client: Client, db: Database) -> None:
    owner = somebody(db, Role.INTEGRATOR)
    phone = new_phone()
    token = _sign_in(client, db, phone)["token"]
    body = {"name": "form", "scopes": ["profile:read"]}
    key = client.post("/v1/api-keys", json=body, headers=owner.headers | {"idempotency-key": "k1"}).json()["key"]
    with db.transaction() as session:
        staff.enrol(session, "a@b.cn", "A", "en", [Role.OPERATOR], password=PASSWORD, totp_secret=SECRET)
    other = new_phone()
    client.post("/v1/auth/codes", json={"phone": other})
    secrets = [token, key, owner.token, PASSWORD, SECRET, f'"{sent_code(db, other)}"']
    with db.transaction() as session:
        connection = session.connection()
        tables = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars().all()
        for table in tables:
            rows = connection.execute(text(f'SELECT to_jsonb(x)::text FROM "{table}" AS x')).scalars().all()
            for secret in secrets:
                as_bytes = secret.encode().hex()
                assert not any(secret in row or as_bytes in row for row in rows), table


def test_a_person_signs_in_goes_on_where_they_were_and_signs_out(client: Client, db: Database) -> None:
    phone = new_phone()
    asked = submit(client, "/sign-in/code", phone=phone, next="/me")
    assert asked.status_code == 200
    assert 'autocomplete="one-time-code"' in asked.text
    done = submit(client, "/sign-in", phone=phone, code=sent_code(db, phone), next="/me")
    assert (done.status_code, done.headers["location"]) == (303, "/me")
    cookie = next(value for value in done.headers.get_list("set-cookie") if value.startswith("session="))
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    token = client.cookies["session"]
    mine = client.get("/me/account", headers=HTML)
    assert (mine.status_code, spaced(phone) in mine.text) == (200, True)
    assert client.get("/v1/me").status_code == 401  # the API takes no cookies
    assert submit(client, "/sign-out").status_code == 303
    client.cookies.set("session", token)
    again = client.get("/me", headers=HTML, follow_redirects=False)
    assert (again.status_code, again.headers["location"]) == (303, "/sign-in?next=/me")


def test_a_form_gives_back_what_was_typed_and_says_what_to_do(client: Client, db: Database) -> None:
    answer = submit(client, "/sign-in/code", phone="12 <b>", next="/me")
    assert answer.status_code == 422
    assert 'value="12 &lt;b&gt;"' in answer.text
    assert 'href="#phone"' in answer.text
    assert 'aria-describedby="phone-help phone-error"' in answer.text
    phone = new_phone()
    submit(client, "/sign-in/code", phone=phone)
    wrong = f"{(int(sent_code(db, phone)) + 1) % 10**6:06}"
    answer = submit(client, "/sign-in", phone=phone, code=wrong)
    assert answer.status_code == 422
    assert f'value="{wrong}"' in answer.text
    assert "tries left: 4" in answer.text


def test_a_form_without_its_token_is_refused(client: Client, db: Database) -> None:
    assert client.post("/sign-in/code", data={"phone": new_phone()}, headers=HTML).status_code == 403
    with db.transaction() as session:
        assert session.connection().execute(text("SELECT count(*) FROM sign_in_code")).scalar_one() == 0


@pytest.mark.parametrize(
    "path", [None, "", "//evil.example", "/\\evil.example", "https://evil.example", "/a\r\nb", "me"]
)
def test_nobody_is_led_elsewhere(path: str | None) -> None:
    assert local_path(path) == "/"


@pytest.mark.parametrize(
    ("roles", "following", "landed"),
    [
        ((), "", "/me"),
        ((), "/", "/me"),
        ((), "/listings", "/listings"),
        ((), "//evil.example", "/me"),
        ((), "https://evil.example", "/me"),
        ((Role.INTEGRATOR,), "", "/me"),
    ],
)
def test_who_signs_in_lands_where_they_were_else_at_home(
    client: Client, db: Database, roles: tuple[Role, ...], following: str, landed: str
) -> None:
    phone = new_phone()
    with db.transaction() as session:
        person_id = people.with_phone(session, phone, "en")
        for role in roles:
            people.grant_role(session, person_id, role)
    submit(client, "/sign-in/code", phone=phone, next=following)
    done = submit(client, "/sign-in", phone=phone, code=sent_code(db, phone), next=following)
    assert (done.status_code, done.headers["location"]) == (303, landed)


def test_the_way_to_sign_in_remembers_the_page(client: Client) -> None:
    assert 'href="/sign-in?next=/regions"' in client.get("/regions", headers=HTML).text
    assert 'href="/sign-in"' in client.get("/", headers=HTML).text


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.COACH])
def test_a_texted_code_signs_no_operator_and_no_coach_in(client: Client, db: Database, role: Role) -> None:
    """Neither one who is appointed, nor one from before that was refused; who else has that role signs in."""
    boss, phone = somebody(db, Role.OPERATOR), new_phone()
    with db.transaction() as session:
        person_id = people.with_phone(session, phone, "en")
    path = f"/v1/people/{ids.encode('per', person_id)}/roles"
    refused = client.put(f"{path}/{role}", headers=boss.headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "staff.by_phone")
    assert client.put(f"{path}/integrator", headers=boss.headers).status_code == 204
    with db.transaction() as session:
        people.grant_role(session, person_id, role)
    client.post("/v1/auth/codes", json={"phone": phone})
    code = {"phone": phone, "code": sent_code(db, phone)}
    refused = client.post("/v1/auth/sessions", json=code)
    assert (refused.status_code, refused.json()["code"]) == (403, "sign_in.no_mailbox")
    assert drive().contact.telephone in refused.json()["detail"]
    with db.transaction() as session:
        assert sign_in.sessions_of(session, person_id) == []
        people.revoke_role(session, person_id, role)
    assert client.post("/v1/auth/sessions", json=code).status_code == 201


def test_no_key_signs_anybody_in(client: Client, db: Database) -> None:
    phone = new_phone()
    client.post("/v1/auth/codes", json={"phone": phone})
    code = {"phone": phone, "code": sent_code(db, phone)}
    refused = client.post("/v1/auth/sessions", json=code, headers={"authorization": "Bearer agm_any"})
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden.sign_in")
    assert client.post("/v1/auth/sessions", json=code).status_code == 201
