"""API keys on a page: made, shown once, seen and revoked; refusals change nothing."""

import re
from html import unescape

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.kernel import ids
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Role
from tests.factories.accounts import somebody
from tests.support.browser import Browser
from tests.support.rows import audited, count, values

HOME = "/me/api-keys"
Client = TestClient[Litestar]


def _key_shown(browser: Browser) -> str:
    shown = re.search(r'<textarea id="key"[^>]*>([^<]+)</textarea>', browser.page)
    assert shown, browser.page
    return unescape(shown[1])


def test_a_key_is_made_shown_once_and_revoked(client: Client, db: Database) -> None:
    owner = somebody(db, Role.INTEGRATOR)
    browser = Browser(client, session=owner.token)
    assert f'href="{HOME}"' in browser.get("/me")
    assert "No keys yet" in browser.get(HOME)
    browser.post(HOME, name="village form", scopes="profile:read")
    key = _key_shown(browser)
    assert (browser.status, browser.answer_headers["cache-control"]) == (200, "no-store")
    bearer = {"authorization": f"Bearer {key}"}
    assert client.get("/v1/me", headers=bearer).json()["roles"] == ["integrator"]
    listed = browser.get(HOME)
    assert "village form" in listed
    assert key not in listed
    (key_id,) = values(db, "SELECT id FROM api_key")
    browser.post(f"{HOME}/{ids.encode('key', key_id)}/revoke")
    assert (browser.path, browser.status) == (HOME, 200)
    assert "revoked" in browser.words
    assert client.get("/v1/me", headers=bearer).status_code == 401
    assert len(audited(db, "api_key.created")) == len(audited(db, "api_key.revoked")) == 1


def test_a_form_that_is_sent_twice_makes_one_key(client: Client, db: Database) -> None:
    browser = Browser(client, session=somebody(db, Role.OPERATOR).token)
    browser.get(HOME)
    browser.post(HOME, name="night report", scopes="audit:read")
    browser.get(HOME)
    browser.post(HOME, name="night report", scopes="audit:read")
    assert browser.status == 409
    assert 'value="night report"' in browser.page
    assert "in use" in browser.words
    assert count(db, "api_key") == 1


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"name": "form"}, 'id="scopes-error"'),
        ({"name": "", "scopes": "profile:read"}, 'id="name-error"'),
        ({"name": "form", "scopes": "ledger:read"}, 'id="scopes-error"'),
        ({"name": "form", "scopes": "nobody"}, "summary"),
    ],
)
def test_what_is_wrong_is_told_and_no_key_is_made(
    client: Client, db: Database, typed: dict[str, str], told: str
) -> None:
    browser = Browser(client, session=somebody(db, Role.INTEGRATOR).token)
    browser.get(HOME)
    browser.post(HOME, **typed)
    assert browser.status in (403, 422)
    assert told in browser.page
    assert f'value="{typed["name"]}"' in browser.page
    assert count(db, "api_key") == 0
    assert audited(db, "api_key.created") == []


@pytest.mark.parametrize("language", ["zh-Hant", "zh-Hans", "en"])
def test_who_may_not_make_keys_is_told_how_to_and_with_which_number(
    client: Client, db: Database, language: str
) -> None:
    person = somebody(db, Role.SELLER, Role.COACH)
    browser = Browser(client, session=person.token, language=language)
    assert HOME not in browser.get("/me")
    browser.get(HOME)
    assert ids.encode("per", person.person_id) in browser.words
    assert 'href="/guides/api-keys"' in browser.page
    assert f'action="{HOME}"' not in browser.page
    browser.post(HOME, from_page=False, name="x", scopes="profile:read")
    assert browser.status == 403
    assert ids.encode("per", person.person_id) in browser.words
    assert count(db, "api_key") == 0


def test_a_key_that_is_not_theirs_is_not_there(client: Client, db: Database) -> None:
    owner, other = somebody(db, Role.INTEGRATOR), somebody(db, Role.INTEGRATOR)
    body = {"name": "form", "scopes": ["profile:read"]}
    made = client.post("/v1/api-keys", json=body, headers=owner.headers).json()
    browser = Browser(client, session=other.token)
    assert "form" not in browser.get(HOME).partition('<ul class="list">')[2]
    browser.post(f"{HOME}/{made['api_key']['id']}/revoke", from_page=False)
    assert browser.status == 404
    assert client.get("/v1/me", headers={"authorization": f"Bearer {made['key']}"}).status_code == 200
    browser.become(None)
    browser.get(HOME)
    assert browser.path == "/sign-in"


def test_many_keys_come_in_pages(client: Client, db: Database) -> None:
    owner = somebody(db, Role.INTEGRATOR)
    for number in range(22):
        body = {"name": f"form {number:02}", "scopes": ["profile:read"]}
        assert client.post("/v1/api-keys", json=body, headers=owner.headers).status_code == 201
    browser = Browser(client, session=owner.token)
    first = browser.get(HOME)
    assert "form 21" in first
    assert "form 01" not in first
    following = re.search(r'href="([^"]+)" rel="next"', first)
    assert following
    assert "form 01" in browser.get(unescape(following[1]))
