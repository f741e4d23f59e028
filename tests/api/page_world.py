"""The pages of an application on a stage, and checks of every page's answer."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import Connection, text

from agrimarket.kernel import ratelimit
from agrimarket.kernel.db import Database
from tests.api.page_forms import Form
from tests.api.page_stage import Stage
from tests.support.current import CurrentDatabase
from tests.support.page import Page

URL_ENCODED = "application/x-www-form-urlencoded"
Fields = list[tuple[str, str | bytes]]
_HAN = re.compile(r"[\u4e00-\u9fff]")
_KEY = re.compile(
    r"\b(?:field|form|title|problem|appeal|application|review|triage|agent|bulk|import|coaching|sign_in|payout|paydesk"
    r"|staff|audit|desk|dead_letter|passes|pass)"
    r"\.[a-z_]+\b"
)
_LOADED = ("region", "region_name", "alembic_version", "clock")
"""Tables that no form writes; the first two are large."""


class Pages:
    """The application on a stage; each test acts in a transaction that is rolled back."""

    def __init__(self, client: TestClient[Litestar], stage: Stage, current: CurrentDatabase, db: Database) -> None:
        self.client, self.stage, self._current, self._db = client, stage, current, db
        self.connection: Connection | None = None
        with db.engine.connect() as connection:
            names = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars()
            self._tables = sorted(name for name in names if name not in _LOADED)
        with self.moment():
            answer = self.get("/sign-in")
            self.token = answer.cookies["csrftoken"]
            self.before = self.written()

    @contextmanager
    def moment(self) -> Iterator[None]:
        """Undo, after the block, everything that is posted in it."""
        with self._db.engine.connect() as connection:
            outer = connection.begin()
            self.connection, self._current.current = connection, Database.within(connection)
            ratelimit._limiters.cache_clear()  # pyright: ignore[reportPrivateUsage]
            yield
            outer.rollback()

    def written(self) -> dict[str, tuple[int, int]]:
        """Number of rows and checksum of each table."""
        assert self.connection is not None
        parts = [
            f"SELECT '{name}' AS name, count(*) AS rows, "
            + ("0::numeric" if name == "sign_in_session" else "coalesce(sum(hashtextextended(t::text, 0)), 0)")
            + f" AS sum FROM {name} AS t"
            for name in self._tables
        ]
        found = self.connection.execute(text(" UNION ALL ".join(parts)))
        return {row.name: (row.rows, row.sum) for row in found}

    def changed(self) -> set[str]:
        """Tables that have changed; none is read if PostgreSQL knows of no write at all."""
        assert self.connection is not None
        if self.connection.execute(text("SELECT pg_current_xact_id_if_assigned()")).scalar_one() is None:
            return set()
        return {name for name, sum_ in self.written().items() if sum_ != self.before[name]}

    def get(self, path: str, who: str = "") -> Any:
        return self._ask("GET", path, who)

    def _ask(self, method: str, path: str, who: str, **more: Any) -> Any:
        headers = {"accept": "text/html", "accept-language": "zh-Hant", **more.pop("headers", {})}
        cookies = {"csrftoken": more.pop("cookie", None), "session": self.stage.tokens.get(who)}
        cookies["appeal"] = self.stage.draft_cookie
        headers["cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items() if value)
        self.client.cookies.clear()
        return self.client.request(method, path, headers=headers, follow_redirects=False, **more)

    def fields(self, form: Form, **changes: str | bytes | None) -> Fields:
        """The form's fields with `changes`, of which None leaves a field out."""
        right: dict[str, str | bytes | None] = {name: self.stage.fill(value) for name, value in form.fields.items()}
        return [(name, value) for name, value in {**right, **changes}.items() if value is not None]

    def post(self, form: Form, fields: Fields | None = None, *, path: str | None = None, **more: Any) -> Any:
        """Post the form with its token; `body` and `kind` replace its encoding, `files` its files."""
        token = more.pop("token", self.token)
        cookie = more.pop("cookie", self.token)
        given = self.fields(form) if fields is None else fields
        if token is not None:
            given = [*given, ("_csrf_token", token)]
        where = path or self.stage.fill(form.path)
        body, kind = more.pop("body", None), more.pop("kind", None)
        headers = more.pop("headers", {})
        if body is None and (form.files or more.get("files")):
            files = [(name, (name_, self.stage.files[key])) for name, (name_, key) in form.files.items()]
            files = more.pop("files", files)
            parts = [(name, (None, value)) for name, value in given]
            return self._ask("POST", where, form.who, cookie=cookie, headers=headers, files=[*parts, *files], **more)
        if body is None:
            body, kind = urlencode(given).encode(), kind or URL_ENCODED
        if kind:
            headers = {**headers, "content-type": kind}
        return self._ask("POST", where, form.who, cookie=cookie, headers=headers, content=body, **more)


def clear(answer: Any, about: object = "") -> Page | None:
    """Page of an answer, asserted to be clear and in the caller's language; None for a redirect on this site."""
    assert answer.status_code < 500, (about, answer.text[:2_000])
    assert "content-security-policy" in answer.headers, about
    assert "x-request-id" in answer.headers, about
    if answer.status_code == 303:
        assert re.match(r"^/(?!/)", answer.headers["location"]), (about, answer.headers["location"])
        return None
    assert answer.headers["content-type"].startswith("text/html"), (about, answer.headers, answer.text[:200])
    page = Page(answer.text)
    assert (page.language, len(page.headings)) == ("zh-Hant", 1), (about, page.headings)
    assert not _KEY.findall(" ".join([*page.errors, *page.headings, *page.paragraphs])), (about, page.errors)
    if answer.status_code >= 400:
        told = page.errors or page.paragraphs
        assert told, (about, answer.text)
        assert all(_HAN.search(sentence) for sentence in told), (about, answer.status_code, told)
    return page
