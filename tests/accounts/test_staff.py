"""Staff sign in with e-mail, password and TOTP, once per step, and are enrolled by an operator."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pyotp
from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.accounts.service import staff
from agrimarket.kernel import ids
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Role
from tests.factories.accounts import somebody
from tests.factories.staff import accept, link_of
from tests.support.page import submit
from tests.support.rows import count, later

Client = TestClient[Litestar]
HTML = {"accept": "text/html", "accept-language": "en"}
SECRET = pyotp.random_base32()
PASSWORD = "correct horse battery"


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
    assert actions.count("session.refused") == 4
    later(db, timedelta(minutes=61))
    assert client.get("/v1/me", headers=operator).status_code == 401


def test_two_sign_ins_with_one_step_at_once_open_one_session(fresh_client: Client, fresh_db: Database) -> None:
    email = _staff(fresh_db, Role.OPERATOR)
    body = {"email": email, "password": PASSWORD, "totp": pyotp.TOTP(SECRET).now()}
    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(lambda _: fresh_client.post("/v1/auth/sessions", json=body).status_code, range(4)))
    assert sorted(statuses) == [201, 401, 401, 401]
    assert count(fresh_db, "sign_in_session") == 1


def test_an_operator_enrols_staff(client: Client, db: Database) -> None:
    operator = somebody(db, Role.OPERATOR)
    body = {"email": "New@Example.org", "display_name": "New", "language": "en", "roles": ["coach"]}
    made = client.post("/v1/staff", json=body, headers=operator.headers).json()
    accept(client, db, link_of(db, ids.parse("per", made["person_id"])))
    mine = client.get("/v1/me", headers={"authorization": f"Bearer {client.cookies['session']}"}).json()
    assert (mine["email"], mine["roles"]) == ("new@example.org", ["coach"])
    again = client.post("/v1/staff", json=body, headers=operator.headers)
    assert (again.status_code, again.json()["code"]) == (409, "email.taken")


def test_staff_sign_in_and_a_password_is_never_given_back(client: Client, db: Database) -> None:
    secret = pyotp.random_base32()
    with db.transaction() as session:
        staff.enrol(session, "a@b.cn", "A", "en", [Role.OPERATOR], password="correct horse", totp_secret=secret)
    answer = submit(client, "/sign-in/staff", email="a@b.cn", password="wrong horse", totp="000000")
    assert answer.status_code == 401
    assert 'value="a@b.cn"' in answer.text
    assert "wrong horse" not in answer.text
    code = pyotp.TOTP(secret).now()
    answer = submit(client, "/sign-in/staff", email="a@b.cn", password="correct horse", totp=code)
    assert answer.status_code == 303
    assert client.get("/me", headers=HTML).status_code == 200
