"""The desk of notices: what was imported, what it changed, and a file that is uploaded."""

import json

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Role
from agrimarket.regions.service import restrictions
from agrimarket.regions.types.restrictions import Verdict
from tests.factories import regions as factory
from tests.factories.accounts import Somebody, a_person
from tests.support.browser import Browser

Client = TestClient[Litestar]
JIANGAN = "420102"


@pytest.fixture
def operator(tree_db: Database) -> Somebody:
    with tree_db.transaction() as session:
        return a_person(session, Role.OPERATOR, name="林值班")


def test_an_operator_uploads_a_notice_and_sees_what_it_changed(
    client: Client, tree_db: Database, operator: Somebody
) -> None:
    browser = Browser(client, session=operator.token)
    assert "No notice yet" in browser.get("/desk/notices")
    file = json.dumps(factory.notice(high={"湖北省 武汉市 江岸区": []}), ensure_ascii=False).encode("utf-8-sig")
    browser.post("/desk/notices", file, source="")
    assert browser.status == 422
    browser.post("/desk/notices", file, source="https://example.org/1")
    assert browser.path.startswith("/desk/notices/bul_")
    assert "Regions opened: 0, closed: 1" in browser.words
    assert "Jiang'an, Wuhan, Hubei" in browser.words
    with tree_db.reading() as session:
        assert restrictions.status(session, JIANGAN).verdict is Verdict.CLOSED


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"{", b"[" * 100_000, b'{"data": NaN}', b'"\\ud800"', b"[]"])
def test_a_file_that_is_no_notice_is_told_at_its_field(
    client: Client, tree_db: Database, operator: Somebody, content: bytes
) -> None:
    browser = Browser(client, session=operator.token)
    browser.get("/desk/notices")
    browser.post("/desk/notices", content, source="somewhere")
    assert (browser.status, 'id="file-error"' in browser.page, 'value="somewhere"' in browser.page) == (422, True, True)


def test_a_notice_that_was_cut_off_is_imported_only_on_purpose(
    client: Client, tree_db: Database, operator: Somebody
) -> None:
    notice = factory.notice(high={"湖北省 武汉市 江岸区": ["甲"]})
    notice["data"]["hcount"] = 5
    browser = Browser(client, session=operator.token)
    browser.get("/desk/notices")
    browser.post("/desk/notices", json.dumps(notice).encode(), source="x")
    assert (browser.status, "its list has 1" in browser.words) == (422, True)
    browser.post("/desk/notices", json.dumps(notice).encode(), source="x", accept_counts="yes")
    assert "it states 5" in browser.words


def test_the_desk_is_for_operators(client: Client, tree_db: Database) -> None:
    with tree_db.transaction() as session:
        somebody = a_person(session)
    browser = Browser(client, session=somebody.token)
    for path in ("/desk/notices", "/desk/names", "/desk/restrictions"):
        browser.get(path)
        assert browser.status == 403
