"""The mailbox takes messages, gives them to programs, newest first, and shows them to people."""

from pathlib import Path

import pytest
from litestar.testing import TestClient

from agrimarket.embedded.mailbox import store
from agrimarket.embedded.mailbox.handlers import create_app, pieces

CODE = {"channel": "sms", "to": "+8613800000001", "body": "您的验证码是 482913，五分钟内有效。", "lang": "zh-Hans"}


@pytest.fixture
def client(tmp_path: Path):
    with TestClient(create_app(tmp_path / "mailbox.sqlite3")) as client:
        yield client


def test_messages_come_newest_first_by_recipient_and_after_an_id(client: TestClient):
    first = client.post("/messages", json=CODE).json()
    client.post("/messages", json={**CODE, "to": "a@b.cn", "channel": "email", "subject": "Hello"})
    third = client.post("/messages", json={**CODE, "body": "again"}).json()
    mine = client.get("/messages", params={"to": CODE["to"]}).json()["items"]
    assert [letter["id"] for letter in mine] == [third["id"], first["id"]]
    newer = client.get("/messages", params={"to": CODE["to"], "after": first["id"]}).json()["items"]
    assert newer == [third]
    assert len(client.get("/messages").json()["items"]) == 3


def test_what_is_no_message_is_refused_and_not_kept(client: TestClient):
    for wrong in ({**CODE, "channel": "fax"}, {"channel": "sms"}, []):
        assert client.post("/messages", json=wrong).status_code == 400
    assert client.get("/messages").json() == {"items": []}


def test_a_restart_keeps_messages_and_the_oldest_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(store, "KEPT", 3)
    box = store.Store(tmp_path / "box.sqlite3")
    for n in range(5):
        box.add(store.Letter("sms", "+86", str(n)))
    again = store.Store(tmp_path / "box.sqlite3")
    assert [letter.body for letter in again.newest()] == ["4", "3", "2"]


def test_the_page_shows_codes_and_escapes(client: TestClient):
    client.post("/messages", json={**CODE, "body": CODE["body"] + " <script>alert(1)</script> https://a.b/c?d=1&e=2"})
    page = client.get("/", headers={"accept-language": "zh-TW"})
    assert "script-src" not in page.headers["content-security-policy"]
    assert '<strong class="code">482913</strong>' in page.text
    assert "<script>" not in page.text
    assert 'href="https://a.b/c?d=1&amp;e=2"' in page.text
    assert 'lang="zh-Hant"' in page.text
    assert "style=" not in page.text
    assert client.get("/style.css").headers["content-type"].startswith("text/css")
    assert len(page.content) + len(client.get("/style.css").content) < 60_000


@pytest.mark.parametrize(
    ("body", "codes"),
    [("482913", ["482913"]), ("13800000001", []), ("1234567", []), ("a 123456. b 654321", ["123456", "654321"])],
)
def test_only_six_digits_are_a_code(body: str, codes: list[str]):
    assert [text for kind, text in pieces(body) if kind == "code"] == codes
    assert "".join(text for _, text in pieces(body)) == body
