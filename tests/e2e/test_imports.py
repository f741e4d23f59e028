"""A cooperative's list of members in a real browser: template, errors in their cells, loading, and the file back."""

import csv
import io
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from agrimarket.accounts.service import sign_in
from agrimarket.integrations import sheets
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.onboarding.flows import imports as flows
from agrimarket.onboarding.imports import columns
from agrimarket.onboarding.service import imports
from tests.e2e.conftest import Site, View, Visit
from tests.factories import imports as member_files
from tests.factories import onboarding as make
from tests.factories import regions
from workers.inline import drain

NUMBERS = count(900)
HYPERLINK = '=HYPERLINK("http://evil.example","点我")'
MEMBERS = 20
BAD, TRICKY = 10, 15
"""Members whose rows have something wrong, or a name that a spreadsheet would run."""


@pytest.fixture(scope="module")
def country(site: Site) -> Site:
    """The site with its regions."""
    with site.db.transaction() as session:
        regions.load_tree(session)
    return site


def _sign_in(view: View, phone: str, path: str) -> None:
    """Sign in by phone and code, as anybody does."""
    view.go(f"/sign-in?next={path}")
    view.page.locator("#phone").fill(phone)
    view.page.locator("main form button").first.click()
    with view.site.db.transaction() as session:
        query = text("SELECT id FROM sign_in_code WHERE phone = :phone")
        message = sign_in.code_message(session, session.connection().execute(query, {"phone": phone}).scalar_one())
    assert message is not None
    view.page.locator("#code").fill(message.code)
    view.page.locator("main form button").first.click()
    assert view.page.url.endswith(path)


def _fits(view: View) -> None:
    """Check that the page does not scroll sideways, that there are no complaints, and no requests to other hosts."""
    assert (view.sideways(), view.complaints, view.foreign()) == (0, [], [])


def _download(page: Page, link: str) -> bytes:
    with page.expect_download() as download:
        page.locator(f'main a[href$="{link}"]').click()
    return Path(download.value.path()).read_bytes()


def _rows(header: list[str], first: int, *, right: bool) -> list[list[str]]:
    """Rows of members under the template's header; the first member has two harvests."""
    wrong = {} if right else {"phone": "138", "region": "长沙", "spoils_in_days": "好久"}
    changes = {
        BAD: wrong,
        TRICKY: {"name": HYPERLINK},
        2: {"phone": _phone(first + 1)[3:], "produce": "蓝莓"},
    }
    rows = [member_files.line(first + number, **changes.get(number, {})) for number in range(1, MEMBERS + 1)]
    assert len(header) == len(rows[0])
    return rows


def _phone(number: int) -> str:
    return make.phone_of(member_files.FIRST + number)


def _csv(rows: list[list[str]]) -> bytes:
    """CSV as a spreadsheet saves it, without an apostrophe in front of a formula."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def _upload(page: Page, header: list[str], rows: list[list[str]]) -> None:
    page.locator("#file").set_input_files(
        files=[{"name": "社员名单 2020.csv", "mimeType": "text/csv", "buffer": _csv([header, *rows])}]
    )
    page.locator("main form .actions button").click()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("width", [360, 1280])
def test_a_list_from_the_template_to_the_file_back(visit: Visit, country: Site, width: int, scripts: bool) -> None:
    number = next(NUMBERS)
    first = number * 100
    coop = member_files.cooperative(country.db, number)
    view = visit(width=width, scripts=scripts, language="zh-CN")
    page = view.page
    _sign_in(view, coop.phone, "/imports")
    _fits(view)
    header = sheets.read(_download(page, "/imports/template") + b"\nx", columns.known).header
    _upload(page, header, _rows(header, first, right=False))
    _fits(view)
    assert page.locator("tbody tr").count() == 1
    cells = page.locator("tbody tr > *")
    assert cells.nth(0).inner_text().startswith(str(BAD + 1))
    faulty = [at for at in range(1, len(header) + 1) if cells.nth(at).locator(".error").count()]
    assert [header[at - 1] for at in faulty] == ["手机号码", "产地", "还能放几天"]
    assert cells.nth(faulty[0]).inner_text().startswith("138")
    assert "430100" in cells.nth(faulty[1]).inner_text(), "it says which places are named like that"
    assert "请填整数天数" in cells.nth(faulty[2]).inner_text()
    page.locator("main a[href='/imports']").click()
    assert "社员名单 2020.csv" in page.locator("main .list").inner_text()
    _upload(page, header, _rows(header, first, right=True))
    assert page.locator(".scroll").evaluate("e => e.scrollWidth > e.clientWidth") == (width == 360), "the table scrolls"
    assert HYPERLINK in page.locator("tbody").inner_text()
    assert page.locator("tbody a").count() == 0
    _fits(view)
    page.locator("main form .actions button, main .actions form button").first.click()
    progress = page.locator("progress")
    assert float(progress.get_attribute("value") or 1) == 0
    _fits(view)
    drain(country.db)
    if scripts:
        expect(page.locator("#now progress")).to_have_attribute("value", "1.0", timeout=20_000)
    else:
        page.locator("#now a.button").click()
    assert float(progress.get_attribute("value") or 0) == 1
    assert page.locator("#now form").count() == 0
    assert page.locator("#now .facts dd").first.inner_text() == str(MEMBERS), "as many wait for their members"
    page.reload()
    _fits(view)
    content = _download(page, "/export")
    assert b"'=HYPERLINK" in content
    back = sheets.read(content, columns.known)
    assert (back.header, [cells for _, cells in back.rows]) == (header, _trimmed(_rows(header, first, right=True)))
    _fits(view)


def _trimmed(rows: list[list[str]]) -> list[list[str]]:
    """Rows without blank cells at the end, as files are read."""
    return [row[: max(at for at, cell in enumerate(row, 1) if cell)] for row in rows]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_member_confirms_one_harvest_and_declines_another(visit: Visit, country: Site, scripts: bool) -> None:
    number = next(NUMBERS)
    coop, first = member_files.cooperative(country.db, number), number * 100
    _load(country, coop, _rows(list(member_files.HEADER), first, right=True))
    view = visit(width=360, scripts=scripts, language="zh-CN")
    page = view.page
    _sign_in(view, _phone(first + 1), "/filings")
    assert page.locator("main .card").count() == 2
    assert "东港草莓合作社" in page.locator("main").inner_text()
    _fits(view)
    blueberries = page.locator("main .card", has_text="蓝莓")
    blueberries.get_by_role("button", name="不是").click()
    assert blueberries.get_by_role("button").count() == 0
    _fits(view)
    page.locator("main .card", has_text="草莓").get_by_role("button").first.click()
    assert "/appeals/apl_" in page.url
    _fits(view)
    view.go("/filings")
    assert page.locator("main .card button").count() == 0
    _fits(view)
    with country.db.reading() as session:
        query = text(
            "SELECT f.product, f.state FROM member_filing f JOIN person p ON p.id = f.person_id WHERE p.phone = :p"
        )
        states = {tuple(row) for row in session.connection().execute(query, {"p": _phone(first + 1)})}
    assert states == {("草莓", "confirmed"), ("蓝莓", "declined")}


def _load(site: Site, who: make.SignedIn, rows: list[list[str]]) -> None:
    """Load the same rows through the services."""
    content = _csv([list(member_files.HEADER), *rows])
    out = flows.check_file(site.db, Idempotency(), who.principal, content, "社员.csv", None, "zh-Hans")
    with site.db.transaction() as session:
        imports.start(session, who.principal, out.id)
    drain(site.db)
