"""Identity of the caller: a bearer token for programs under `/v1`, a session cookie for pages."""

from collections.abc import Callable
from typing import Any

from litestar.connection import ASGIConnection
from sqlmodel import Session

from agrimarket.http.negotiation import depends_on
from agrimarket.kernel.principal import Principal

COOKIE = "session"
Authenticate = Callable[[Session, str], Principal | None]


def token_of(request: ASGIConnection[Any, Any, Any, Any]) -> str | None:
    """Token that came with the request. The API ignores cookies, so that it needs no CSRF token."""
    if request.scope["path"].startswith("/v1/"):
        depends_on(request, "Authorization")
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" and token.strip() else None
    depends_on(request, "Cookie")
    return request.cookies.get(COOKIE)
