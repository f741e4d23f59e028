"""Around every request: an id, security headers, one log line, and metrics."""

import re
import time
from typing import Any
from uuid import uuid4

import structlog
from litestar.datastructures import MutableScopeHeaders
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from prometheus_client import Counter, Histogram

log = structlog.get_logger(__name__)
_REQUEST_ID = re.compile(rb"^[A-Za-z0-9._-]{8,64}$")
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
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), microphone=(), camera=(self)",
}


def around_requests(app: ASGIApp) -> ASGIApp:
    """ASGI middleware. The id comes from `X-Request-Id` if that is well formed, and follows into logs and tasks."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
        request_id = given.decode() if _REQUEST_ID.match(given) else uuid4().hex
        scope["state"]["request_id"] = request_id
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started = time.perf_counter()
        status = 500

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableScopeHeaders.from_message(message)
                headers["X-Request-Id"] = request_id
                _secure(headers, scope["path"])
                idempotency = scope["state"].get("idempotency")
                if idempotency is not None and idempotency.replayed:
                    headers["Idempotency-Replayed"] = "true"
            await send(message)

        try:
            await app(scope, receive, answer)
        finally:
            _observe(scope, status, time.perf_counter() - started)

    return wrapped


def _secure(headers: MutableScopeHeaders, path: str) -> None:
    for name, value in SECURITY_HEADERS.items():
        headers.setdefault(name, value)
    headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    if path.startswith("/v1/"):
        headers.setdefault("Cache-Control", "no-store")


def _observe(scope: Scope, status: int, seconds: float) -> None:
    values: Any = scope
    route, method = values.get("path_template", "unmatched"), values["method"]
    REQUESTS.labels(method, route, status).inc()
    SECONDS.labels(method, route).observe(seconds)
    if values["path"] not in _QUIET:
        log.info("request", method=method, path=values["path"], status=status, ms=round(seconds * 1000, 1))
