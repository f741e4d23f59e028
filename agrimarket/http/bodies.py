"""Bodies on their way in: who leaves in the middle of one has not failed, and what nobody reads is read away."""

import asyncio
from typing import Any, ClassVar

from litestar.types import HTTPScope, Receive

from agrimarket.kernel.errors import DomainError, Kind

DRAINED = 32_000_000
"""Bytes of a body that are read away at most."""
SECONDS = 10.0
"""Time that this may take."""


class ClientLeft(BaseException):
    """The client closed the connection in the middle of its request, or wrote chunks that are none.

    The server does not tell the two apart. No `Exception`, like a cancelled task: no handler of errors is to see it.
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

    async def receive(self) -> Any:
        """The next part; `ClientLeft` where the client leaves before the last."""
        self._begun = True
        message: Any = await self._receive()
        if message["type"] == "http.request":
            self.ended = not message.get("more_body", False)
        elif not self.ended:
            raise ClientLeft
        return message

    async def drain(self) -> bool:
        """Read away what is left; False if that is too much, too slow, broken off, or was not begun to be sent."""
        if self._waits_for_leave and not self._begun:
            return self.ended
        size = 0
        try:
            async with asyncio.timeout(SECONDS):
                while not self.ended and size <= DRAINED:
                    size += len((await self.receive()).get("body", b""))
        except (ClientLeft, TimeoutError):
            return False
        return self.ended
