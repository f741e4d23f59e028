"""The appeal in short pages, as a browser without scripts uses them."""

import re

from sqlalchemy import text

from agrimarket.accounts.service import sign_in
from agrimarket.kernel import ids
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


def test_an_appeal_in_short_pages_without_an_account(browser: Browser, placed: Database) -> None:
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
    unread = browser.post("/appeal/person", name="王大姐", phone="139OOO12345")
    assert (browser.status, 'href="#phone"' in unread, 'value="139OOO12345"' in unread) == (422, True, True)
    browser.post("/appeal/person", name="王大姐", phone="13800138000")
    assert browser.path == "/appeal/check"
    for answer in (
        "草莓",
        "1,000 斤（500 公斤）",
        "丹东市东港市",
        "只有小车可以进",
        "北路封了",
        "王大姐",
        "13800138000",
    ):
        assert answer in browser.page, answer
    with placed.reading() as session:
        assert session.connection().execute(text("SELECT count(*) FROM sign_in_code")).scalar_one() == 0
    browser.post("/appeal/check")
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
    browser.post("/appeal/check")
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
    browser.post("/appeal/check")
    assert browser.path.startswith("/appeals/apl_")
    browser.get("/appeal/check")
    assert browser.path == "/appeal/produce", "the draft has done its work"


def test_what_is_changed_leads_back_to_the_check(browser: Browser, farmer: make.SignedIn) -> None:
    browser.become(farmer.token).get("/appeal/check")
    assert browser.path == "/appeal/produce", "nothing to check yet"
    browser.post("/appeal/produce", product="草莓", quantity="1000", quantity_unit="jin", spoils_in_days="3")
    browser.post("/appeal/place", region_code="210681")
    browser.post("/appeal/person", whose="mine", name="王大姐")
    assert browser.path == "/appeal/check"
    changes = re.findall(r'href="(/appeal/\w+)#(\w+)"', browser.page)
    assert {path for path, _ in changes} == {"/appeal/produce", "/appeal/place", "/appeal/person"}
    for path, name in changes:
        assert f'id="{name}"' in browser.get(path)
    browser.get("/appeal/produce")
    browser.post("/appeal/produce", product="菠萝", quantity="", quantity_unit="jin", spoils_in_days="0")
    assert browser.path == "/appeal/check"
    assert "菠萝" in browser.page
    assert "还不清楚" in browser.page


def test_an_application_is_checked_before_it_is_sent_in(
    browser: Browser, farmer: make.SignedIn, placed: Database
) -> None:
    with placed.transaction() as session:
        application = make.draft(session, farmer.principal, make.farmer_answers(1)).application
    base = f"/applications/{ids.encode('app', application.id)}"
    overview = browser.become(farmer.token).get(base)
    assert f'href="{base}/check"' in overview
    shown = browser.get(f"{base}/check")
    changes = sorted(set(re.findall(rf'href="({base}/\w+\?check=1)#(\w+)"', shown)))
    assert changes
    for path, name in changes:
        assert f'id="{name}"' in browser.get(path), name
        assert '<input type="hidden" name="check" value="1">' in browser.page
    produce = browser.get(f"{base}/produce?check=1")
    version = re.findall(r'name="version" value="(\d+)"', produce)[0]
    day = re.findall(r'name="spoils_on"[^>]*value="([^"]+)"', produce)[0]
    browser.post(f"{base}/produce", check="1", version=version, product="菠萝", quantity="许多", quantity_unit="jin")
    assert (browser.status, 'name="check" value="1"' in browser.page) == (422, True)
    browser.post(
        f"{base}/produce", check="1", version=re.findall(r'name="version" value="(\d+)"', browser.page)[0],
        product="菠萝", quantity="800", quantity_unit="jin", spoils_on=day, right_to_sell="yes", truck_access="yes",
    )  # fmt: skip
    assert browser.path == f"{base}/check", browser.page
    assert "800 斤（400 公斤）" in browser.page
    assert "星期" in browser.page
    browser.post(f"{base}/submit")
    assert browser.path == base
    browser.get(f"{base}/check")
    assert browser.path == base, "nothing can be changed any more"


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
