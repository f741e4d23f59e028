"""What an answer depends on beside its address, told to caches (`Vary`) and to other sites' scripts (CORS).

The API and its document may be read by any site's scripts, for no cookie has a say there: such a script knows what its
user has told it, and no more. Pages belong to their own site.
"""

from collections.abc import Iterable
from typing import Any

from litestar.connection import ASGIConnection
from litestar.exceptions import MethodNotAllowedException, NotFoundException
from litestar.types import HTTPScope, Send

from agrimarket.http.doors import METHODS
from agrimarket.http.etag import unchanged

Header = tuple[bytes, bytes]
COMPRESSED_FROM = 1_000
"""Bytes of an answer from which it is compressed for those who accept that."""
NOT_FOUND, METHOD_REFUSED = 404, 405
DOCUMENT = "/schema/openapi.json"
_READABLE = (b"access-control-allow-origin", b"*")
_EXPOSED = (
    b"access-control-expose-headers",
    b"ETag, Idempotency-Replayed, Location, RateLimit, RateLimit-Policy, Retry-After, Tus-Resumable, Upload-Length, "
    b"Upload-Offset, X-Request-Id",
)
CORS = (_READABLE, _EXPOSED)
PREFLIGHT = (
    _READABLE,
    (b"access-control-allow-methods", b"GET, HEAD, POST, PUT, PATCH, DELETE"),
    (
        b"access-control-allow-headers",
        b"Accept-Language, Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Tus-Resumable, "
        b"Upload-Length, Upload-Metadata, Upload-Offset, X-Request-Id",
    ),
    (b"access-control-max-age", b"86400"),
    (b"vary", b"Access-Control-Request-Method, Access-Control-Request-Headers"),
)


def depends_on(connection: ASGIConnection[Any, Any, Any, Any], header: str) -> None:
    """Note that the answer depends on that header of the request."""
    state: dict[str, Any] = connection.scope.setdefault("state", {})
    state.setdefault("vary", set()).add(header)


def same_for_all(connection: ASGIConnection[Any, Any, Any, Any]) -> None:
    """Note that everybody is given this answer, though it was looked at who asked: caches may keep it for all."""
    connection.scope.setdefault("state", {}).update(vary=set(), for_all=True)


def open_to_all(path: str) -> bool:
    """Whether any site's scripts may read what is there."""
    return path.startswith("/v1/") or path == DOCUMENT


def is_preflight(scope: HTTPScope) -> bool:
    """Whether a browser asks if a script of another site may send what it wants to the API."""
    return scope["method"] == "OPTIONS" and any(
        name == b"access-control-request-method" for name, _ in scope["headers"]
    )


async def answer_preflight(headers: Iterable[Header], send: Send) -> None:
    """Any method with any header of ours, without cookies."""
    await send({"type": "http.response.start", "status": 204, "headers": [*PREFLIGHT, *headers]})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def allowing(headers: Iterable[Header], status: int, scope: HTTPScope) -> list[Header]:
    """These headers; where they tell which methods an address takes, with all of them.

    The framework tells those of one of the handlers of a path, and none where it refuses a method.
    """
    given = list(headers)
    if (status != METHOD_REFUSED and scope["method"] != "OPTIONS") or status == NOT_FOUND:
        return given
    taken = ", ".join(sorted(_taken(scope)))
    return [*(header for header in given if header[0].lower() != b"allow"), (b"allow", taken.encode())]


def _taken(scope: HTTPScope) -> set[str]:
    router, taken = scope["litestar_app"].asgi_router, set[str]()
    for method in METHODS:
        try:
            router.handle_routing(scope["path"], method)
        except (MethodNotAllowedException, NotFoundException):
            continue
        taken |= {"GET", "HEAD"} if method == "GET" else {method}
    return taken


def varied(headers: list[Header], noted: Iterable[str]) -> list[Header]:
    """These headers with one `Vary` that names all on which the answer depends."""
    names = set(noted)
    kept: list[Header] = []
    length, encoded = 0, False
    for name, value in headers:
        lower = name.lower()
        if lower == b"vary":
            names |= {each.strip().title() for each in value.decode().split(",")}
            continue
        encoded = encoded or lower == b"content-encoding"
        length = int(value) if lower == b"content-length" else length
        kept.append((name, value))
    if encoded or length >= COMPRESSED_FROM:
        names.add("Accept-Encoding")
    return [*kept, (b"vary", ", ".join(sorted(names)).encode())] if names else kept


def known_already(scope: HTTPScope, status: int, headers: Iterable[Header]) -> bool:
    """Whether the caller says that it has this very answer (`If-None-Match`), so that 304 will do."""
    if status != 200 or scope["method"] not in ("GET", "HEAD"):
        return False
    known = next((value for name, value in scope["headers"] if name == b"if-none-match"), None)
    if known is None:
        return False
    tag = next((value for name, value in headers if name.lower() == b"etag"), None)
    return tag is not None and unchanged(tag.decode(), known.decode("latin-1"))


def without_content(headers: Iterable[Header]) -> list[Header]:
    """The headers of a 304: those of the answer, but what describes a body."""
    return [header for header in headers if not header[0].lower().startswith(b"content-") or header[0] in _OF_ANY]


_OF_ANY = (b"content-security-policy",)
