"""An operator invites a colleague, who signs in, tries failed work again, gives some up, and then leaves."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from agrimarket.kernel.principal import Role
from agrimarket.settings import get_settings
from tests.e2e.conftest import Site, View, Visit
from tests.factories.accounts import Somebody, a_person
from tests.factories.deliveries import a_dead_letter
from tests.factories.staff import app_of, link_of, person_of


@pytest.fixture
def operator(site: Site) -> Somebody:
    with site.db.transaction() as session:
        return a_person(session, Role.OPERATOR, name="林值班")


def _open(visit: Visit, who: Somebody | None, *, width: int, scripts: bool = False, language: str = "en") -> View:
    view = visit(width=width, scripts=scripts, language=language)
    if who is not None:
        view.page.context.add_cookies([{"name": "session", "value": who.token, "url": view.site.url}])
    return view


def _fine(view: View) -> tuple[int, list[str], list[str]]:
    return view.sideways(), view.foreign(), view.complaints


@pytest.mark.parametrize(("width", "scripts"), [(360, False), (1280, True)], ids=["phone", "desk"])
def test_a_colleague_comes_works_and_leaves(
    visit: Visit, site: Site, operator: Somebody, width: int, scripts: bool
) -> None:
    email = f"colleague.{width}@example.org"
    with site.db.transaction() as session:
        for error in ("TimeoutError: Stripe did not answer", "ValueError: no such lot"):
            a_dead_letter(session, error=error)
    boss = _open(visit, operator, width=width, scripts=scripts)
    boss.go("/desk")
    assert _fine(boss) == (0, [], [])
    expect(boss.page.get_by_role("main")).to_contain_text("Failed work")
    boss.page.get_by_role("main").get_by_role("link", name="Staff").click()
    boss.page.get_by_role("button", name="Add somebody").click()
    expect(boss.page.locator("#email-error")).to_be_visible()
    boss.complaints.clear()
    boss.page.get_by_label("E-mail").fill(email)
    boss.page.get_by_label("Name", exact=True).fill("Chen Reviewer")
    boss.page.get_by_label("Operator").check()
    boss.page.get_by_role("button", name="Add somebody").click()
    expect(boss.page.locator("#at-hand")).to_contain_text(f"A link is on its way to {email}")
    _keep(boss, f"desk-staff-made-{width}.png")
    assert _fine(boss) == (0, [], [])
    theirs = _open(visit, None, width=width, scripts=scripts)
    link = link_of(site.db, person_of(site.db, email))
    theirs.go(link.removeprefix(get_settings().base_url))
    expect(theirs.page.get_by_role("img", name="Code for the authenticator app")).to_be_visible()
    assert _fine(theirs) == (0, [], [])
    theirs.page.locator("#password").fill("a long password of mine")
    theirs.page.locator("#totp").fill(app_of(site.db, link).now())
    theirs.page.get_by_role("main").get_by_role("button").click()
    expect(theirs.page).to_have_url(f"{site.url}/desk")
    _look_after_failed_work(theirs)
    boss.page.get_by_label("Why").fill("went home")
    boss.page.get_by_role("button", name="Disable").click()
    expect(boss.page.locator("#at-hand")).to_contain_text("Disabled")
    theirs.page.reload()
    expect(theirs.page.get_by_role("main")).not_to_contain_text("Failed work")
    boss.page.get_by_role("link", name="What was done to them").click()
    expect(boss.page.locator(".entries")).to_contain_text("went home")
    assert _fine(boss) == (0, [], [])


def _look_after_failed_work(view: View) -> None:
    page = view.page
    page.get_by_role("main").get_by_role("link", name="Failed work").click()
    waiting = page.locator(".queue a").count()
    assert waiting >= 2
    expect(page.locator("#at-hand")).to_contain_text("Error")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".queue a")).to_have_count(waiting - 1)
    page.get_by_role("button", name="Give up").click()
    expect(page.locator("#reason-error")).to_be_visible()
    view.complaints.clear()
    page.get_by_label("Why", exact=True).fill("paid by hand")
    page.get_by_role("button", name="Give up").click()
    expect(page.locator(".queue a")).to_have_count(waiting - 2)
    assert _fine(view) == (0, [], [])


@pytest.mark.parametrize("language", ["zh-TW", "zh-CN", "en"])
@pytest.mark.parametrize("width", [360, 1280])
def test_each_desk_fits_in_each_language(
    visit: Visit, site: Site, operator: Somebody, language: str, width: int, request: pytest.FixtureRequest
) -> None:
    with site.db.transaction() as session:
        a_dead_letter(session, error="TimeoutError: " + "x" * 300)
    view = _open(visit, operator, width=width, language=language)
    for path in ("/desk", "/desk/staff", "/desk/audit", "/desk/dead-letters"):
        view.go(path)
        assert (path, _fine(view)) == (path, (0, [], []))
        _keep(view, f"{path.strip('/').replace('/', '-')}-{language}-{width}.png")


def _keep(view: View, name: str) -> None:
    """A picture, where somebody wants to look."""
    if folder := os.environ.get("AGRIMARKET_TEST_PICTURES"):
        view.page.screenshot(path=Path(folder) / name, full_page=True)
