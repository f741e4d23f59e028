"""Accessibility for screen readers and weak eyes: axe-core on every kind of page, in light and dark; and keys."""

from collections.abc import Iterator, Mapping, Sequence

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from agrimarket.kernel import ids
from agrimarket.kernel.principal import Role
from agrimarket.onboarding.service import review
from tests.api.page_stage import ordering
from tests.e2e.conftest import Site, Visit, a_site
from tests.factories import onboarding as make
from tests.factories import regions

STANDARD = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
CONTRAST = {"runOnly": ["color-contrast"]}
"""Rules whose result the dark colours can change."""
GUIDES = ("/guides", "/guides/getting-started", "/guides/api-keys", "/guides/forms")
KEYS = ("/me/api-keys",)
EVERYBODY = ("/", "/sign-in", "/sign-in/staff", "/regions", "/appeal/produce", "/appeal/place", "/appeal/person")
STEPS = tuple(f"{{application}}/{step}" for step in ("identity", "farm", "produce", "documents", "needs", "payout"))
MINE = ("/me", "/me/account", "/me/messages", "/me/coach", "/orders", "/sell/orders")
FARMER = ("{appeal}", "{application}", "/agent", "/applications", "/filings", "/imports", *MINE, "/apply", *STEPS)
BUYER = (
    "/orders", "/orders/{unpaid_order}", "/orders/{placed_order}", "/orders/{sent_order}", "/orders/{arrived_order}",
    "/orders/{arrived_order}/claim", "/claims/{asked_claim}", "/claims/{rejected_claim}",
)  # fmt: skip
SELLER = (
    "/sell/orders", "/sell/orders?stage=pack", "/sell/orders/{placed_order}", "/sell/orders/{accepted_order}",
    "/sell/orders/{packed_order}", "/sell/orders/{sent_order}", "/claims/{open_claim}",
)  # fmt: skip
STAFF = (
    "/review", "{review}", "/review/appeals", "/review/payout-accounts", "/review/payouts",
    "/desk", "/desk/orders", "/desk/claims", "/desk/cases", "/desk/passes", "/desk/staff", "/desk/audit",
    "/desk/dead-letters",
)  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of these tests' own, since they fill the market and the desks."""
    with a_site(tmp_path_factory) as made:
        yield made


@pytest.fixture(scope="module")
def people(site: Site) -> Mapping[str, str]:
    """Tokens of a farmer with a draft and of a reviewer who holds an application; addresses of the pages they open."""
    with site.db.transaction() as session:
        regions.load_tree(session)
    farmer, applicant, reviewer = (
        make.sign_in(site.db, 55_000_001),
        make.sign_in(site.db, 55_000_002),
        make.sign_in(site.db, 55_000_003, Role.OPERATOR),
    )
    with site.db.transaction() as session:
        appeal = make.file_appeal(session, farmer.principal.person_id).appeal.id
        draft = make.draft(session, farmer.principal, {}, appeal).application.id
        held = make.submitted(session, applicant.principal, 55).application.id
        review.hold(session, reviewer.principal, held)
    tokens: dict[str, str] = {}
    orders: dict[str, str] = {}
    ordering(site.db, tokens, orders, {})
    return {
        **tokens,
        **orders,
        "farmer": farmer.token,
        "reviewer": reviewer.token,
        "appeal": f"/appeals/{ids.encode('apl', appeal)}",
        "application": f"/applications/{ids.encode('app', draft)}",
        "review": f"/review/{ids.encode('app', held)}",
    }


def violations(page: Page, path: str, *, dark: bool = True) -> list[str]:
    """Each broken rule of the page that is open, in light and, unless that is left out, in dark, with its place."""
    found: list[str] = []
    for colours, rules in (("light", STANDARD), *((("dark", CONTRAST),) if dark else ())):
        page.emulate_media(color_scheme=colours)
        response = Axe().run(page, options=dict(rules)).response
        assert response["passes"], f"nothing was looked at on {path}"
        for each in response["violations"]:
            found += [f"{path}, {colours}: {each['id']}: {node['html'][:120]}" for node in each["nodes"]]
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("who", "width", "paths"),
    [
        ("", 360, EVERYBODY),
        ("", 360, GUIDES),
        ("farmer", 360, FARMER),
        ("farmer", 360, KEYS),
        ("reviewer", 360, KEYS),
        ("shopper", 360, BUYER),
        ("grower", 360, SELLER),
        ("reviewer", 1280, STAFF),
    ],
    ids=["everybody", "guides", "farmer", "no keys", "keys", "shopper", "grower", "reviewer"],
)
def test_nobody_stumbles(visit: Visit, people: Mapping[str, str], who: str, width: int, paths: Sequence[str]) -> None:
    view = visit(width=width, language="zh-CN")
    if who:
        view.page.context.add_cookies([{"name": "session", "value": people[who], "url": view.site.url}])
    found: list[str] = []
    for path in paths:
        view.go(path.format_map(people))
        found += violations(view.page, path)
    assert found == [], "\n".join(found)


def _focused(page: Page) -> str:
    return page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()")


def test_an_appeal_s_page_is_filled_in_with_keys_alone(visit: Visit, people: Mapping[str, str]) -> None:
    view = visit(width=360, language="en")
    page = view.page
    view.go("/appeal/produce")
    page.keyboard.press("Tab")
    assert _focused(page) == "Skip to content"
    page.keyboard.press("Enter")
    for name, typed in (
        ("product", "strawberries"),
        ("quantity", "500"),
        ("quantity_unit", "j"),
        ("spoils_in_days", "3"),
    ):
        page.keyboard.press("Tab")
        assert _focused(page) == name
        page.keyboard.type(typed)
    page.keyboard.press("Enter")
    page.wait_for_url("**/appeal/place")
    assert page.locator("h1").inner_text() == "Where is it?"
    page.locator("#region_code").fill("Nowhere at all")
    page.keyboard.press("Enter")
    page.locator("#summary:focus").wait_for()  # it gets the focus a moment after it appears


def test_the_desk_is_worked_with_keys(visit: Visit, people: Mapping[str, str], site: Site) -> None:
    waiting = make.sign_in(site.db, 55_000_004)
    with site.db.transaction() as session:
        application = ids.encode("app", make.submitted(session, waiting.principal, 56).application.id)
    view = visit(width=1280, language="en")
    page = view.page
    page.context.add_cookies([{"name": "session", "value": people["reviewer"], "url": view.site.url}])
    view.go("/review")
    assert page.locator(".keys").get_attribute("open") is None
    page.keyboard.press("?")
    assert page.locator(".keys").get_attribute("open") is not None
    rows = page.locator(".queue a")
    for _ in range(rows.count()):
        page.keyboard.press("j")
    assert _focused(page) == rows.last.get_attribute("id")
    page.keyboard.press("k")
    assert _focused(page) == rows.nth(rows.count() - 2).get_attribute("id")
    view.go(f"/review/{application}")
    page.keyboard.press("c")
    page.locator("#limit").wait_for(state="attached")
    page.keyboard.press("e")
    assert _focused(page) == "limit"
    page.keyboard.type("jce3000")
    assert page.locator("#limit").input_value() == "jce3000", "in a field a key is a letter"
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("a")
    assert page.locator("#step").is_visible()
