"""Sign-in does the same work whether somebody is known or not, so that its time tells nobody."""

import re
from unittest import mock

import pyotp
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.accounts import passwords
from agrimarket.accounts.service import people, staff
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Role
from tests.factories.accounts import new_phone, somebody
from tests.support.statements import statements

Client = TestClient[Litestar]


def _work(client: Client, body: dict[str, str]) -> tuple[int, list[str], int]:
    """Status, statements without their values, and hashes of a sign-in."""
    verify = mock.Mock(wraps=passwords._hasher.verify)  # pyright: ignore[reportPrivateUsage]
    hasher = mock.Mock(wraps=passwords._hasher, verify=verify)  # pyright: ignore[reportPrivateUsage]
    with mock.patch.object(passwords, "_hasher", hasher), statements() as seen:
        answer = client.post("/v1/auth/sessions", json=body)
    return answer.status_code, [re.sub(r"%\(\w+\)s", "?", each) for each in seen], verify.call_count


@pytest.mark.parametrize("state", ["known", "disabled"])
def test_a_wrong_password_takes_the_work_of_an_unknown_mailbox(client: Client, db: Database, state: str) -> None:
    operator = somebody(db, Role.OPERATOR)
    with db.transaction() as session:
        made = staff.enrol(
            session, "a@b.cn", "A", "en", [Role.COACH], password="a right password", totp_secret=pyotp.random_base32()
        )
        if state == "disabled":
            staff.disable(session, operator.principal, made.person_id, "left")
    client.post("/v1/auth/sessions", json={"email": "x@y.cn", "password": "x", "totp": "000000"})  # makes the decoys
    asked = [{"email": email, "password": "wrong", "totp": "000000"} for email in ("a@b.cn", "nobody@b.cn")]
    known, unknown = (_work(client, body) for body in asked)
    assert known == unknown
    assert (known[0], known[2]) == (401, 1)


def test_a_code_for_a_known_number_takes_the_work_of_an_unknown_one(client: Client, db: Database) -> None:
    known = new_phone()
    with db.transaction() as session:
        people.with_phone(session, known, "en")
    seen: list[list[str]] = []
    for phone in (known, new_phone()):
        with statements() as found:
            assert client.post("/v1/auth/codes", json={"phone": phone}).status_code == 202
        seen.append([re.sub(r"%\(\w+\)s", "?", each) for each in found])
    assert seen[0] == seen[1]
