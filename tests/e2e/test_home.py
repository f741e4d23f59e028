"""The public pages on an old phone and on a desktop: complete without scripts, small, and nothing from other hosts."""

import pytest

from agrimarket.kernel.ids import encode
from tests.e2e.conftest import Site, Visit
from tests.factories import accounts, catalog

PAGES = ["/", "/?q=nothing-like-it", "/about", "/regions", "/schema"]


@pytest.fixture(scope="module")
def listing(site: Site) -> str:
    """The path of one of three listings that are on sale."""
    with site.db.transaction() as session:
        catalog.load_catalogue(session)
        seller = accounts.a_seller(session).principal
        catalog.a_listing(
            session, seller, code="pineapple", region="420525", title="鳳梨 10 斤裝，果園直送", price=3_900
        )
        catalog.a_listing(session, seller, code="sweet_potato", title="Cellared sweet potatoes, 20 jin", price=2_600)
        first = catalog.a_listing(session, seller, title="丹東草莓，今晨採收，5 斤裝")
    return f"/listings/{encode('lst', first.id)}"


GUIDES = ["/guides", "/guides/getting-started", "/guides/api-keys"]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("path", ["listing", *PAGES, *GUIDES])
def test_a_page_fits_a_small_phone_and_keeps_to_this_house(
    visit: Visit, listing: str, path: str, scripts: bool
) -> None:
    view = visit(width=360, scripts=scripts)
    response = view.go(listing if path == "listing" else path)
    assert response is not None
    assert response.status == 200
    assert view.complaints == []
    assert view.foreign() == []
    if scripts:
        assert view.sideways() <= 0
    assert view.page.locator("h1").count() == 1


def test_the_first_view_of_a_farmer_is_small(visit: Visit, listing: str) -> None:
    view = visit()
    view.go("/")
    assert 0 < view.weight() < 60_000


def test_nothing_inline_is_needed(visit: Visit, listing: str) -> None:
    view = visit()
    for path in ("/", listing, "/schema"):
        view.go(path)
        inline = "[style], style, script:not([src], [type='application/ld+json']), [onclick], [onload]"
        assert view.page.locator(inline).count() == 0


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_the_language_is_chosen_at_the_bottom_and_stays(visit: Visit, listing: str, scripts: bool) -> None:
    view = visit(scripts=scripts, language="en")
    view.go(listing)
    assert view.page.locator("html").get_attribute("lang") == "en"
    for language, name in (("zh-Hant", "繁體中文"), ("zh-Hans", "简体中文")):
        view.page.get_by_role("button", name=name).click()
        view.page.wait_for_load_state()
        assert view.page.locator("html").get_attribute("lang") == language
        assert view.page.url.endswith(listing)
    view.go("/")
    assert view.page.locator("html").get_attribute("lang") == "zh-Hans"


def test_the_keyboard_shows_where_it_is(visit: Visit, listing: str) -> None:
    view = visit(width=1280)
    view.go("/")
    seen: set[str] = set()
    for _ in range(12):
        view.page.keyboard.press("Tab")
        focus = view.page.evaluate(
            """() => { const e = document.activeElement, s = getComputedStyle(e);
                       const name = e.tagName + (e.textContent || e.name).trim().slice(0, 20);
                       return [name, s.outlineStyle, parseFloat(s.outlineWidth)] }"""
        )
        assert focus[1] == "solid", focus
        assert focus[2] >= 2, focus
        seen.add(focus[0])
    assert len(seen) == 12


def test_the_first_tab_skips_to_the_content(visit: Visit, listing: str) -> None:
    view = visit()
    view.go("/")
    view.page.keyboard.press("Tab")
    view.page.keyboard.press("Enter")
    assert view.page.url.endswith("#main")


def test_what_can_be_tapped_is_large_enough(visit: Visit, listing: str) -> None:
    view = visit()
    for path in ("/", listing):
        view.go(path)
        small = view.page.evaluate(
            """() => [...document.querySelectorAll("button, .button, nav a, input:not([type=hidden]), .filters a")]
                .map(e => e.closest("label") ?? e)
                .filter(e => e.getClientRects().length && e.getBoundingClientRect().height < 47.5)
                .map(e => e.outerHTML)"""
        )
        assert small == []


def test_a_search_and_a_card_lead_to_the_listing(visit: Visit, listing: str) -> None:
    view = visit(scripts=False)
    view.go("/")
    view.page.locator("#q").fill("草莓")
    view.page.locator("form[role=search] button").click()
    assert view.page.locator(".card").count() == 1
    view.page.locator(".card a").click()
    assert view.page.url.endswith(listing)
    assert "68.00" in view.page.locator("main").inner_text()
