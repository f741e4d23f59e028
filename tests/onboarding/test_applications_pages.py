"""The pages of applications, as a browser without scripts uses them."""

from sqlalchemy import text

from agrimarket.kernel import ids
from agrimarket.kernel.db import Database
from tests.factories import onboarding as make
from tests.support.browser import Browser


def test_an_application_page_by_page_resumed_elsewhere(
    browser: Browser, farmer: make.SignedIn, placed: Database
) -> None:
    browser.become(farmer.token).get("/apply")
    browser.post("/apply", kind="farmer")
    base = browser.path
    browser.get(f"{base}/identity")
    shown = browser.post(f"{base}/identity", legal_name="王秀英", id_number="123")
    assert browser.status == 422
    assert 'value="123"' in shown
    assert 'href="#id_number"' in shown
    elsewhere = make.sign_in(placed, 1)
    browser.become(elsewhere.token).get(f"{base}/identity")
    assert "王＊＊" in browser.page, "what was right was kept"
    browser.post(f"{base}/identity", legal_name="", id_number=make.id_number_of(5))
    assert browser.path == f"{base}/farm"
    assert make.id_number_of(5) not in browser.get(f"{base}/identity")
    browser.get(f"{base}/farm")
    browser.post(f"{base}/farm", farm_name="王家草莓", region="丹东 东港", village="", land_mu="3.5")
    assert browser.path == f"{base}/produce", browser.page
    wrong = browser.post(f"{base}/produce", product="草莓", quantity="0", quantity_unit="jin", spoils_on=make.SPOILS_ON)
    assert browser.status == 422
    assert 'id="quantity-error"' in wrong
    browser.post(
        f"{base}/produce",
        product="草莓",
        quantity="800",
        quantity_unit="jin",
        spoils_on=make.SPOILS_ON,
        right_to_sell="yes",
    )
    assert (browser.path, browser.status) == (f"{base}/documents", 200)
    assert 'enctype="multipart/form-data"' in browser.page
    browser.get(f"{base}/needs")
    browser.post(f"{base}/needs", needs=["packaging", "pricing"], needs_note="没有箱子")
    browser.get(f"{base}/check")
    browser.post(f"{base}/submit")
    assert browser.path == base
    assert "已提交" in browser.page
    with placed.reading() as session:
        row = session.connection().execute(text("SELECT state, grams, answers FROM application")).one()
    assert (row.state, row.grams, row.answers["needs"]["needs"]) == ("submitted", 400_000, ["packaging", "pricing"])


def test_what_is_left_is_told_before_it_is_sent(browser: Browser, farmer: make.SignedIn) -> None:
    browser.become(farmer.token).get("/apply")
    browser.post("/apply", kind="farmer")
    base = browser.path
    assert "还没有填" in browser.get(f"{base}/check")
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
    browser.become(make.sign_in(placed, 4).token)
    for path in (base, f"{base}/farm", f"/appeals/{ids.encode('apl', filed.appeal.id)}"):
        browser.get(path)
        assert browser.status == 404
    browser.get("/review")
    assert browser.status == 403
    browser.client.cookies.clear()
    assert browser.client.get("/apply", headers=browser.headers, follow_redirects=False).status_code == 303


def test_a_step_that_cannot_be_changed_leads_to_the_overview(
    browser: Browser, farmer: make.SignedIn, placed: Database
) -> None:
    with placed.transaction() as session:
        found = make.submitted(session, farmer.principal)
    overview = f"/applications/{ids.encode('app', found.application.id)}"
    browser.become(farmer.token)
    for step in ("identity", "documents"):
        browser.get(f"{overview}/{step}")
        assert browser.path == overview
    assert browser.get(f"{overview}/nonsense") and browser.status == 404
