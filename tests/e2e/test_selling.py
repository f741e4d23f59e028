"""A farmer on an old phone, from the approval to a listing that a visitor sees: at 360 pixels, without scripts."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import Site, View, Visit, a_site
from tests.factories import accounts as people
from tests.factories.catalog import load_catalogue
from tests.factories.files import jpeg

SHOTS = os.environ.get("AGRIMARKET_SHOTS", "")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of this test's own, with produce and an approved farmer."""
    with a_site(tmp_path_factory) as made:
        yield made


@pytest.fixture
def farmer(site: Site, visit: Visit) -> View:
    """The approved farmer's phone."""
    with site.db.transaction() as session:
        load_catalogue(session)
        token = people.a_seller(session, name="东港王大姐", region_code="210681").token
    view = visit(scripts=False, language="zh-CN")
    view.page.context.add_cookies([{"name": "session", "value": token, "url": site.url}])
    return view


def _look(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def _next(view: View, name: str) -> None:
    """Send the page, and see that the one that comes fits the phone."""
    view.page.locator("main form .actions button").first.click()
    view.page.wait_for_load_state("load")
    assert view.sideways() == 0
    _look(view.page, name)


def test_from_the_approval_to_a_listing_that_a_visitor_sees(
    farmer: View, visit: Visit, site: Site, tmp_path: Path
) -> None:
    page, box = farmer.page, tmp_path / "box.jpg"
    box.write_bytes(jpeg(640, colour="darkred"))
    farmer.go("/me")
    page.click("a[href='/sell/new']")
    _look(page, "1-what")
    page.fill("#quantity", "半吨")
    _next(farmer, "2-price")
    page.fill("#pack", "5斤")
    page.fill("#price", "68元")
    page.check("#markdown_on")
    page.fill("#markdown", "40")
    page.fill("#from_days", "3天")
    _next(farmer, "3-condition")
    assert "￥68.00" in page.content() or "¥68.00" in page.content()
    page.set_input_files("#photos", str(box))
    page.click("button[name=more]")
    assert page.locator(".photos img").count() == 1
    page.check("input[name=grade][value=first]")
    page.fill("#title", "东港草莓 5 斤装")
    page.fill("#description", "今早摘的，路封了，急着卖。")
    _next(farmer, "4-check")
    assert "今早摘的" in page.content()
    _next(farmer, "5-listing")
    number = page.url.rpartition("/")[2]
    farmer.go("/sell")
    _look(page, "6-lots")
    seen = visit(scripts=False, language="zh-CN")
    seen.go(f"/listings/{number}")
    assert "东港草莓 5 斤装" in seen.page.content()
    assert farmer.complaints == seen.complaints == []
