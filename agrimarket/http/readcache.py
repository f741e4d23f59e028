"""Answers to public reads kept in this process, and never given out once what they tell has changed.

An answer is kept with the version that was read from the database before it was made, and is given out only while a
version that is read *after* the request arrived is still the same. So whoever asks after a change was committed gets
the change: in every process and on every machine, with nothing to invalidate and no message to lose.

The price is one small statement, which requests share: those that arrive while a check is under way wait for the next
one together. What does not move the version is at most `SECONDS` old.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from litestar.concurrency import sync_to_thread
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from agrimarket.kernel.db import Database

log = structlog.get_logger(__name__)
SECONDS = 1.0
"""How old an answer may be in what its version does not tell."""
ENTRIES = 2_000
LARGEST = 256_000
"""Bytes of an answer that is kept."""

ReadVersion = Callable[[Session], str]
Key = tuple[str, bytes, bytes]


class SharedCheck:
    """Reads of a version, shared: each caller gets one that began after it asked, together with all who wait for it."""

    def __init__(self, read: Callable[[], str]) -> None:
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
                version = await sync_to_thread(self._read)
            except Exception as error:  # whoever waits for this read is told
                for waiter in group:
                    if not waiter.done():
                        waiter.set_exception(error)
            else:
                for waiter in group:
                    if not waiter.done():
                        waiter.set_result(version)
        self._reader = None


@dataclass(frozen=True, slots=True)
class _Kept:
    version: str
    until: float
    messages: tuple[Message, ...]


class ReadCache:
    """ASGI middleware of one route. Requests that come with `Authorization` pass it by, for they may see more."""

    def __init__(self, app: ASGIApp, read: ReadVersion) -> None:
        self._app = app
        self._read = read
        self._check: SharedCheck | None = None
        self._kept: OrderedDict[Key, _Kept] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        if b"authorization" in headers:
            await self._app(scope, receive, send)
            return
        key = (scope["path"], scope["query_string"], headers.get(b"accept-encoding", b""))
        try:
            version = await self._checker(scope["litestar_app"].state.db).version()
        except SQLAlchemyError as error:
            log.warning("version_unreadable", error=str(error).splitlines()[0])
            await self._app(scope, receive, send)
            return
        kept = self._kept.get(key)
        if kept is not None and kept.version == version and time.monotonic() < kept.until:
            for message in kept.messages:
                await send(_copy(message))
            return
        messages: list[Message] = []

        async def note(message: Message) -> None:
            messages.append(_copy(message))
            await send(message)

        until = time.monotonic() + SECONDS
        await self._app(scope, receive, note)
        self._keep(key, _Kept(version, until, tuple(messages)))

    def _checker(self, db: Database) -> SharedCheck:
        if self._check is None:

            def read() -> str:
                with db.reading() as session:
                    return self._read(session)

            self._check = SharedCheck(read)
        return self._check

    def _keep(self, key: Key, answer: _Kept) -> None:
        start = answer.messages[0]
        size = sum(len(m["body"]) for m in answer.messages if m["type"] == "http.response.body")
        if start["type"] != "http.response.start" or start["status"] != 200 or size > LARGEST:
            return
        self._kept[key] = answer
        self._kept.move_to_end(key)
        while len(self._kept) > ENTRIES:
            self._kept.popitem(last=False)


def _copy(message: Message) -> Message:
    """A message that outer layers may add headers to."""
    if message["type"] != "http.response.start":
        return message
    return {**message, "headers": list(message["headers"])}


def kept_while(read: ReadVersion) -> Callable[[ASGIApp], ASGIApp]:
    """`get("/listings", middleware=[kept_while(service.version)])`: keep answers while `read(session)` is the same.

    Every change that the answers must tell at once moves the version, in the transaction of the change.
    """

    def wrap(app: ASGIApp) -> ASGIApp:
        return ReadCache(app, read)

    return wrap
