"""Read cache: answers to public reads, kept in this process and never given out once their content has changed.

An answer is kept with the version that was read from the database before it was made, and is given out only while a
version that is read *after* the request arrived is still the same. So a request after a committed change sees it:
in every process and on every machine, with nothing to invalidate and no message to lose.

The price is one small statement, which requests share: those that arrive while a check is under way wait for the next
one together. Data outside the version (the stock of a lot) is at most `SECONDS` old, and an answer that changes by
itself (`kept_until`) is given out only before that moment.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import psycopg
import structlog
from litestar import Request
from litestar.exceptions import MethodNotAllowedException, NotFoundException
from litestar.types import Message, Scope
from litestar.utils import normalize_path
from sqlalchemy.exc import SQLAlchemyError

from agrimarket.http.query import Canonical, Query
from agrimarket.kernel.db import Database
from agrimarket.kernel.reading import Query as Read

log = structlog.get_logger(__name__)
SECONDS = 1.0
"""Greatest age of an answer's content that its version does not cover."""
BYTES = 16_000_000
"""Memory for kept answers; the least recently used go first."""
ENTRIES = 4_000
"""Answers that are kept at most."""
OVERHEAD = 2_000
"""Bytes of an answer's objects and shared headers, beside its body and its address."""
LARGEST = 256_000
"""Bytes of the largest answer that is kept."""

Key = tuple[str, Canonical, bool]
Headers = list[tuple[bytes, bytes]]


class SharedCheck:
    """Shared reads of a version: each caller gets one that began after it asked, together with all others that wait."""

    def __init__(self, read: Callable[[], Awaitable[str]]) -> None:
        self._read = read
        self._waiting: list[asyncio.Future[str]] = []
        self._reader: asyncio.Task[None] | None = None

    async def version(self) -> str:
        """The version now; raises what reading it raises."""
        mine: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._waiting.append(mine)
        if self._reader is None:
            self._reader = asyncio.create_task(self._serve())
        return await mine

    async def _serve(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting, []
            try:
                version = await self._read()
            except Exception as error:  # raised to everyone who waits for this read
                for waiter in group:
                    if not waiter.done():
                        waiter.set_exception(error)
            else:
                for waiter in group:
                    if not waiter.done():
                        waiter.set_result(version)
        self._reader = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A finished answer: its bytes on the wire, without the headers that belong to one request."""

    version: str
    until: float
    route: str
    headers: Headers
    body: bytes


class Recording:
    """An answer on its way out, to be kept if it may be: a 200 without a cookie, and not too large."""

    def __init__(self, cache: "ReadCache", key: Key, version: str) -> None:
        self._cache, self._key, self._version = cache, key, version
        self._until = time.monotonic() + SECONDS
        self._headers: Headers | None = None
        self._body = bytearray()

    def note(self, message: Message, scope: Scope) -> None:
        """Record one message of the answer, as the application sent it."""
        if message["type"] == "http.response.start":
            headers = [(bytes(name), bytes(value)) for name, value in message["headers"]]
            personal = any(name == b"set-cookie" for name, _ in headers)
            zipped = any(name == b"content-encoding" for name, _ in headers)
            # One that is compressed for a caller whose key says otherwise would reach who cannot read it.
            keeps = message["status"] == 200 and not personal and (self._key[2] or not zipped)
            self._headers = headers if keeps else None
        elif message["type"] == "http.response.body" and self._headers is not None:
            self._body += message["body"]
            if len(self._body) > LARGEST:
                self._headers = None
            elif not message.get("more_body", False):
                values: Any = scope
                until = min(self._until, values["state"].get("kept_until", self._until))
                kept = Kept(self._version, until, values.get("path_template", ""), self._headers, bytes(self._body))
                self._cache.keep(self._key, kept)


class ReadCache:
    """The kept answers of one process, to requests below `paths`. `version` reads the version that they depend on.

    Requests with `Authorization` are passed by, since they may see more; so are those that ask for `no-cache`.
    """

    def __init__(self, db: Database, version: Read[str], paths: tuple[str, ...]) -> None:
        async def read() -> str:
            return (await db.fetch(version))[0]

        self._paths = paths
        self._check = SharedCheck(read)
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self._size = 0

    async def look_up(self, scope: Scope) -> Kept | Recording | None:
        """The kept answer; a `Recording` for the new answer if there is none; None for a request that is never kept."""
        key = self._key(scope)
        if key is None:
            return None
        try:
            version = await self._check.version()
        except (psycopg.Error, SQLAlchemyError) as error:
            log.warning("version_unreadable", error=str(error).splitlines()[0])
            return None
        kept = self._kept.get(key)
        if kept is None or kept.version != version or time.monotonic() >= kept.until:
            return Recording(self, key, version)
        self._kept.move_to_end(key)
        return kept

    def keep(self, key: Key, answer: Kept) -> None:
        """Keep an answer, and drop the least recently used ones if there is no room."""
        if (old := self._kept.pop(key, None)) is not None:
            self._size -= _weight(key, old)
        self._kept[key] = answer
        self._size += _weight(key, answer)
        while self._size > BYTES or len(self._kept) > ENTRIES:
            self._size -= _weight(*self._kept.popitem(last=False))

    def _key(self, scope: Scope) -> Key | None:
        values: Any = scope
        if values["method"] != "GET" or not values["path"].startswith(self._paths):
            return None
        zipped, path = False, normalize_path(values["path"])
        for name, value in values["headers"]:
            if name == b"authorization" or (name == b"cache-control" and b"no-cache" in value):
                return None
            if name == b"accept-encoding":
                zipped = zipped or b"gzip" in value
        query = self._query(values, path)
        return None if query is None else (path, query, zipped)

    def _query(self, values: Any, path: str) -> Canonical | None:
        """What the query says, in the one way in which its operation's parameters can be written; None if it is wrong.

        So nobody fills the memory with answers that differ in nothing.
        """
        try:
            _, handler, *_ = values["litestar_app"].asgi_router.handle_routing(path, "GET")
        except (MethodNotAllowedException, NotFoundException):
            return None
        query: Query | None = handler.opt.get("query")
        return None if query is None else query.canonical(values["query_string"])


def _weight(key: Key, answer: Kept) -> int:
    """Bytes that a kept answer takes, about."""
    path, query, _ = key
    asked = sum(len(name) + len(value) for name, value in query)
    return len(path) + asked + len(answer.body) + OVERHEAD


def kept_until(request: Request[Any, Any, Any], seconds: float) -> None:
    """State that this answer changes by itself after so many seconds, so that it is not given out after them."""
    request.scope["state"]["kept_until"] = time.monotonic() + seconds
