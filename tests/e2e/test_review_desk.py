"""Two reviewers and a farmer in real browsers: a hold, a question, and the approval that the farmer sees."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from agrimarket.kernel import clock, ids
from agrimarket.kernel.principal import Role
from tests.e2e.conftest import Site, View, Visit, press
from tests.factories import onboarding as make
from tests.factories import regions
from tests.factories.accounts import Somebody, a_person

REASON = "The photo of the licence is of another farm.\nPlease send the right one."


@pytest.fixture(scope="module")
def country(site: Site) -> Site:
    """The site with its regions."""
    with site.db.transaction() as session:
        regions.load_tree(session)
    return site


def _reviewer(site: Site, name: str) -> Somebody:
    with site.db.transaction() as session:
        return a_person(session, Role.OPERATOR, language="en", name=name)


def _application(site: Site, number: int) -> tuple[Somebody, str]:
    """A farmer who has sent an application in, and its id on the wire."""
    with site.db.transaction() as session:
        farmer = a_person(session, name="王秀英")
        return farmer, ids.encode("app", make.submitted(session, farmer.principal, number).application.id)


def _as(view: View, who: Somebody) -> View:
    view.page.context.add_cookies([{"name": "session", "value": who.token, "url": view.site.url}])
    return view


def _press(page: Page, name: str, within: str = "main") -> None:
    press(page.locator(within).get_by_role("button", name=name, exact=True).first)


def _fits(view: View, refused: int = 0) -> None:
    """Check that nothing scrolls sideways or comes from other hosts; an expected refusal is the only complaint."""
    unmeant = [line for line in view.complaints if not refused or str(refused) not in line]
    assert (view.sideways(), view.foreign(), unmeant) == (0, [], [])
    assert bool(view.complaints) == bool(refused)
    view.complaints.clear()


def _opened(site: Site, application: str) -> int:
    query = text("SELECT count(*) FROM audit_entry WHERE action = 'application.secret_opened' AND subject = :subject")
    with site.db.reading() as session:
        return session.connection().execute(query, {"subject": application}).scalar_one()


def test_from_the_claim_to_the_approval(visit: Visit, country: Site) -> None:
    chen, lin = _reviewer(country, "Reviewer Chen"), _reviewer(country, "Reviewer Lin")
    farmer, application = _application(country, 71)
    first, second = (_as(visit(width=1280, language="en"), who) for who in (chen, lin))
    for tab in (first, second):
        tab.go("/review")
        tab.page.locator(f'.queue a[href="/review/{application}"]').click()
        _fits(tab)
    _press(first.page, "Claim")
    assert "Yours until" in first.page.locator("main").inner_text()
    _press(second.page, "Claim")
    expect(second.page.locator("#summary")).to_have_count(1)
    told = second.page.locator("main").inner_text()
    assert "A colleague is reviewing this one" in second.page.locator("#summary").inner_text()
    assert "Reviewer Chen has it until" in told
    assert second.page.get_by_role("button", name="Approve").count() == 0
    _fits(second, refused=409)
    second.go("/review")
    assert second.page.locator(f'a[href="/review/{application}"]').count() == 0, (
        "what somebody holds is not in the queue"
    )

    page, secret = first.page, make.id_number_of(71)
    _press(page, "I have seen it")
    assert page.get_by_role("button", name="Take back").count() == 1
    assert secret not in page.content()
    page.locator("form", has=page.locator('input[name="field"][value="id_number"]')).get_by_role("button").click()
    assert secret in page.locator("main").inner_text()
    assert _opened(country, application) == 1
    first.go(f"/review/{application}")
    assert secret not in page.content(), "it is shown once"
    assert _opened(country, application) == 1
    _fits(first)
    page.locator("summary", has_text="Ask for information").click()
    page.locator("#step").select_option("identity")
    page.locator("#ask").select_option("id_unreadable")
    page.locator("#note").fill("两面都要拍。\n反面也要。")
    _press(page, "Ask for information", "details")
    assert page.url.endswith("/review")
    _fits(first)

    phone = _as(visit(width=360, language="zh-CN"), farmer)
    phone.go(f"/applications/{application}")
    asked = phone.page.locator(".note.warning").inner_text()
    assert "身份证号码或照片看不清楚" in asked
    assert "两面都要拍。\n反面也要。" in asked
    assert "要补充" in phone.page.locator("#step-identity").inner_text()
    links = phone.page.locator(f'main a[href^="/applications/{application}/"]')
    base = f"/applications/{application}"
    assert [link.get_attribute("href") for link in links.all()] == [f"{base}/identity", f"{base}/check"]
    _fits(phone)
    links.last.click()
    press(phone.page.locator("main form .actions button"))
    expect(phone.page.locator("#summary a").first).to_be_visible()
    _fits(phone, refused=422)
    phone.go(f"{base}/identity")
    assert "反面也要" in phone.page.locator(".note.warning").inner_text()
    phone.page.locator("#legal_name").fill("王秀英")
    press(phone.page.locator("main form .actions button"))
    _fits(phone)
    phone.go(f"{base}/check")
    press(phone.page.locator("main form .actions button"))
    expect(phone.page.locator("main form .actions button")).to_have_count(0)
    _fits(phone)

    second.go("/review")
    second.page.locator(f'a[href="/review/{application}"]').click()
    _press(second.page, "Claim")
    second.page.keyboard.press("e")
    second.page.locator("#limit").fill("9999999")
    _press(second.page, "Yes, approve it")
    expect(second.page.locator("#summary")).to_have_count(1)
    assert second.page.locator("#limit").input_value() == "9999999"
    assert second.page.locator("#limit-error").count() == 1
    _fits(second, refused=422)
    second.page.locator("#limit").fill("3,000")
    _press(second.page, "Yes, approve it")
    assert second.page.url.endswith("/review")
    _fits(second)
    phone.go(f"/applications/{application}")
    assert "通过了，可以上架卖了" in phone.page.locator("main .note").first.inner_text()
    _fits(phone)
    with country.db.reading() as session:
        query = text("SELECT state, exposure_limit FROM application WHERE id = :id")
        row = session.connection().execute(query, {"id": ids.parse("app", application)}).one()
    assert tuple(row) == ("approved", 300_000)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_form_that_comes_after_the_claim_was_lost(visit: Visit, country: Site, scripts: bool) -> None:
    """The answer shows the refusal and what was typed, which can be copied; nothing is decided."""
    chen, lin = _reviewer(country, "Reviewer Chen"), _reviewer(country, "Reviewer Lin")
    _, application = _application(country, 72 + scripts)
    first, second = (_as(visit(width=1280, scripts=scripts, language="en"), who) for who in (chen, lin))
    first.go(f"/review/{application}")
    _press(first.page, "Claim")
    first.page.locator("summary", has_text="Reject").click()
    first.page.locator("#reason").fill(REASON)
    with country.db.transaction() as session:
        clock.advance(session, timedelta(minutes=31))
    second.go(f"/review/{application}")
    _press(second.page, "Claim")
    assert "Yours until" in second.page.locator("main").inner_text()
    _press(first.page, "Reject", "details")
    expect(first.page.locator("#summary")).to_have_count(1)
    assert "You do not hold this one any more" in first.page.locator("#summary").inner_text()
    assert first.page.locator("#written").input_value() == REASON
    assert "Reviewer Lin has it until" in first.page.locator("main").inner_text()
    _fits(first, refused=409)
    with country.db.reading() as session:
        query = text("SELECT state, reason, reviewer_id FROM application WHERE id = :id")
        row = session.connection().execute(query, {"id": ids.parse("app", application)}).one()
    assert tuple(row) == ("in_review", "", lin.person_id)
