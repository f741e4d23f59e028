"""Bodies on their way in: who leaves in the middle of one has not failed, and what nobody reads is read away."""

import asyncio
from typing import Any, ClassVar

from litestar.types import HTTPScope, Receive

from agrimarket.kernel.errors import DomainError, Kind

DRAINED = 32_000_000
"""Bytes of a body that are read away at most."""
SECONDS = 10.0
"""Time that this may take."""
SILENCE = 60.0
"""Seconds for which nothing of a body may come. A phone that changes its mast is away for less."""
SLOWEST = 200
"""Bytes in a second. What is slower, after the first `SILENCE`, is no phone, and would hold a connection for ever."""


class ClientLeft(BaseException):
    """The client closed the connection in the middle of its request, fell silent, or wrote chunks that are none.

    The server does not tell the first and the last apart. No `Exception`, like a cancelled task: no handler of errors
    is to see it.
    """


class BodyBroken(DomainError):
    """The body ends before its end, or its chunks are none (400)."""

    code: ClassVar[str] = "body.broken"
    kind = Kind.UNREADABLE


class Body:
    """The body of one request. An answer that is sent while part of it is unread would cost the next request on the
    connection: the rest is read away first (`drain`), or the connection is closed after the answer.
    """

    def __init__(self, scope: HTTPScope, receive: Receive) -> None:
        given = dict(scope["headers"])
        self.ended = given.get(b"content-length", b"0") == b"0" and b"transfer-encoding" not in given
        self._waits_for_leave = b"expect" in given
        self._receive = receive
        self._begun = False
        self._given_up = False
        self._size = 0
        self._started = asyncio.get_running_loop().time()

    async def receive(self) -> Any:
        """The next part; `ClientLeft` where the client leaves before the last, or lets us wait for too long."""
        self._begun = True
        message: Any = await self._next()
        if message["type"] == "http.request":
            self._size += len(message.get("body", b""))
            self.ended = not message.get("more_body", False)
        elif not self.ended:
            raise ClientLeft
        return message

    async def _next(self) -> Any:
        if self.ended:  # what is awaited now is the end of the connection
            return await self._receive()
        now = asyncio.get_running_loop().time()
        until = min(now + SILENCE, self._started + SILENCE + self._size / SLOWEST)
        try:
            async with asyncio.timeout_at(until):
                return await self._receive()
        except TimeoutError:
            self._given_up = True
            raise ClientLeft from None

    async def drain(self) -> bool:
        """Read away what is left; False if that is too much, too slow, broken off, given up, or was not begun."""
        if self._given_up or (self._waits_for_leave and not self._begun):
            return self.ended
        size = 0
        try:
            async with asyncio.timeout(SECONDS):
                while not self.ended and size <= DRAINED:
                    size += len((await self.receive()).get("body", b""))
        except (ClientLeft, TimeoutError):
            return False
        return self.ended
