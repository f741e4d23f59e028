"""Stage of the story: people with HTTP clients, timed steps, and waiting for the effects that follow a commit."""

import re
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, TypeVar
from uuid import uuid4

import httpx
from pyotp.totp import TOTP
from rich.console import Console
from rich.table import Table

T = TypeVar("T")
_CODE = re.compile(r"(?<![0-9A-Za-z])[0-9]{6}(?![0-9A-Za-z-])")
"""A sign-in code; the digits of a number such as A100030-6 are none."""
PATIENCE = 90.0
"""Seconds to wait for the effects that follow a commit; the sweep of payouts runs every thirty."""


class NotAsItShouldBe(AssertionError):
    """A step of the story did not go as it should."""


class Person:
    """A person with a phone or a browser. `call` raises `NotAsItShouldBe` unless the answer has the expected status."""

    def __init__(self, stage: "Stage", name: str, language: str = "en") -> None:
        self.stage = stage
        self.name = name
        self._totp, self._staff = "", ("", "", "")
        self.http = httpx.Client(base_url=stage.base_url, timeout=30, headers={"Accept-Language": language})

    def call(
        self, method: str, path: str, body: Any = None, *, expect: int | tuple[int, ...] = (200, 201, 202), **more: Any
    ) -> Any:
        """Send a request; returns the answer's JSON. Writes carry a new idempotency key."""
        headers: dict[str, str] = more.pop("headers", {})
        if method != "GET":
            headers = {"Idempotency-Key": uuid4().hex, **headers}
        answer = self.http.request(method, path, json=body, headers=headers, **more)
        allowed = (expect,) if isinstance(expect, int) else expect
        if answer.status_code not in allowed:
            raise NotAsItShouldBe(f"{self.name}: {method} {path} → {answer.status_code}: {answer.text[:600]}")
        return Answer(answer.json() if answer.content else {}, answer.headers.get("etag"))

    def read(self, path: str, **more: Any) -> httpx.Response:
        """Answer to a GET of a file or a page; its session goes along as a browser's does."""
        token = self.http.headers.get("Authorization", "").removeprefix("Bearer ")
        answer = self.http.get(path, cookies={"session": token} if token else None, **more)
        if answer.status_code != 200:
            raise NotAsItShouldBe(f"{self.name}: GET {path} → {answer.status_code}: {answer.text[:600]}")
        return answer

    def get(self, path: str, **more: Any) -> Any:
        """Send a GET; returns the answer's JSON."""
        return self.call("GET", path, **more)

    def post(self, path: str, body: Any = None, **more: Any) -> Any:
        """Send a POST; returns the answer's JSON."""
        return self.call("POST", path, body, **more)

    def patch(self, path: str, body: Any, **more: Any) -> Any:
        """Send a PATCH; returns the answer's JSON."""
        return self.call("PATCH", path, body, **more)

    def sign_in_by_phone(self, phone: str) -> None:
        """Ask for a code, read it from the mailbox, and sign in with it."""
        code = self.stage.code_for(self, phone)
        self._keep(self.post("/v1/auth/sessions", {"phone": phone, "code": code})["token"])

    def sign_in_as_staff(self, email: str, password: str, totp_secret: str) -> None:
        """Sign in with password and one-time password."""
        self._staff = (email, password, totp_secret)
        self.sign_in_again()

    def sign_in_again(self) -> None:
        """Sign in as staff once more, waiting until the one-time password differs from the last one."""
        email, password, totp_secret = self._staff
        totp = TOTP(totp_secret)
        if self._totp == totp.now():
            time.sleep(totp.interval - time.time() % totp.interval)
        self._totp = totp.now()
        body = {"email": email, "password": password, "totp": self._totp}
        self._keep(self.post("/v1/auth/sessions", body)["token"])

    def _keep(self, token: str) -> None:
        self.http.headers["Authorization"] = f"Bearer {token}"


class Answer(dict[str, Any]):
    """An answer's JSON object, with its entity tag."""

    def __init__(self, values: dict[str, Any], etag: str | None) -> None:
        super().__init__(values)
        self.etag = etag


class Stage:
    """The system that the story is played against, and the console that shows it."""

    def __init__(self, base_url: str, mailbox_url: str, sandbox_url: str) -> None:
        self.base_url = base_url
        self.mailbox = httpx.Client(base_url=mailbox_url, timeout=10)
        self.sandbox = httpx.Client(base_url=sandbox_url, timeout=30)
        self.console = Console(width=120, highlight=False)
        self.act = 0
        self.steps = 0
        self.started = time.perf_counter()

    def begin_act(self, title: str) -> None:
        """Print the headline of the next act."""
        self.act += 1
        self.console.print(f"\n[bold green]{self.act}. {title}[/]")

    @contextmanager
    def step(self, what: str) -> Generator[list[str]]:
        """Time a step and print its result, which the block appends to the list it is given."""
        told: list[str] = []
        started = time.perf_counter()
        try:
            yield told
        except Exception:  # the step that failed is named; the failure goes on
            self.console.print(f"   [red]✗[/] {what}")
            raise
        self.steps += 1
        took = f"{(time.perf_counter() - started) * 1000:>6.0f} ms"
        result = f"  [dim]→[/] {' '.join(told)}" if told else ""
        self.console.print(f"   [green]✓[/] [dim]{took}[/]  {what}{result}")

    def code_for(self, person: Person, phone: str) -> str:
        """Ask for a code and read it from the newest message to that phone."""
        seen = max((letter["id"] for letter in self._letters(phone)), default=0)
        person.post("/v1/auth/codes", {"phone": phone})
        return self.until(lambda: self._code(phone, seen), f"a code for {phone}")

    def _code(self, phone: str, after: int) -> str:
        found = (_CODE.search(letter["body"]) for letter in self._letters(phone, after))
        return next((match[0] for match in found if match), "")

    def _letters(self, phone: str, after: int = 0) -> list[dict[str, Any]]:
        return self.mailbox.get("/messages", params={"to": phone, "after": after}).raise_for_status().json()["items"]

    def until(self, look: Callable[[], T], what: str) -> T:
        """The result of `look` once it is true; `NotAsItShouldBe` if it is still false after `PATIENCE`."""
        deadline = time.perf_counter() + PATIENCE
        while not (found := look()):
            if time.perf_counter() > deadline:
                raise NotAsItShouldBe(f"within {PATIENCE:.0f} s there was not {what}")
            time.sleep(0.05)
        return found

    def check(self, true: bool, what: str) -> None:
        """Raise `NotAsItShouldBe` unless `true`; `what` was expected."""
        if not true:
            raise NotAsItShouldBe(f"expected {what}")

    def table(self, title: str, columns: list[str], rows: list[list[str]]) -> None:
        """Print a table; all columns but the first are aligned to the right."""
        table = Table(title=title, title_justify="left", title_style="bold", show_edge=False, pad_edge=False)
        for index, column in enumerate(columns):
            table.add_column(column, justify="left" if index == 0 else "right")
        for row in rows:
            table.add_row(*row)
        self.console.print(table)
