"""What somebody who comes for the first time meets: pages that fit in their words, and help that is one tap away."""

import pytest

from agrimarket.accounts.states import Standing
from agrimarket.drive import drive
from agrimarket.kernel.ids import encode
from agrimarket.kernel.principal import Role
from tests.e2e.conftest import Site, View, Visit
from tests.factories import catalog
from tests.factories.accounts import Somebody, a_person, a_seller
from tests.factories.payments import sales_booked

LINES = """element => { const range = document.createRange(); range.selectNodeContents(element);
                        return new Set([...range.getClientRects()].map(one => Math.round(one.top))).size }"""
"""Script that counts the lines on which an element's text stands."""


@pytest.fixture
def seller(site: Site) -> Somebody:
    """A seller with a limit, a sale and what was taken back of it."""
    with site.db.transaction() as session:
        seller = a_seller(session, name="王大姐草莓园", standing=Standing.LIMITED)
        assert seller.principal.seller_id is not None
        sales_booked(session, seller.principal.seller_id, [1_203_540, -1_193_540])
    return seller


def _open(visit: Visit, language: str, who: Somebody | None = None) -> View:
    view = visit(width=360, scripts=True, language=language)
    if who is not None:
        view.page.context.add_cookies([{"name": "session", "value": who.token, "url": view.site.url}])
    return view


@pytest.mark.parametrize("language", ["en", "zh-Hans", "zh-Hant"])
@pytest.mark.parametrize("path", ["/me", "/me/api-keys", "/payout-account", "/payout-account/statement"])
def test_a_sellers_pages_fit_a_small_phone_in_each_language(
    visit: Visit, seller: Somebody, path: str, language: str
) -> None:
    view = _open(visit, language, seller)
    view.go(path)
    assert view.page.locator("html").get_attribute("lang") == language
    assert (view.sideways(), view.complaints) == (0, [])


def test_an_amount_stands_on_one_line(visit: Visit, seller: Somebody) -> None:
    view = _open(visit, "en", seller)
    view.go("/payout-account/statement")
    amounts = view.page.locator("td.number").all()
    assert amounts
    assert {amount.evaluate(LINES) for amount in amounts} == {1}


def test_my_page_is_titled_as_the_link_that_leads_there(visit: Visit, seller: Somebody) -> None:
    view = _open(visit, "en", seller)
    for start, link in (("/", "My page"), ("/me", "Where you are paid")):
        view.go(start)
        view.page.get_by_role("link", name=link, exact=True).click()
        assert view.page.locator("h1").inner_text() == link


def test_entries_of_the_audit_log_stand_apart_on_a_phone(visit: Visit, site: Site) -> None:
    with site.db.transaction() as session:
        operator = a_person(session, Role.OPERATOR, name="林值班")
        for _ in range(3):
            a_seller(session)
    view = _open(visit, "en", operator)
    view.go("/desk/audit")
    gaps = view.page.evaluate(
        """() => [...document.querySelectorAll("dl.entries dd + dt")].map(term =>
            term.getBoundingClientRect().top - term.previousElementSibling.getBoundingClientRect().bottom)"""
    )
    assert gaps
    assert min(gaps) >= 8


def test_help_is_a_tap_away_and_a_listing_says_how_to_buy(visit: Visit, site: Site) -> None:
    with site.db.transaction() as session:
        catalog.load_catalogue(session)
        listing = catalog.a_listing(session, a_seller(session).principal)
    called = "tel:" + drive().contact.telephone.replace(" ", "")
    view = _open(visit, "en")
    for path in ("/", "/sign-in", "/appeal", "/guides"):
        view.go(path)
        assert view.page.locator("footer a[href^='tel:']").get_attribute("href") == called
    view.go(f"/listings/{encode('lst', listing.id)}")
    order = view.page.locator("main .note", has_text="How to buy")
    assert order.locator("a[href^='tel:']").get_attribute("href") == called
    order.get_by_role("link", name="Write such a shop or app").click()
    assert view.page.url.endswith("/guides/getting-started")
