"""The operators' desk of rumours, as they use it."""

from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.kernel.db import Database
from agrimarket.kernel.ids import encode
from agrimarket.kernel.principal import Role
from agrimarket.regions.service import rumours
from tests.factories import regions as factory
from tests.factories.accounts import Somebody, a_person
from tests.factories.rumours import SAID, SOURCE, a_rumour
from tests.support.browser import Browser

Client = TestClient[Litestar]
JIANGAN = "420102"
WORD: dict[str, Any] = {"verdict": "false", "why": "喝酒不能防病毒。", "authority": "疾控中心", "source_url": SOURCE}


def _with(**changes: str) -> dict[str, Any]:
    return {**WORD, **changes}


@pytest.fixture
def operator(tree_db: Database) -> Somebody:
    with tree_db.transaction() as session:
        return a_person(session, Role.OPERATOR, name="林值班")


def test_an_operator_answers_and_supersedes(client: Client, tree_db: Database, operator: Somebody) -> None:
    with tree_db.transaction() as session:
        factory.close(session)
        rumour = a_rumour(session, region=JIANGAN, times=2)
    desk = f"/desk/rumours/{encode('rum', rumour.id)}"
    browser = Browser(client, session=operator.token)
    assert "Rumours" in browser.get("/desk")
    browser.get("/desk/rumours")
    assert SAID in browser.words
    assert "No deliveries here since December 1, 2022" in browser.words
    browser.post(f"{desk}/publish", **_with(authority="", source_url="nhc"))
    assert (browser.status, "喝酒不能防病毒。" in browser.page) == (422, True)
    assert "Paste the whole address" in browser.words
    browser.post(f"{desk}/publish", **WORD, act="preview")
    assert "What readers will see" in browser.words
    with tree_db.reading() as session:
        assert rumours.existing(session, rumour.id).words == ()
    browser.post(f"{desk}/publish", **WORD, act="publish")
    assert browser.path == desk
    assert "Supersede it" in browser.words
    browser.post(f"{desk}/publish", **WORD, act="publish", supersedes="")
    assert browser.status == 409
    with tree_db.reading() as session:
        held = rumours.existing(session, rumour.id).words[0].id
    browser.get(desk)
    browser.post(f"{desk}/publish", **_with(verdict="partly"), act="publish", supersedes=encode("reb", held))
    assert browser.status == 200
    with tree_db.reading() as session:
        assert [word.verdict.value for word in rumours.read(session, rumour.id).words] == ["partly", "false"]


def test_what_is_set_aside_has_its_reason(client: Client, tree_db: Database, operator: Somebody) -> None:
    with tree_db.transaction() as session:
        rumour = a_rumour(session)
    desk = f"/desk/rumours/{encode('rum', rumour.id)}"
    browser = Browser(client, session=operator.token)
    browser.get(desk)
    browser.post(f"{desk}/set-aside", reason="")
    assert browser.status == 422
    browser.post(f"{desk}/set-aside", reason="没法核对")
    assert SAID not in browser.get("/desk/rumours")
    assert "没法核对" in browser.get(desk)


def test_the_desk_is_for_operators(client: Client, tree_db: Database) -> None:
    with tree_db.transaction() as session:
        somebody, rumour = a_person(session), a_rumour(session)
    browser = Browser(client, session=somebody.token)
    for path in ("/desk/rumours", f"/desk/rumours/{encode('rum', rumour.id)}"):
        browser.get(path)
        assert browser.status == 403
        assert SAID not in browser.page
