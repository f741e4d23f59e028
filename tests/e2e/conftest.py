"""The real application under granian, on a separate database, and Chromium to look at it."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    Response,
    sync_playwright,
)
from sqlalchemy import create_engine, make_url, text

from agrimarket.embedded.ports import free_port
from agrimarket.kernel.db import Database

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""Programs to try. The first is Chromium without windows around pages, which cost a process for every page."""
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--headless", "--disable-background-networking"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the tests here if there is no Chromium, which they all need; in CI they fail instead."""
    for item in items:
        if Path(item.path).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)


@dataclass(frozen=True)
class Site:
    """A running application. Writes through `db` are committed and stay for later tests."""

    url: str
    db: Database


def _admin(statement: str) -> None:
    engine = create_engine(os.environ["AGRIMARKET_TEST_SERVER"], isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _answers(url: str, server: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            return httpx.get(f"{url}/ready", timeout=5).status_code == 200
        except httpx.HTTPError:
            time.sleep(0.1)  # polling another process, which cannot call back
    return False


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The application of most browser tests of a run, with an empty market."""
    with a_site(tmp_path_factory) as made:
        yield made


@contextmanager
def a_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An application with a database of its own, for tests that fill the market or the desks."""
    name = f"agrimarket_e2e_{uuid4().hex[:8]}"
    _admin(f"CREATE DATABASE {name} TEMPLATE {os.environ['AGRIMARKET_TEST_TEMPLATE']}")
    dsn = make_url(os.environ["AGRIMARKET_TEST_SERVER"]).set(database=name).render_as_string(hide_password=False)
    port, folder = free_port(), tmp_path_factory.mktemp("site")
    url = f"http://127.0.0.1:{port}"
    told = {"DATABASE_URL": dsn, "PUBLIC_URL": url, "DATA_DIR": str(folder), "CACHE_URL": ""}
    env = os.environ | {f"AGRIMARKET_{key}": value for key, value in told.items()} | {"PYTHONPATH": str(ROOT)}
    with (folder / "log").open("wb") as log:
        command = (
            "-m",
            "granian",
            "--interface",
            "asgi",
            "--port",
            str(port),
            "--factory",
            "agrimarket.app:create_app",
        )
        server = subprocess.Popen([sys.executable, *command], env=env, cwd=ROOT, stdout=log, stderr=log)
    db = Database(dsn, pool_size=2)
    try:
        assert _answers(url, server), (folder / "log").read_text()
        yield Site(url, db)
    finally:
        db.close()
        server.terminate()
        server.wait(20)
        _admin(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium."""
    if CHROMIUM is None:
        (pytest.fail if "CI" in os.environ else pytest.skip)(
            "Chromium is not installed (apt install chromium-headless-shell)"
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class View:
    """A page, and what happened while it was open."""

    page: Page
    site: Site
    requests: list[str] = field(default_factory=list[str])
    complaints: list[str] = field(default_factory=list[str])
    """Errors of scripts, refusals by the Content-Security-Policy, and answers of 4xx and 5xx."""

    def go(self, path: str) -> Response | None:
        """Open a page of the site with all that it loads."""
        return self.page.goto(self.site.url + path, wait_until="load")

    def foreign(self) -> list[str]:
        """Requests to other hosts."""
        host = urlsplit(self.site.url).netloc
        return [url for url in self.requests if urlsplit(url).scheme != "data" and urlsplit(url).netloc != host]

    def weight(self) -> int:
        """Bytes of this page and all that it loaded, as compressed on the wire, without headers."""
        return self.page.evaluate(
            "['navigation', 'resource'].flatMap((kind) => performance.getEntriesByType(kind))"
            ".reduce((sum, entry) => sum + entry.encodedBodySize, 0)"
        )

    def sideways(self) -> int:
        """Pixels by which the page is wider than the window."""
        return self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


Visit = Callable[..., View]


def press(button: Locator) -> None:
    """Press the button and wait for the next page, which a script may put in place of this one."""
    main = button.page.locator("main")
    main.evaluate("main => { main.dataset.old = '' }")
    button.click()
    button.page.locator("main:not([data-old])").wait_for()


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Visit]:
    """Function `visit(width=360, scripts=True, dark=False, language="zh-Hant")`: opens a new window, as a `View`."""
    contexts: list[BrowserContext] = []

    def open_window(width: int = 360, scripts: bool = True, dark: bool = False, language: str = "zh-Hant") -> View:
        context = browser.new_context(
            viewport={"width": width, "height": 740 if width < 800 else 900},
            java_script_enabled=scripts,
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            locale=language,
            extra_http_headers={"Accept-Language": language},
            device_scale_factor=2 if width < 800 else 1,
        )
        contexts.append(context)
        view = View(context.new_page(), site)

        def asked(request: Request) -> None:
            view.requests.append(request.url)

        def answered(response: Response) -> None:
            if response.status >= 400:
                view.complaints.append(f"{response.status} {response.url}")

        def said(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning"):
                view.complaints.append(message.text)

        view.page.on("request", asked)
        view.page.on("response", answered)
        view.page.on("console", said)
        view.page.on("pageerror", lambda error: view.complaints.append(str(error)))
        return view

    yield open_window
    for context in contexts:
        context.close()
