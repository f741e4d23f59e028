"""Around every request: an id, a quota, kept answers, headers that all answers have, one log line, and metrics."""

import re
import time
from collections.abc import Iterable
from functools import cache
from typing import Any
from uuid import uuid4

import structlog
from litestar.enums import HttpMethod
from litestar.exceptions import MethodNotAllowedException, NotFoundException
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send
from prometheus_client import Counter, Histogram

from agrimarket.http.bodies import Body, BodyBroken, ClientLeft
from agrimarket.http.client import network_of
from agrimarket.http.doors import Doors, ascii_query, method_of
from agrimarket.http.negotiation import (
    CORS,
    allowing,
    answer_preflight,
    is_preflight,
    known_already,
    open_to_all,
    varied,
    without_content,
)
from agrimarket.http.problems import refusing
from agrimarket.http.quota import Header, Quota
from agrimarket.http.readcache import Kept, ReadCache, Recording

log = structlog.get_logger(__name__)
_REQUEST_ID = re.compile(rb"^[A-Za-z0-9._-]{8,64}$")
_IDENTIFIES = re.compile(rb"(?:^|;\s*)(?:session|appeal)=")
_QUIET = frozenset({"/health", "/ready", "/metrics"})

REQUESTS = Counter("agrimarket_http_requests", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram(
    "agrimarket_http_request_seconds",
    "Time to answer",
    ["method", "route"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"
)
SECURITY_HEADERS = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"same-origin",
    b"x-frame-options": b"DENY",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"geolocation=(), microphone=(), camera=(self)",
    b"content-security-policy": CONTENT_SECURITY_POLICY.encode(),
}
_OF_THE_API = {**SECURITY_HEADERS, b"cache-control": b"no-store"}
_ONLY_TLS = (b"strict-transport-security", b"max-age=31536000")
_REPLAYED = (b"idempotency-replayed", b"true")
_CLOSED = ((b"connection", b"close"),)
LEFT = 499
"""What logs and metrics say of a client that left in the middle of its request, or broke it off by what it wrote."""
_counter = cache(REQUESTS.labels)
_seconds = cache(SECONDS.labels)


def around_requests(
    app: ASGIApp,
    kept_answers: ReadCache | None,
    quota: Quota,
    trusted_proxies: int,
    doors: Doors,
    *,
    tls: bool = False,
) -> ASGIApp:
    """ASGI middleware. The id comes from `X-Request-Id` if that is well formed, and follows into logs and tasks.

    It is the outermost layer, so that a kept answer costs nothing of what lies below. `quota` holds below `/v1`. With
    `tls` browsers are told to come by HTTPS only, for a year.
    """
    always: list[Header] = [_ONLY_TLS] if tls else []

    async def around(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        if scope["method"] == "HEAD" and not _has_head(scope):
            scope["method"], send = HttpMethod.GET, _without_body(send)
        started = time.perf_counter()
        request_id = _request_id(scope)
        own: list[Header] = [(b"x-request-id", request_id.encode()), *always]
        if (refused := doors.refusal(scope)) is not None:
            await _answer(refusing(refused), scope, receive, send, own, started, None)
            return
        ascii_query(scope)
        if scope["path"].startswith("/v1/"):
            if is_preflight(scope):
                await answer_preflight(own, send)
                _observe("OPTIONS", "preflight", scope["path"], 204, time.perf_counter() - started, request_id)
                return
            allowed, told = quota.take(network_of(scope, trusted_proxies))
            own += told
            if not allowed:
                await _answer(refusing(quota.refusal()), scope, receive, send, own, started, None)
                return
        found = await kept_answers.look_up(scope) if kept_answers is not None else None
        if isinstance(found, Kept):
            status = await _give(found, scope, own, send)
            _observe("GET", found.route, scope["path"], status, time.perf_counter() - started, request_id)
        else:
            await _answer(app, scope, receive, send, own, started, found)

    return around


def _has_head(scope: HTTPScope) -> bool:
    """Whether HEAD has its own handler for that path; if not, it is answered as GET, without the body."""
    try:
        scope["litestar_app"].asgi_router.handle_routing(scope["path"], "HEAD")
    except (MethodNotAllowedException, NotFoundException):
        return False
    return True


def _without_body(send: Send) -> Send:
    async def headers_only(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return headers_only


def _request_id(scope: HTTPScope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _REQUEST_ID.match(value):
            return value.decode()
    return uuid4().hex


async def _give(kept: Kept, scope: HTTPScope, own: list[Header], send: Send) -> int:
    known = known_already(scope, 200, kept.headers)
    headers = without_content(kept.headers) if known else kept.headers
    status = 304 if known else 200
    await send({"type": "http.response.start", "status": status, "headers": [*headers, *own]})
    await send({"type": "http.response.body", "body": b"" if known else kept.body, "more_body": False})
    return status


async def _answer(
    app: ASGIApp,
    scope: HTTPScope,
    receive: Receive,
    send: Send,
    own: list[Header],
    started: float,
    recording: Recording | None,
) -> None:
    request_id = scope["state"]["request_id"] = own[0][1].decode()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request_id)
    status, begun = 500, False
    body = Body(scope, receive)

    async def finished(message: Message) -> None:
        nonlocal status, begun
        if message["type"] == "http.response.start":
            begun = True
            unread = () if body.ended or await body.drain() else _CLOSED
            methods = allowing(message["headers"], message["status"], scope)
            headers = message["headers"] = varied(_secured(methods, scope), scope["state"].get("vary", ()))
            if recording is not None:
                recording.note(message, scope)
            if known_already(scope, message["status"], headers):
                message["status"], headers = 304, without_content(headers)
            status = message["status"]
            idempotency = scope["state"].get("idempotency")
            replayed = idempotency is not None and idempotency.replayed
            message["headers"] = [*headers, *own, *([_REPLAYED] if replayed else ()), *unread]
        else:
            if recording is not None:
                recording.note(message, scope)
            if status == 304 and message["type"] == "http.response.body":
                message = {**message, "body": b""}
        await send(message)

    try:
        await app(scope, body.receive, finished)
    except ClientLeft:
        if not begun:  # who only wrote it wrongly is still there
            await refusing(BodyBroken())(scope, receive, finished)
        status = LEFT
    finally:
        values: Any = scope
        route = values.get("path_template", "unmatched")
        _observe(method_of(scope), route, scope["path"], status, time.perf_counter() - started, request_id)


def _secured(headers: Iterable[tuple[bytes, bytes]], scope: HTTPScope) -> list[tuple[bytes, bytes]]:
    """`headers`, and the security headers that are not among them. What one is shown is kept by nobody."""
    path, given = scope["path"], list(headers)
    for_all = path.startswith(("/v1/", "/static/")) or scope["state"].get("for_all", False)
    if not for_all and _of_somebody(scope):
        given = [(name, value) for name, value in given if name.lower() != b"cache-control"]
        given.append((b"cache-control", b"no-store"))
    names = {name.lower() for name, _ in given}
    ours = _OF_THE_API if path.startswith("/v1/") else SECURITY_HEADERS
    shared = CORS if open_to_all(path) else ()
    return [*given, *(header for header in ours.items() if header[0] not in names), *shared]


def _of_somebody(scope: HTTPScope) -> bool:
    """Whether a page is asked for with a cookie that identifies somebody, or what they are typing."""
    return any(name == b"cookie" and _IDENTIFIES.search(value) for name, value in scope["headers"])


def _observe(method: str, route: str, path: str, status: int, seconds: float, request_id: str) -> None:
    _counter(method, route, status).inc()
    _seconds(method, route).observe(seconds)
    if path not in _QUIET:
        log.info("request", request_id=request_id, method=method, path=path, status=status, ms=round(seconds * 1000, 1))
