"""The pages of imports, as a browser without scripts uses them."""

import re
from html import unescape

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.kernel.db import Database
from tests.factories import onboarding as make
from tests.factories.imports import FIRST, csv_of, lines
from tests.factories.onboarding import SignedIn
from tests.support.browser import Browser
from workers.inline import drain


@pytest.fixture
def browser(client: TestClient[Litestar], coop: SignedIn) -> Browser:
    client.cookies.set("session", coop.token)
    return Browser(client, language="zh-Hans")


def test_upload_look_load_and_confirm_without_a_script(browser: Browser, placed: Database) -> None:
    assert "还没有名单" in browser.get("/imports")
    page = browser.post("/imports", csv_of(lines(60, row_7={"phone": "138", "name": "<b>王</b>"})))
    assert (browser.status, browser.path[:13]) == (200, "/imports/imp_")
    assert "60 行里有 59 行可以导入" in page
    assert "&lt;b&gt;王&lt;/b&gt;" in page
    assert '138<p class="error">' in page
    base = browser.path
    assert len(page.encode()) < 60_000
    running = browser.post(f"{base}/start")
    assert 'hx-trigger="every 2s"' in running
    assert f'href="{base}"' in running
    drain(placed)
    done = browser.get(base)
    assert "hx-get" not in done
    assert "59" in done
    assert "/filings" in done
    listed = browser.get(f"{base}?state=loaded")
    assert "社员1" in listed
    more = re.search(r'href="([^"]+)" rel="next"', listed)
    assert more
    assert "社员60" in browser.get(unescape(more[1]).partition("#")[0])
    assert browser.client.get(f"{base}/export", headers=browser.headers).content.startswith(b"\xef\xbb\xbf")
    member = make.sign_in(placed, FIRST + 1)
    browser.client.cookies.set("session", member.token)
    page = browser.get("/filings")
    assert "由 东港草莓合作社 代报" in page
    filing = re.search(r'action="(/filings/fil_\w+/confirm)"', page)
    assert filing
    browser.post(filing[1])
    assert browser.path.startswith("/appeals/apl_")


def test_a_file_that_cannot_be_read_is_told_at_its_field(browser: Browser) -> None:
    browser.get("/imports")
    page = browser.post("/imports", b"\xd0\xcf\x11\xe0old")
    assert browser.status == 422
    assert 'id="file-error"' in page
    assert "另存为 XLSX" in page
    assert "还没有数据" in browser.post("/imports", b"")


def test_strangers_are_asked_to_sign_in_and_others_find_nothing(
    browser: Browser, client: TestClient[Litestar], placed: Database
) -> None:
    browser.get("/imports")
    browser.post("/imports", csv_of(lines(1)))
    path = browser.path
    client.cookies.delete("session")
    refused = client.get(path, headers=browser.headers, follow_redirects=False)
    assert refused.headers["location"] == f"/sign-in?next={path}"
    client.cookies.set("session", make.sign_in(placed, 77).token)
    assert browser.get(path) and browser.status == 404
    assert "没有替您报的" in browser.get("/filings")
