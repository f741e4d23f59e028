"""Storms from a thousand addresses: nobody guesses a code, and the owner still signs in, from anywhere."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.accounts.service import staff
from agrimarket.app import create_app
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Role
from agrimarket.settings import get_settings
from tests.factories.accounts import new_phone, sent_code
from tests.support.current import CurrentDatabase
from tests.support.rows import count, later

ADDRESSES = 1_000
PASSWORD = "correct horse battery"
Client = TestClient[Litestar]


@pytest.fixture(scope="module")
def behind_a_proxy() -> tuple[Litestar, CurrentDatabase]:
    current = CurrentDatabase()
    return create_app(get_settings().model_copy(update={"trusted_proxies": 1}), current), current


@pytest.fixture
def visited(behind_a_proxy: tuple[Litestar, CurrentDatabase], db: Database) -> Iterator[Client]:
    """A client whose address is what its `X-Forwarded-For` says."""
    behind_a_proxy[1].current = db
    with TestClient(behind_a_proxy[0], raise_server_exceptions=False) as client:
        yield client


def _from(number: int) -> dict[str, str]:
    return {"x-forwarded-for": f"10.{number // 65_536}.{number // 256 % 256}.{number % 256}"}


OWNER = {"x-forwarded-for": "203.0.113.7"}
ELSEWHERE = {"x-forwarded-for": "198.51.100.9"}


def _ask(client: Client, phone: str, headers: dict[str, str]) -> Any:
    return client.post("/v1/auth/codes", json={"phone": phone}, headers=headers)


def _try(client: Client, phone: str, code: str, headers: dict[str, str]) -> Any:
    return client.post("/v1/auth/sessions", json={"phone": phone, "code": code}, headers=headers)


@pytest.mark.slow
def test_a_thousand_addresses_ask_for_codes_and_the_owner_signs_in(visited: Client, db: Database) -> None:
    phone = new_phone()
    sent = 0
    for number in range(ADDRESSES):
        sent += _ask(visited, phone, _from(number)).status_code == 202
        if number % 10 == 9:
            later(db, timedelta(seconds=61))
    assert sent <= 15, "a hundred minutes: five short codes, and then one in ten minutes"
    assert _ask(visited, phone, OWNER).status_code in (202, 429)  # if none comes now, the newest is still good
    code = sent_code(db, phone)
    assert re.fullmatch(r"\d{12}", code)
    assert _try(visited, phone, code, ELSEWHERE).status_code == 201


@pytest.mark.slow
def test_a_thousand_addresses_guess_and_the_owner_signs_in(visited: Client, db: Database) -> None:
    phone = new_phone()
    assert _ask(visited, phone, OWNER).status_code == 202
    code = sent_code(db, phone)
    wrong = f"{(int(code) + 1) % 10**6:06}"
    answers = [_try(visited, phone, wrong, _from(number)).json()["code"] for number in range(ADDRESSES)]
    assert answers == ["code.wrong"] * 5 + ["code.expired"] * (ADDRESSES - 5)
    assert _try(visited, phone, code, OWNER).json()["code"] == "code.expired"
    later(db, timedelta(seconds=61))
    assert _ask(visited, phone, OWNER).status_code == 202
    long = sent_code(db, phone)
    assert len(long) == 12
    for number in range(ADDRESSES):
        assert _try(visited, phone, f"{number:012}", _from(number)).json()["code"] == "code.wrong"
    assert _try(visited, phone, long, OWNER).status_code == 201
    assert count(db, "sign_in_session") == 1
    assert _try(visited, phone, long, OWNER).status_code == 422  # a code works once


def test_one_address_cannot_guess_on(visited: Client, db: Database) -> None:
    phone = new_phone()
    _ask(visited, phone, OWNER)
    statuses = [_try(visited, phone, "000001", _from(1)).status_code for _ in range(21)]
    assert (statuses[19], statuses[20]) == (422, 429)
    assert _try(visited, phone, "000001", _from(2)).status_code == 422


def test_after_a_sign_in_codes_are_short_again(visited: Client, db: Database) -> None:
    phone = new_phone()
    _ask(visited, phone, OWNER)
    for number in range(5):
        _try(visited, phone, "000000" if sent_code(db, phone) != "000000" else "000001", _from(number))
    later(db, timedelta(seconds=61))
    _ask(visited, phone, OWNER)
    assert _try(visited, phone, sent_code(db, phone), OWNER).status_code == 201
    later(db, timedelta(seconds=61))
    _ask(visited, phone, OWNER)
    assert len(sent_code(db, phone)) == 6


def test_a_mailbox_that_many_addresses_try_still_opens_for_its_owner(visited: Client, db: Database) -> None:
    secret = pyotp.random_base32()
    with db.transaction() as session:
        staff.enrol(session, "a@b.cn", "A", "en", [Role.OPERATOR], password=PASSWORD, totp_secret=secret)
    body = {"email": "a@b.cn", "password": "wrong horse", "totp": "000000"}
    for number in range(60):
        assert visited.post("/v1/auth/sessions", json=body, headers=_from(number)).status_code == 401
    right = {"email": "a@b.cn", "password": PASSWORD, "totp": pyotp.TOTP(secret).now()}
    assert visited.post("/v1/auth/sessions", json=right, headers=OWNER).status_code == 201
    many = [visited.post("/v1/auth/sessions", json=body, headers=_from(61)).status_code for _ in range(11)]
    assert many == [401] * 10 + [429]
