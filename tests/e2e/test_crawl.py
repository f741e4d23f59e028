"""Every page that each role reaches by links from its home, in a real browser on a small phone, each page once.

`AGRIMARKET_CRAWL=wide` crawls in every language and at 1280 pixels too, as CI does.
"""

import os
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Page

from tests.api.page_stage import Stage, a_stage
from tests.e2e.conftest import Site, Visit, a_site
from tests.e2e.test_accessibility import violations
from tests.factories import catalog, regions

HOMES = {
    "": ("/", "/appeal/produce"),
    "farmer": ("/me", "/", "/applications", "/me/account", "/agent"),
    "appellant": ("/me", "/applications"),
    "refused": ("/me",),
    "seller": ("/me", "/sell/orders", "/payout-account"),
    "offerer": ("/sell", "/sell/import", "/me/mandates", "/me/growers"),
    "grower": ("/sell/orders", "/sell/pack", "/sell/orders/bulk"),
    "edited_seller": ("/me", "/sell"),
    "editing_coach": ("/coach",),
    "shopper": ("/me", "/orders", "/clearance"),
    "importer": ("/me", "/imports"),
    "member": ("/me", "/filings"),
    "integrator": ("/me", "/me/api-keys"),
    "coach": ("/coach", "/me"),
    "reviewer": ("/desk", "/me"),
    "caller": ("/desk", "/review/appeals"),
    "cashier": ("/desk", "/review/payout-accounts"),
}
"""Where each person of the stage begins; "" is a visitor."""
LANGUAGES = ("zh-Hans", "en", "zh-Hant")
WIDE = os.environ.get("AGRIMARKET_CRAWL") == "wide"
MOST = 60
"""Pages that one person visits at most."""
_ID = re.compile(r"[a-z]{3}_[0-9a-hjkmnp-tv-z]{26}|\b\d{6}\b")
_FILES = ("/v1/", "/documents/", "/static/", "/openapi", "/schema", "/photos/", "/claims/photos/", "/deliveries/")
_EXPORTS = re.compile(
    r"/(?:export|faults|feed|file|labels?|sheet|slips?|template)(?:\.\w+)?$|\.(?:csv|xlsx|pdf|png|json|ya?ml)$"
)

TARGETS = """() => {
  const shown = e => e.checkVisibility({ visibilityProperty: true })
    && !e.closest(".hidden, .skip, [aria-hidden=true]");
  const whole = e => e.matches(".card :is(h2, h3) a") ? e.closest(".card")
    : e.matches("[type=radio], [type=checkbox]") ? e.closest("label") || e : e;
  const line = e => e.matches("a") && getComputedStyle(e).display === "inline";
  const inline = e => line(e) && e.parentElement.textContent.trim().length > e.textContent.trim().length + 2;
  const rows = e => e.closest(".queue, .scroll");
  const name = e => (e.outerHTML.match(/^<[^>]*>/)[0].slice(0, 90) + (e.textContent || "").trim().slice(0, 25));
  const found = [...new Set([...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
    .filter(e => e.type !== "hidden").map(whole))].filter(shown);
  const own = found.filter(e => !inline(e) && !e.closest("main.reading"));
  const small = own.filter(e => { const r = e.getBoundingClientRect(); return r.height < 43.5 || r.width < 43.5; })
    .map(e => { const r = e.getBoundingClientRect(); return `small ${r.width | 0}x${r.height | 0}: ${name(e)}`; });
  const close = [], boxes = own.filter(e => !rows(e) && !line(e)).map(e => [e, e.getBoundingClientRect()]);
  boxes.forEach(([a, p], i) => boxes.slice(i + 1).forEach(([b, q]) => {
    if (a.contains(b) || b.contains(a)) return;
    const gap = Math.max(q.left - p.right, p.left - q.right, q.top - p.bottom, p.top - q.bottom);
    if (gap < 7.5) close.push(`${gap | 0} px apart: ${name(a)} / ${name(b)}`);
  }));
  return [...small, ...close];
}"""
"""Script that tells what is too small to be tapped, and what stands too near to another. Links inside sentences, and
rows of one list that fill it, are exempt (WCAG 2.5.8)."""
LINKS = """() => [...document.querySelectorAll("a[href]")].map(a => a.href)"""


@dataclass
class Crawl:
    """Faults that were found, and the routes that were looked at, of all people together."""

    seen: set[str] = field(default_factory=set[str])
    faults: list[str] = field(default_factory=list[str])


def _route(url: str) -> str:
    """What is the same for all pages of one kind: the address without ids, and the names of its query."""
    parts = urlsplit(url)
    names = sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)} - {"next", "after", "within"})
    return _ID.sub("*", parts.path) + ("?" + "&".join(names) if names else "")


def _is_page(url: str, site: Site) -> bool:
    path = urlsplit(url).path
    return url.startswith(f"{site.url}/") and not path.startswith(_FILES) and not _EXPORTS.search(path)


def _look(page: Page, about: str) -> Iterator[str]:
    """What is wrong with the page that is open."""
    if (sideways := page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")) > 0:
        yield f"{about}: {sideways} px too wide"
    if page.locator("h1").count() != 1:
        yield f"{about}: {page.locator('h1').count()} h1"
    if not page.title().split(" · ")[0].strip() or (page.title().count(" · ") == 0 and about.split()[-1] != "/"):
        yield f"{about}: no title of its own: {page.title()}"
    yield from (f"{about}: {each}" for each in page.evaluate(TARGETS))


def _visit_all(page: Page, site: Site, about: str, homes: tuple[str, ...], crawl: Crawl, *, axe: bool) -> None:
    """Follow every link from `homes`, breadth first, to routes that nobody has looked at yet."""
    waiting = deque(f"{site.url}{home}" for home in homes)
    visited = 0
    while waiting and visited < MOST:
        url = waiting.popleft()
        route = _route(url)
        if route in crawl.seen and url.removeprefix(site.url) not in homes:
            continue
        once = route not in crawl.seen
        crawl.seen.add(route)
        visited += 1
        answer = page.goto(url, wait_until="load")
        here = f"{about} {url.removeprefix(site.url)}"
        if answer is None or answer.status >= 400:
            crawl.faults.append(f"{here}: {answer and answer.status}")
            continue
        crawl.faults += _look(page, here)
        if axe and once:
            crawl.faults += violations(page, here, dark=False)
        waiting.extend(link for link in page.evaluate(LINKS) if _is_page(link, site) and _route(link) not in crawl.seen)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of these tests' own, since they fill the market and the desks."""
    with a_site(tmp_path_factory) as made:
        yield made


@pytest.fixture(scope="module")
def stage(site: Site) -> Stage:
    """Everybody who has a home, with what waits for them there."""
    with site.db.transaction() as session:
        regions.load_tree(session)
        catalog.load_catalogue(session)
    return a_stage(site.db)


RUNS = [(360, LANGUAGES[:1]), *([(360, LANGUAGES[1:]), (1280, LANGUAGES)] if WIDE else [])]


@pytest.mark.slow
@pytest.mark.parametrize(("width", "languages"), RUNS, ids=lambda value: str(value))
def test_every_page_of_every_role_can_be_used(
    visit: Visit, site: Site, stage: Stage, width: int, languages: tuple[str, ...]
) -> None:
    faults: list[str] = []
    for language in languages:
        crawl = Crawl()
        for who, homes in HOMES.items():
            view = visit(width=width, language=language)
            if who:
                view.page.context.add_cookies([{"name": "session", "value": stage.tokens[who], "url": site.url}])
            else:
                view.page.context.add_cookies([{"name": "appeal", "value": stage.draft_cookie, "url": site.url}])
            _visit_all(view.page, site, f"{language} {width} {who or 'visitor'}", homes, crawl, axe=width == 360)
            view.page.context.close()
        faults += crawl.faults
        assert len(crawl.seen) > 40, "the homes lead somewhere"
    assert faults == [], "\n".join(["", *faults])


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_every_home_can_be_used_in_the_other_languages(visit: Visit, site: Site, stage: Stage, language: str) -> None:
    faults: list[str] = []
    for who, homes in HOMES.items():
        view = visit(width=360, language=language)
        if who:
            view.page.context.add_cookies([{"name": "session", "value": stage.tokens[who], "url": site.url}])
        for home in homes:
            view.go(home)
            faults += _look(view.page, f"{language} {who} {home}")
        view.page.context.close()
    assert faults == [], "\n".join(["", *faults])
