"""The appeal in four pages, as a browser without scripts uses them."""

import re

from sqlalchemy import text

from agrimarket.accounts.service import sign_in
from agrimarket.kernel.db import Database
from agrimarket.onboarding.service import drafts
from tests.factories import onboarding as make
from tests.support.browser import Browser


def _latest_code(db: Database) -> str:
    with db.transaction() as session:
        code_id = session.connection().execute(text("SELECT id FROM sign_in_code")).scalar_one()
        message = sign_in.code_message(session, code_id)
    assert message is not None
    return message.code


def test_an_appeal_in_four_pages_without_an_account(browser: Browser, placed: Database) -> None:
    browser.get("/appeal")
    assert browser.path == "/appeal/produce"
    wrong = browser.post("/appeal/produce", product="草莓", quantity="许多", quantity_unit="kg", spoils_in_days="")
    assert browser.status == 422
    assert 'value="草莓"' in wrong
    assert 'value="许多"' in wrong
    assert 'href="#spoils_in_days"' in wrong
    browser.post("/appeal/produce", product="草莓", quantity="1000", quantity_unit="jin", spoils_in_days="3")
    assert browser.path == "/appeal/place"
    several = browser.post("/appeal/place", region="东港", truck_access="small", note="北路封了")
    assert browser.status == 422
    assert 'value="371102"' in several
    assert "北路封了" in several
    steps = browser.get("/appeal/place?within=210600")
    assert 'name="region_code" value="210681"' in steps
    browser.post("/appeal/place", region_code="210681", truck_access="small", note="北路封了")
    assert browser.path == "/appeal/person"
    browser.post("/appeal/person", name="王大姐", phone="13800138000")
    assert browser.path == "/appeal/code"
    assert "13800138000" in browser.page
    browser.post("/appeal/code", code="12")
    assert browser.status in (401, 422)
    token = browser.client.cookies["appeal"]
    browser.post("/appeal/code", code=_latest_code(placed))
    assert "appeal" not in browser.client.cookies, "it has done its work"
    assert browser.path.startswith("/appeals/apl_"), browser.page
    assert "1000jin" in browser.page or "1,000" in browser.page
    with placed.reading() as session:
        row = session.connection().execute(text("SELECT grams, region_code, note FROM appeal")).one()
        assert tuple(row) == (500_000, "210681", "北路封了")
        left = drafts.load(session, token)
    assert set(left) == {"filed", "person_id", "code", "at"}, "what was typed is forgotten"
    appeal_id = browser.path.removeprefix("/appeals/")
    browser.post("/apply", kind="farmer", appeal_id=appeal_id)
    assert browser.path.startswith("/applications/app_")


def test_what_was_typed_survives_a_closed_browser(browser: Browser) -> None:
    browser.get("/appeal/produce")
    browser.post("/appeal/produce", product="菠萝", quantity="", quantity_unit="t", spoils_in_days="9")
    browser.get("/appeal")
    assert browser.path == "/appeal/place"
    assert 'value="菠萝"' in browser.get("/appeal/produce")


def test_the_draft_is_sealed(browser: Browser, placed: Database) -> None:
    browser.get("/appeal/person")
    browser.post("/appeal/person", name="王大姐", phone="13800138000")
    with placed.reading() as session:
        sealed = session.connection().execute(text("SELECT sealed FROM appeal_draft")).scalar_one()
    assert b"13800138000" not in bytes(sealed)
    assert browser.path == "/appeal/produce"  # the first page with missing answers


def test_forms_need_their_token(browser: Browser, placed: Database) -> None:
    answer = browser.client.post("/appeal/produce", data={"product": "草莓"}, headers=browser.headers)
    assert answer.status_code == 403
    with placed.reading() as session:
        assert session.connection().execute(text("SELECT count(*) FROM appeal_draft")).scalar_one() == 0


def test_the_first_page_is_light(browser: Browser) -> None:
    page = browser.get("/appeal/place")
    assert len(page.encode()) < 30_000
    for language in ("zh-Hant", "zh-Hans", "en"):
        shown = browser.client.get("/appeal/produce", headers={**browser.headers, "Accept-Language": language}).text
        assert f'<html lang="{language}">' in shown
        assert not re.findall(r">(?:appeal|form|unit|application|region_picker)\.[a-z_.]+<", shown)


def test_an_agent_fills_in_for_a_farmer_whose_phone_signs(browser: Browser, placed: Database) -> None:
    agent = make.sign_in(placed, 900)
    assert 'action="/agent/appeal"' in browser.become(agent.token).get("/agent")
    browser.post("/agent/appeal")
    assert browser.path == "/appeal/produce"
    browser.post("/appeal/produce", product="草莓", quantity="1000", quantity_unit="jin", spoils_in_days="3")
    browser.post("/appeal/place", region_code="210681", truck_access="small")
    assert 'value="anothers" checked' in browser.page
    without = browser.post("/appeal/person", whose="anothers", name="老王", phone="")
    assert browser.status == 422
    assert 'href="#phone"' in without
    browser.post("/appeal/person", whose="anothers", name="老王", phone="13800138001")
    assert browser.path == "/appeal/code"
    browser.post("/appeal/code", code="000000")
    assert browser.status in (401, 422)
    with placed.reading() as session:
        assert session.connection().execute(text("SELECT count(*) FROM appeal")).scalar_one() == 0
    browser.post("/appeal/code", code=_latest_code(placed))
    assert browser.path.startswith("/appeals/apl_"), browser.page
    browser.post("/apply", kind="farmer", appeal_id=browser.path.removeprefix("/appeals/"))
    application = browser.path
    assert application.startswith("/applications/app_")
    listed = browser.get("/agent")
    assert "老王" in listed
    assert f'href="{application}"' in listed
    with placed.reading() as session:
        row = session.connection().execute(text("SELECT person_id, filed_by FROM appeal")).one()
    assert (row.person_id != row.filed_by, row.filed_by) == (True, agent.principal.person_id)
    assert "老王" not in browser.become(make.sign_in(placed, 901).token).get("/agent")


def test_one_s_own_appeal_needs_no_code_while_signed_in(browser: Browser, farmer: make.SignedIn) -> None:
    browser.become(farmer.token).get("/appeal/produce")
    browser.post("/appeal/produce", product="草莓", quantity="1000", quantity_unit="jin", spoils_in_days="3")
    browser.post("/appeal/place", region_code="210681", truck_access="small")
    browser.post("/appeal/person", whose="mine", name="王大姐")
    assert browser.path.startswith("/appeals/apl_")


def test_looking_for_the_place_by_steps_keeps_what_was_typed_beside_it(
    browser: Browser, farmer: make.SignedIn, placed: Database
) -> None:
    browser.get("/appeal/place")
    browser.post("/appeal/place", within="210600", truck_access="no", note="北路封了")
    assert browser.path == "/appeal/place"
    assert "北路封了" in browser.page
    assert 'value="210681"' in browser.page
    assert 'value="no" checked' in browser.page
    browser.become(farmer.token).get("/apply")
    browser.post("/apply", kind="farmer")
    base = browser.path
    browser.get(f"{base}/farm")
    browser.post(f"{base}/farm", farm_name="王家草莓", land_mu="many", within="210000")
    assert 'value="王家草莓"' in browser.page
    assert 'name="within" value="210600"' in browser.page
    browser.post(f"{base}/farm", farm_name="王家草莓", within="999999")
    assert browser.status in (404, 422)
