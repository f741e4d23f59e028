"""A planted cookie of an appeal shows its planter nothing: tokens are made here, and change before a name is kept."""

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.kernel.crypto import new_token
from agrimarket.kernel.db import Database
from agrimarket.onboarding.service import drafts
from tests.factories.accounts import sent_code
from tests.support.browser import Browser
from tests.support.rows import count

NAME, PHONE = "王大姐的名字", "13800138000"


def _plant(client: TestClient[Litestar], token: str) -> None:
    client.cookies.set("appeal", token, domain="testserver.local", path="/")


def _fill(browser: Browser) -> None:
    browser.get("/appeal/produce")
    browser.post("/appeal/produce", product="草莓", quantity="1000", quantity_unit="jin", spoils_in_days="3")
    browser.post("/appeal/place", region_code="210681", truck_access="small", note="北路封了")
    browser.post("/appeal/person", name=NAME, phone=PHONE)


def test_a_token_that_was_not_made_here_is_never_adopted(browser: Browser, placed: Database) -> None:
    planted = new_token()
    _plant(browser.client, planted)
    browser.get("/appeal/produce")
    browser.post("/appeal/produce", product="草莓", quantity="1000", quantity_unit="jin", spoils_in_days="3")
    with placed.reading() as session:
        assert drafts.load(session, planted) == {}
    assert count(placed, "appeal_draft") == 1


@pytest.mark.parametrize("again", [False, True])
def test_whoever_planted_a_real_token_reads_no_name_and_no_number(
    client: TestClient[Litestar], placed: Database, again: bool
) -> None:
    with placed.transaction() as session:
        planted = drafts.keep(session, None, {"product": "x"})
    victim = Browser(client)
    _plant(client, planted)
    _fill(victim)
    if again:  # they go back and correct their name
        victim.get("/appeal/person")
        assert NAME in victim.page
        victim.post("/appeal/person", name=NAME + "二", phone=PHONE)
    own = client.cookies["appeal"]
    assert own != planted
    with placed.reading() as session:
        assert not {"name", "phone"} & drafts.load(session, planted).keys()
        assert drafts.load(session, own)["phone"] == PHONE
    client.cookies.clear()
    _plant(client, planted)
    planter = Browser(client)
    for step in ("produce", "place", "person", "code"):
        page = planter.get(f"/appeal/{step}")
        assert NAME not in page and PHONE not in page


def test_the_planter_gets_no_session_from_the_victims_code(client: TestClient[Litestar], placed: Database) -> None:
    with placed.transaction() as session:
        planted = drafts.keep(session, None, {})
    victim = Browser(client)
    _plant(client, planted)
    _fill(victim)
    victim.post("/appeal/check")
    code = sent_code(placed, "+86" + PHONE)
    victim.post("/appeal/code", code=code)
    assert victim.path.startswith("/appeals/apl_")
    csrf = client.cookies.get("csrftoken")
    assert "appeal" not in client.cookies
    client.cookies.clear()
    _plant(client, planted)
    planter = Browser(client)
    planter.get("/appeal/produce")
    assert client.cookies.get("csrftoken") != csrf
    planter.post("/appeal/code", from_page=False, code=code)
    assert "session" not in client.cookies
    assert count(placed, "sign_in_session") == 1


def test_a_lost_answer_to_the_name_loses_nothing(client: TestClient[Litestar], placed: Database) -> None:
    """The browser never got the new token, and sends the page again with the old one."""
    browser = Browser(client)
    browser.get("/appeal/produce")
    browser.post("/appeal/produce", product="草莓", quantity="1000", quantity_unit="jin", spoils_in_days="3")
    browser.post("/appeal/place", region_code="210681", truck_access="small", note="北路封了")
    old = client.cookies["appeal"]
    page = browser.page
    browser.post("/appeal/person", name=NAME, phone=PHONE)
    client.cookies.delete("appeal")
    _plant(client, old)
    browser.page = page
    browser.post("/appeal/person", name=NAME, phone=PHONE)
    assert browser.path == "/appeal/check"
    browser.post("/appeal/check")
    browser.post("/appeal/code", code=sent_code(placed, "+86" + PHONE))
    assert browser.path.startswith("/appeals/apl_"), browser.page
    assert count(placed, "appeal") == 1
