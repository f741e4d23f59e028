"""Gate of `/v1`: from ASGI to the engine and back; it can break a connection without an answer."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from litestar import Request, asgi
from litestar.datastructures import State
from litestar.types import Receive, Scope, Send

from agrimarket.embedded.stripe_sandbox.engine import ApiRequest
from agrimarket.embedded.stripe_sandbox.house import House
from agrimarket.embedded.stripe_sandbox.idempotency import Answer


@asgi("/v1", is_mount=True, copy_scope=True)
async def serve_v1(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one API request."""
    request = Request[None, None, State](scope, receive, send)
    house = House.of(request.app.state)
    sends_form = request.method == "POST"
    encoded = await _body(receive) if sends_form else scope["query_string"]
    answer = await house.engine.handle(
        ApiRequest(
            method=request.method,
            path="/v1/" + scope["path"].removeprefix("/v1").strip("/"),
            encoded=encoded.decode("utf-8", "replace"),
            headers=_headers(request.headers),
            base_url=str(request.base_url).rstrip("/"),
        )
    )
    await _send(send, answer)


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message: Any = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def _headers(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


async def _send(send: Send, answer: Answer) -> None:
    body = json.dumps(answer.body, indent=2).encode()
    headers: list[tuple[bytes, bytes]] = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
    ]
    headers += [(name.lower().encode(), value.encode()) for name, value in answer.headers.items()]
    start: Any = {"type": "http.response.start", "status": answer.status, "headers": headers}
    if answer.held_seconds is not None:
        # The promised length never arrives, so the caller sees a broken connection, as after a real time-out.
        await asyncio.sleep(answer.held_seconds)
        await send(start)
        await send({"type": "http.response.body", "body": b"", "more_body": True})
        return
    await send(start)
    await send({"type": "http.response.body", "body": body, "more_body": False})
