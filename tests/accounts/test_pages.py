"""Signing in with a browser, and the client's address."""

import re
from collections.abc import Iterator
from typing import Any

import pyotp
import pytest
from litestar import Litestar, Request
from litestar.testing import RequestFactory, TestClient
from sqlalchemy import text

from agrimarket.accounts.pages import local_path
from agrimarket.accounts.service import sign_in, staff
from agrimarket.http import ratelimit
from agrimarket.http.client import client_address, client_network
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Role
from tests.factories.accounts import new_phone

Client = TestClient[Litestar]
HTML = {"accept": "text/html", "accept-language": "en"}


@pytest.fixture(autouse=True)
def new_limits() -> Iterator[None]:
    """Limits are counted in this process; each test starts from nothing."""
    ratelimit._limiters.cache_clear()  # pyright: ignore[reportPrivateUsage]
    yield
    ratelimit._limiters.cache_clear()  # pyright: ignore[reportPrivateUsage]


def _submit(client: Client, path: str, **fields: str) -> Any:
    shown = client.get("/sign-in", headers=HTML)
    found = re.search(r'name="_csrf_token" value="([^"]+)"', shown.text)
    assert found
    data = {**fields, "_csrf_token": found.group(1)}
    return client.post(path, data=data, headers=HTML, follow_redirects=False)


def _code(db: Database, phone: str) -> str:
    with db.transaction() as session:
        row = session.connection().execute(text("SELECT id FROM sign_in_code WHERE phone = :p"), {"p": phone}).one()
        message = sign_in.code_message(session, row.id)
    assert message is not None
    return message.code


def test_a_person_signs_in_goes_on_where_they_were_and_signs_out(client: Client, db: Database) -> None:
    phone = new_phone()
    asked = _submit(client, "/sign-in/code", phone=phone, next="/me")
    assert asked.status_code == 200
    assert 'autocomplete="one-time-code"' in asked.text
    done = _submit(client, "/sign-in", phone=phone, code=_code(db, phone), next="/me")
    assert (done.status_code, done.headers["location"]) == (303, "/me")
    cookie = next(value for value in done.headers.get_list("set-cookie") if value.startswith("session="))
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    token = client.cookies["session"]
    mine = client.get("/me", headers=HTML)
    assert (mine.status_code, phone in mine.text) == (200, True)
    assert client.get("/v1/me").status_code == 401  # the API takes no cookies
    assert _submit(client, "/sign-out").status_code == 303
    client.cookies.set("session", token)
    again = client.get("/me", headers=HTML, follow_redirects=False)
    assert (again.status_code, again.headers["location"]) == (303, "/sign-in?next=/me")


def test_a_form_gives_back_what_was_typed_and_says_what_to_do(client: Client, db: Database) -> None:
    answer = _submit(client, "/sign-in/code", phone="12 <b>", next="/me")
    assert answer.status_code == 422
    assert 'value="12 &lt;b&gt;"' in answer.text
    assert 'href="#phone"' in answer.text
    assert 'aria-describedby="phone-help phone-error"' in answer.text
    phone = new_phone()
    _submit(client, "/sign-in/code", phone=phone)
    wrong = f"{(int(_code(db, phone)) + 1) % 10**6:06}"
    answer = _submit(client, "/sign-in", phone=phone, code=wrong)
    assert answer.status_code == 422
    assert f'value="{wrong}"' in answer.text
    assert "tries left: 4" in answer.text


def test_a_form_without_its_token_is_refused(client: Client, db: Database) -> None:
    assert client.post("/sign-in/code", data={"phone": new_phone()}, headers=HTML).status_code == 403
    with db.transaction() as session:
        assert session.connection().execute(text("SELECT count(*) FROM sign_in_code")).scalar_one() == 0


def test_staff_sign_in_and_a_password_is_never_given_back(client: Client, db: Database) -> None:
    secret = pyotp.random_base32()
    with db.transaction() as session:
        staff.enrol(session, "a@b.cn", "A", "en", [Role.OPERATOR], password="correct horse", totp_secret=secret)
    answer = _submit(client, "/sign-in/staff", email="a@b.cn", password="wrong horse", totp="000000")
    assert answer.status_code == 401
    assert 'value="a@b.cn"' in answer.text
    assert "wrong horse" not in answer.text
    code = pyotp.TOTP(secret).now()
    answer = _submit(client, "/sign-in/staff", email="a@b.cn", password="correct horse", totp=code)
    assert answer.status_code == 303
    assert client.get("/me", headers=HTML).status_code == 200


def test_the_language_is_remembered_for_pages(client: Client) -> None:
    answer = _submit(client, "/language", language="zh-Hant", next="/sign-in")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert 'lang="zh-Hant"' in client.get("/sign-in", headers=HTML).text
    _submit(client, "/language", language="xx")
    assert 'lang="zh-Hant"' in client.get("/sign-in", headers=HTML).text


@pytest.mark.parametrize(
    "path", [None, "", "//evil.example", "/\\evil.example", "https://evil.example", "/a\r\nb", "me"]
)
def test_nobody_is_led_elsewhere(path: str | None) -> None:
    assert local_path(path) == "/"


def _request(**headers: str) -> Request[Any, Any, Any]:
    return RequestFactory().get("/", headers={name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize(
    ("forwarded", "proxies", "seen"),
    [
        ("1.2.3.4", 0, None),
        ("6.6.6.6, 1.2.3.4", 1, "1.2.3.4"),
        ("6.6.6.6, 1.2.3.4, 10.0.0.1", 2, "1.2.3.4"),
        ("1.2.3.4", 2, None),
        ("nonsense", 1, None),
    ],
)
def test_a_forwarded_address_is_believed_for_as_many_hops_as_there_are_proxies(
    forwarded: str, proxies: int, seen: str | None
) -> None:
    peer = client_address(_request(), 0)
    assert client_address(_request(x_forwarded_for=forwarded), proxies) == (seen or peer)


def test_an_ipv6_subscriber_is_one_network() -> None:
    networks = {
        client_network(_request(x_forwarded_for=address), 1) for address in ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9")
    }
    assert networks == {"2001:db8:1:2::/64"}
