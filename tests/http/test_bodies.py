"""Bodies that never end: they are given up, and nothing waits for them."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from agrimarket.http import bodies
from agrimarket.http.bodies import Body, ClientLeft


def _run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """What it returns, in a thread of its own: Playwright leaves a loop running in those of browser tests."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


SCOPE: Any = {"type": "http", "headers": [(b"content-length", b"3000")]}


@pytest.mark.parametrize("every", [None, 0.01], ids=["silent", "a byte now and then"])
def test_a_body_that_does_not_come_is_given_up(monkeypatch: pytest.MonkeyPatch, every: float | None) -> None:
    monkeypatch.setattr(bodies, "SILENCE", 0.05)

    async def receive() -> dict[str, Any]:
        await (asyncio.Event().wait() if every is None else asyncio.sleep(every))
        return {"type": "http.request", "body": b"x", "more_body": True}

    async def read() -> bool:
        body = Body(SCOPE, receive)  # pyright: ignore[reportArgumentType]
        with pytest.raises(ClientLeft):
            async with asyncio.timeout(10):
                while True:
                    await body.receive()
        return await body.drain()

    assert _run(read()) is False


def test_a_body_that_comes_slowly_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "SILENCE", 0.2)
    left = [b"x" * 1_000] * 30

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0.02)
        return {"type": "http.request", "body": left.pop(), "more_body": bool(left)}

    async def read() -> None:
        body = Body(SCOPE, receive)  # pyright: ignore[reportArgumentType]
        while not body.ended:
            await body.receive()

    _run(read())
    assert left == []
