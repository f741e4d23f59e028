"""HTTP load on keep-alive connections: cheap enough that the server, and not the client, is the limit."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from concurrent import futures
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

Requests = Callable[[int], tuple[bytes, str] | None]
"""Function of n that gives the n-th request's bytes and a tag to know it by; None after the last."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Outcome of one request; `status` 0 is a broken connection. Times are of `time.perf_counter()`."""

    tag: str
    status: int
    started: float
    ended: float


def http_request(method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    """A request on a connection that stays open; underscores in header names become hyphens."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class _Connection(asyncio.Protocol):
    """Connection of one client: a request, its answer, the next request."""

    def __init__(self) -> None:
        self.transport: Any = None
        self.waiting: asyncio.Future[int] | None = None
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        start = head.lower().find(b"content-length:")
        length = int(head[start + 15 :].partition(b"\r\n")[0]) if start >= 0 else 0
        if len(body) >= length:
            self._buffer = body[length:]
            self._answer(int(head[9:12]))

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        self._answer(0)

    def _answer(self, status: int) -> None:
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_result(status)


class Load:
    """Load of `clients` connections that send one request after another, in a thread, while the block runs."""

    def __init__(self, port: int, requests: Requests, clients: int = 16, pause: float = 0) -> None:
        self.outcomes: list[Outcome] = []
        self._port, self._requests, self._clients, self._pause = port, requests, clients, pause
        self._asked = 0
        self._over = False
        self._thread = ThreadPoolExecutor(1, "load")

    def __enter__(self) -> "Load":
        self._running = self._thread.submit(asyncio.run, self._run())
        return self

    def __exit__(self, *_: object) -> None:
        self._over = True
        self._thread.shutdown()
        self._running.result()  # raises an error of the thread here

    def wait(self, seconds: float) -> None:
        """Let the load run for that many seconds, or until there are no more requests."""
        futures.wait([self._running], seconds)

    def statuses(self) -> Counter[int]:
        """Number of answers of each status."""
        return Counter(outcome.status for outcome in self.outcomes)

    def share_ok(self, since: float, until: float) -> float:
        """Share of 2xx among the requests that ended in that time; 0 if there were none."""
        ended = [outcome.status for outcome in self.outcomes if since <= outcome.ended < until]
        return sum(200 <= status < 300 for status in ended) / len(ended) if ended else 0.0

    def healed(self, now: float | None = None) -> bool:
        """Whether 99 % were OK over the last second."""
        now = now or time.perf_counter()
        return self.share_ok(now - 1, now) >= 0.99

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(self._clients):
                group.create_task(self._client())

    async def _client(self) -> None:
        loop = asyncio.get_running_loop()
        connection = _Connection()
        while not self._over:
            asked = self._requests(self._asked)
            if asked is None:
                return
            request, tag = asked
            self._asked += 1
            started = time.perf_counter()
            status = 0
            try:
                if connection.transport is None:
                    connection = (await loop.create_connection(_Connection, "127.0.0.1", self._port))[1]
                connection.waiting = loop.create_future()
                connection.transport.write(request)
                status = await connection.waiting
            except OSError:
                await asyncio.sleep(0.05)  # no server listens at this moment
            self.outcomes.append(Outcome(tag, status, started, time.perf_counter()))
            if self._pause:
                await asyncio.sleep(self._pause)
