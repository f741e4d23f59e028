"""The desks of names without a region and of restrictions by hand, as operators use them."""

from datetime import timedelta
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Role
from agrimarket.regions.service import restrictions, unresolved
from agrimarket.regions.types.restrictions import Verdict
from tests.factories import regions as factory
from tests.factories.accounts import Somebody, a_person
from tests.support.browser import Browser

Client = TestClient[Litestar]
JIANGAN, STATED = "420102", "四川省 成都市 无此县"


def _with(said: dict[str, Any], **changes: str) -> dict[str, Any]:
    return {**said, **changes}


@pytest.fixture
def operator(tree_db: Database) -> Somebody:
    with tree_db.transaction() as session:
        return a_person(session, Role.OPERATOR, name="林值班")


def test_an_operator_says_once_what_names_mean(client: Client, tree_db: Database, operator: Somebody) -> None:
    with tree_db.transaction() as session:
        factory.close(session, area=STATED)
    browser = Browser(client, session=operator.token)
    browser.get("/desk/names")
    assert STATED in browser.words
    browser.post("/desk/names", stated=STATED, region="朝阳区")
    assert (browser.status, "may be" in browser.words, 'value="朝阳区"' in browser.page) == (422, True, True)
    browser.post("/desk/names", stated=STATED, region="成都 锦江区")
    assert "Entries that moved there: 1" in browser.words
    assert "Every name has its region" in browser.words
    with tree_db.reading() as session:
        assert unresolved.names(session) == []
        assert restrictions.status(session, "510104").verdict is Verdict.CLOSED


def test_an_operator_restricts_by_hand_and_ends_it(client: Client, tree_db: Database, operator: Somebody) -> None:
    browser = Browser(client, session=operator.token)
    browser.get("/desk/restrictions")
    said: dict[str, Any] = {
        "region": "武汉 江岸区",
        "level": "high",
        "communities": "甲小区\n\n乙小区\n甲小区",
        "source": "通知",
        "reason": "核实",
    }
    browser.post("/desk/restrictions", **_with(said, ends="2020-01-01T00:00"))
    assert (browser.status, "乙小区" in browser.page) == (422, True)
    browser.post("/desk/restrictions", **_with(said, begins="soon"))
    assert "Give day and time" in browser.words
    browser.post("/desk/restrictions", **said)
    assert browser.path.startswith("/desk/restrictions/hnd_")
    assert "甲小区、乙小区" in browser.words
    with tree_db.transaction() as session:
        assert restrictions.status(session, JIANGAN).verdict is Verdict.PARTIAL
        clock.advance(session, timedelta(hours=1))
    browser.post(f"{browser.path}/end", reason="解封")
    assert "解封" in browser.words
    with tree_db.reading() as session:
        assert restrictions.status(session, JIANGAN).verdict is Verdict.OPEN
