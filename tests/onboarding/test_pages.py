"""The pages, as a browser without scripts uses them."""

import re
from html import unescape

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text

from agrimarket.accounts.service import sign_in
from agrimarket.kernel import clock, ids
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Role
from agrimarket.onboarding.rules import HOLD
from agrimarket.onboarding.service import drafts, review
from tests.factories import onboarding as make

HTML = {"Accept": "text/html", "Accept-Language": "zh-Hans"}


class Browser:
    """Follows links and posts forms with their CSRF token; keeps cookies."""

    def __init__(self, client: TestClient[Litestar]) -> None:
        self.client = client
        self.page, self.path, self.status = "", "", 0

    def get(self, path: str) -> str:
        answer = self.client.get(path, headers=HTML, follow_redirects=True)
        self.page, self.path, self.status = answer.text, answer.url.path, answer.status_code
        return self.page

    def post(self, path: str, **fields: object) -> str:
        token = re.search(r'name="_csrf_token" value="([^"]+)"', self.page)
        assert token, self.page
        data = {**{k: v for k, v in fields.items() if v is not None}, "_csrf_token": unescape(token[1])}
        for hidden in ("version", "fence"):
            if found := re.search(rf'name="{hidden}" value="(\d+)"', self.page):
                data.setdefault(hidden, found[1])
        answer = self.client.post(path, data=data, headers=HTML, follow_redirects=True)
        self.page, self.path, self.status = answer.text, answer.url.path, answer.status_code
        return self.page


@pytest.fixture
def browser(client: TestClient[Litestar], placed: Database) -> Browser:
    return Browser(client)


def _as(browser: Browser, who: make.SignedIn) -> Browser:
    browser.client.cookies.set("session", who.token)
    return browser


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
    browser.post("/appeal/code", code=_latest_code(placed))
    assert browser.path.startswith("/appeals/apl_"), browser.page
    assert "1000jin" in browser.page or "1,000" in browser.page
    with placed.reading() as session:
        row = session.connection().execute(text("SELECT grams, region_code, note FROM appeal")).one()
        assert tuple(row) == (500_000, "210681", "北路封了")
        left = drafts.load(session, browser.client.cookies["appeal"])
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
    assert browser.path == "/appeal/produce"  # what was left out comes first


def test_an_application_page_by_page_resumed_elsewhere(
    browser: Browser, farmer: make.SignedIn, placed: Database
) -> None:
    _as(browser, farmer).get("/apply")
    browser.post("/apply", kind="farmer")
    base = browser.path
    browser.get(f"{base}/identity")
    shown = browser.post(f"{base}/identity", legal_name="王秀英", id_number="123")
    assert browser.status == 422
    assert 'value="123"' in shown
    assert 'href="#id_number"' in shown
    elsewhere = make.sign_in(placed, 1)
    _as(browser, elsewhere).get(f"{base}/identity")
    assert "王＊＊" in browser.page, "what was right was kept"
    browser.post(f"{base}/identity", legal_name="", id_number=make.id_number_of(5))
    assert browser.path == f"{base}/farm"
    assert make.id_number_of(5) not in browser.get(f"{base}/identity")
    browser.get(f"{base}/farm")
    browser.post(f"{base}/farm", farm_name="王家草莓", region="丹东 东港", village="", land_mu="3.5")
    assert browser.path == f"{base}/produce", browser.page
    wrong = browser.post(f"{base}/produce", product="草莓", quantity="0", quantity_unit="jin", spoils_on="2099-12-31")
    assert browser.status == 422
    assert 'id="quantity-error"' in wrong
    browser.post(
        f"{base}/produce",
        product="草莓",
        quantity="800",
        quantity_unit="jin",
        spoils_on="2099-12-31",
        right_to_sell="yes",
    )
    assert (browser.path, browser.status) == (f"{base}/documents", 200)
    assert 'enctype="multipart/form-data"' in browser.page
    browser.get(f"{base}/needs")
    browser.post(f"{base}/needs", needs=["packaging", "pricing"], needs_note="没有箱子")
    browser.get(base)
    browser.post(f"{base}/submit")
    assert browser.path == base
    assert "已提交" in browser.page
    with placed.reading() as session:
        row = session.connection().execute(text("SELECT state, grams, answers FROM application")).one()
    assert (row.state, row.grams, row.answers["needs"]["needs"]) == ("submitted", 400_000, ["packaging", "pricing"])


def test_what_is_left_is_told_before_it_is_sent(browser: Browser, farmer: make.SignedIn) -> None:
    _as(browser, farmer).get("/apply")
    browser.post("/apply", kind="farmer")
    base = browser.path
    shown = browser.post(f"{base}/submit")
    assert browser.status == 422
    assert 'href="#step-identity"' in shown
    browser.get(base)
    browser.post(f"{base}/withdraw")
    assert "已撤回" in browser.page


def test_pages_of_others_are_not_there(browser: Browser, farmer: make.SignedIn, placed: Database) -> None:
    with placed.transaction() as session:
        found = make.draft(session, farmer.principal, {})
        filed = make.file_appeal(session, farmer.principal.person_id)
    base = f"/applications/{ids.encode('app', found.application.id)}"
    _as(browser, make.sign_in(placed, 4))
    for path in (base, f"{base}/farm", f"/appeals/{ids.encode('apl', filed.appeal.id)}"):
        browser.get(path)
        assert browser.status == 404
    browser.get("/review")
    assert browser.status == 403
    browser.client.cookies.clear()
    assert browser.client.get("/apply", headers=HTML, follow_redirects=False).status_code == 303


def test_forms_need_their_token(browser: Browser, placed: Database) -> None:
    answer = browser.client.post("/appeal/produce", data={"product": "草莓"}, headers=HTML)
    assert answer.status_code == 403
    with placed.reading() as session:
        assert session.connection().execute(text("SELECT count(*) FROM appeal_draft")).scalar_one() == 0


def test_the_desk_from_claim_to_approval(
    browser: Browser, farmer: make.SignedIn, reviewer: make.SignedIn, placed: Database
) -> None:
    with placed.transaction() as session:
        found = make.submitted(session, farmer.principal)
    path = f"/review/{ids.encode('app', found.application.id)}"
    _as(browser, reviewer).get("/review")
    assert path in browser.page
    browser.get(path)
    browser.post(f"{path}/approve")
    assert browser.status == 409
    browser.post(f"{path}/claim")
    assert browser.path == path
    assert make.id_number_of(0) not in browser.page
    assert make.id_number_of(0) in browser.post(f"{path}/reveal", field="id_number")
    browser.post(f"{path}/check", requirement="identity_seen", seen="yes")
    shown = browser.post(f"{path}/reject", reason=" ")
    assert (browser.status, 'href="#reason"' in shown) == (422, True)
    shown = browser.post(f"{path}/approve", limit="12.5")
    assert (browser.status, 'value="12.5"' in shown) == (422, True)
    browser.post(f"{path}/approve", limit="3000")
    assert browser.path == "/review"
    with placed.reading() as session:
        row = session.connection().execute(text("SELECT state, exposure_limit FROM application")).one()
    assert tuple(row) == ("approved", 300_000)


@pytest.mark.parametrize("fence", ["1", "", "1" * 5_000, "²"])
def test_a_page_of_an_older_claim_does_nothing(
    browser: Browser, farmer: make.SignedIn, reviewer: make.SignedIn, placed: Database, fence: str
) -> None:
    """Claimed, lost to someone else, and claimed again: what is still open in another tab is of the first claim."""
    other = make.sign_in(placed, 5, Role.OPERATOR).principal
    with placed.transaction() as session:
        application_id = make.submitted(session, farmer.principal).application.id
        for who in (reviewer.principal, other, reviewer.principal):
            review.claim(session, who, application_id)
            clock.advance(session, HOLD)
    path = f"/review/{ids.encode('app', application_id)}"
    forms = {
        "approve": {},
        "reject": {"reason": "照片看不清"},
        "ask": {"step": "identity", "ask": "id_unreadable"},
        "check": {"requirement": "identity_seen", "seen": "yes"},
        "reveal": {"field": "id_number"},
    }
    before = _traces(placed)
    _as(browser, reviewer)
    for act, fields in forms.items():
        assert browser.get(path).count('name="fence" value="3"') >= len(forms)
        shown = browser.post(f"{path}/{act}", fence=fence, **fields)
        assert (browser.status, make.id_number_of(0) in shown) == (409, False), act
    assert _traces(placed) == before


def _traces(db: Database) -> list[object]:
    """What a decision, a check or an opened secret would leave."""
    with db.reading() as session:
        connection = session.connection()
        tables = ("application_check", "info_request", "audit_entry", "seller", "outbox_message")
        counts = [connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in tables]
        return [*counts, *map(tuple, connection.execute(text("SELECT * FROM application")))]


def test_the_first_page_is_light(browser: Browser) -> None:
    page = browser.get("/appeal/place")
    assert len(page.encode()) < 30_000
    for language in ("zh-Hant", "zh-Hans", "en"):
        shown = browser.client.get("/appeal/produce", headers={**HTML, "Accept-Language": language}).text
        assert f'<html lang="{language}">' in shown
        assert not re.findall(r">(?:appeal|form|unit|application|region_picker)\.[a-z_.]+<", shown)


def test_an_agent_fills_in_for_a_farmer_whose_phone_signs(browser: Browser, placed: Database) -> None:
    agent = make.sign_in(placed, 900)
    assert 'action="/agent/appeal"' in _as(browser, agent).get("/agent")
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
    assert "老王" not in _as(browser, make.sign_in(placed, 901)).get("/agent")


def test_one_s_own_appeal_needs_no_code_while_signed_in(browser: Browser, farmer: make.SignedIn) -> None:
    _as(browser, farmer).get("/appeal/produce")
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
    _as(browser, farmer).get("/apply")
    browser.post("/apply", kind="farmer")
    base = browser.path
    browser.get(f"{base}/farm")
    browser.post(f"{base}/farm", farm_name="王家草莓", land_mu="many", within="210000")
    assert 'value="王家草莓"' in browser.page
    assert 'name="within" value="210600"' in browser.page
    browser.post(f"{base}/farm", farm_name="王家草莓", within="999999")
    assert browser.status in (404, 422)


def test_a_step_that_cannot_be_changed_leads_to_the_overview(
    browser: Browser, farmer: make.SignedIn, placed: Database
) -> None:
    with placed.transaction() as session:
        found = make.submitted(session, farmer.principal)
    overview = f"/applications/{ids.encode('app', found.application.id)}"
    _as(browser, farmer)
    for step in ("identity", "documents"):
        browser.get(f"{overview}/{step}")
        assert browser.path == overview
    assert browser.get(f"{overview}/nonsense") and browser.status == 404
