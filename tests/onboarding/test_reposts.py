"""The same form ten times at once, over pages and API, with real commits: one appeal, one application, one event."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text

from agrimarket.kernel import clock, ids, ratelimit
from agrimarket.kernel.db import Database
from agrimarket.onboarding.service import drafts
from tests.factories import onboarding as make

TIMES = 10


def _at_once(act: Callable[[], Any]) -> list[Any]:
    """Answers to ten calls that start together."""
    together = Barrier(TIMES)

    def run(_: int) -> Any:
        together.wait()
        return act()

    with ThreadPoolExecutor(TIMES) as pool:
        return list(pool.map(run, range(TIMES)))


@dataclass
class Poster:
    """A browser that posts a form, once or ten times at once, with one token."""

    client: TestClient[Litestar]
    cookies: dict[str, str]

    def once(self, path: str, fields: dict[str, str]) -> Any:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Accept": "text/html", "Accept-Language": "en", "Cookie": cookie}
        data = {**fields, "_csrf_token": self.cookies["csrftoken"]}
        return self.client.post(path, data=data, headers=headers, follow_redirects=False)

    def many(self, path: str, fields: dict[str, str]) -> list[Any]:
        return _at_once(lambda: self.once(path, fields))


@pytest.fixture
def poster(fresh_client: TestClient[Litestar]) -> Poster:
    ratelimit._limiters.cache_clear()  # pyright: ignore[reportPrivateUsage]
    token = fresh_client.get("/sign-in", headers={"Accept": "text/html"}).cookies["csrftoken"]
    return Poster(fresh_client, {"csrftoken": token})


def _rows(db: Database, statement: str) -> list[tuple[Any, ...]]:
    with db.reading() as session:
        return [tuple(row) for row in session.connection().execute(text(statement))]


def _events(db: Database, topic: str) -> int:
    return _rows(db, f"SELECT count(*) FROM outbox_message WHERE topic = '{topic}'")[0][0]


@pytest.fixture
def farmer(fresh_db: Database) -> make.SignedIn:
    return make.sign_in(fresh_db, 1)


def _typed(db: Database, **more: str) -> str:
    """Type an appeal except for its last page; returns the cookie by which it is found."""
    with db.transaction() as session:
        return drafts.keep(session, None, {**make.appeal_body(), "spoils_in_days": "3", **more})


def test_the_last_page_of_an_appeal(poster: Poster, fresh_db: Database, farmer: make.SignedIn) -> None:
    poster.cookies |= {"session": farmer.token, "appeal": _typed(fresh_db)}
    answers = poster.many("/appeal/check", {})
    ((appeal_id,),) = _rows(fresh_db, "SELECT id FROM appeal")
    assert {answer.headers.get("location") for answer in answers} == {f"/appeals/{ids.encode('apl', appeal_id)}"}
    assert _events(fresh_db, "appeal.received") == 1
    later = poster.once("/appeal/check", {})
    assert later.headers["location"] == f"/appeals/{ids.encode('apl', appeal_id)}"
    assert len(_rows(fresh_db, "SELECT id FROM appeal")) == 1


def test_the_code_that_signs_an_appeal(poster: Poster, fresh_db: Database) -> None:
    phone = make.phone_of(7)
    with fresh_db.transaction() as session:
        code = make.code_for(session, phone)
    poster.cookies["appeal"] = _typed(fresh_db, phone=phone)
    first = poster.many("/appeal/code", {"code": code})
    assert {answer.status_code for answer in first} <= {303, 422}
    ((appeal_id,),) = _rows(fresh_db, "SELECT id FROM appeal")
    assert _events(fresh_db, "appeal.received") == 1
    assert len(_rows(fresh_db, "SELECT id FROM person")) == 1
    # The answer was lost on the way, and the page is sent again by a browser that is not signed in yet.
    again = poster.once("/appeal/code", {"code": code})
    assert again.headers["location"] == f"/appeals/{ids.encode('apl', appeal_id)}"
    signed_in = {"Accept": "text/html", "Cookie": f"session={again.cookies['session']}"}
    assert poster.client.get(again.headers["location"], headers=signed_in).status_code == 200
    other = poster.once("/appeal/code", {"code": "000000"})
    assert "session" not in other.cookies
    with fresh_db.transaction() as session:
        clock.advance(session, timedelta(minutes=11))
    assert "session" not in poster.once("/appeal/code", {"code": code}).cookies
    assert len(_rows(fresh_db, "SELECT id FROM appeal")) == 1


def test_the_code_that_signed_an_appeal_is_not_guessed(poster: Poster, fresh_db: Database) -> None:
    """Whoever holds the draft's cookie has five tries, however fast, and however many at once."""
    phone = make.phone_of(8)
    with fresh_db.transaction() as session:
        code = make.code_for(session, phone)
    poster.cookies["appeal"] = _typed(fresh_db, phone=phone)
    assert poster.once("/appeal/code", {"code": code}).status_code == 303
    wrong = [f"{(int(code) + offset) % 10**6:06}" for offset in range(1, 6)]
    for each in wrong[:4]:
        assert "session" not in poster.once("/appeal/code", {"code": each}).cookies
    assert "session" in poster.once("/appeal/code", {"code": code}).cookies
    assert all("session" not in answer.cookies for answer in poster.many("/appeal/code", {"code": wrong[4]}))
    assert "session" not in poster.once("/appeal/code", {"code": code}).cookies


def test_a_code_without_an_appeal_begins_one(poster: Poster, fresh_db: Database, farmer: make.SignedIn) -> None:
    for cookies in ({}, {"session": farmer.token}, {"appeal": "x" * 43}):
        poster.cookies |= cookies
        assert poster.once("/appeal/code", {"code": "123456"}).headers["location"] == "/appeal/produce"
    assert _rows(fresh_db, "SELECT id FROM appeal") == []


def test_beginning_an_application(poster: Poster, fresh_db: Database, farmer: make.SignedIn) -> None:
    with fresh_db.transaction() as session:
        appeal = ids.encode("apl", make.file_appeal(session, farmer.principal.person_id).appeal.id)
    poster.cookies["session"] = farmer.token
    answers = poster.many("/apply", {"kind": "farmer", "appeal_id": appeal})
    ((application_id,),) = _rows(fresh_db, "SELECT id FROM application")
    assert {answer.headers.get("location") for answer in answers} == {
        f"/applications/{ids.encode('app', application_id)}"
    }
    assert _rows(fresh_db, "SELECT application_id, state FROM appeal") == [(application_id, "linked")]


def test_saving_a_step(poster: Poster, fresh_db: Database, farmer: make.SignedIn) -> None:
    """A single save is kept; the others are told that it has changed, and still have what they typed."""
    with fresh_db.transaction() as session:
        found = make.draft(session, farmer.principal, {}).application
    poster.cookies["session"] = farmer.token
    path = f"/applications/{ids.encode('app', found.id)}/needs"
    answers = poster.many(path, {"version": str(found.version), "needs": "packaging", "needs_note": "没有箱子"})
    assert sorted(answer.status_code for answer in answers) == [303] + [422] * 9
    assert all("没有箱子" in answer.text for answer in answers if answer.status_code == 422)
    assert _rows(fresh_db, "SELECT version FROM application") == [(found.version + 1,)]


@pytest.mark.parametrize("way", ["form", "api"])
def test_sending_in(way: str, poster: Poster, fresh_db: Database, farmer: make.SignedIn) -> None:
    with fresh_db.transaction() as session:
        application = make.draft(session, farmer.principal, make.farmer_answers(1)).application
    path = f"/applications/{ids.encode('app', application.id)}/submit"
    if way == "form":
        poster.cookies["session"] = farmer.token
        answers = poster.many(path, {})
        assert {answer.status_code for answer in answers} == {303}
    else:
        answers = _at_once(lambda: poster.client.post(f"/v1{path}", headers=farmer.headers))
        assert {(answer.status_code, answer.json()["state"]) for answer in answers} == {(200, "submitted")}
    assert _rows(fresh_db, "SELECT state FROM application") == [("submitted",)]
    assert _events(fresh_db, "application.submitted") == 1
    assert _rows(fresh_db, "SELECT count(*) FROM audit_entry WHERE action = 'application.submitted'") == [(1,)]


@pytest.mark.parametrize("keyed", [True, False], ids=["one key", "no key"])
def test_over_the_api(keyed: bool, poster: Poster, fresh_db: Database, farmer: make.SignedIn) -> None:
    headers = {**farmer.headers, **({"Idempotency-Key": "once"} if keyed else {})}
    body = make.appeal_body()
    appeals = _at_once(lambda: poster.client.post("/v1/appeals", json=body, headers=headers))
    taken = [answer for answer in appeals if answer.status_code == 201]
    assert {answer.status_code for answer in appeals} <= {201, 409}
    assert keyed or len(taken) == TIMES
    assert len({answer.json()["id"] for answer in taken}) == 1
    begun = {"kind": "farmer", "appeal_id": taken[0].json()["id"]}
    answers = _at_once(lambda: poster.client.post("/v1/applications", json=begun, headers=farmer.headers))
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert (len(_rows(fresh_db, "SELECT id FROM appeal")), len(_rows(fresh_db, "SELECT id FROM application"))) == (1, 1)
    assert _events(fresh_db, "appeal.received") == 1
