"""Identity of the caller: a bearer token for programs under `/v1`, a session cookie for pages."""

from typing import Any, Final, Protocol
from uuid import UUID

from litestar.connection import ASGIConnection
from sqlmodel import Session

from agrimarket.http.negotiation import depends_on
from agrimarket.kernel import ids
from agrimarket.kernel.principal import SELLS, MandateNeeded, Principal
from agrimarket.kernel.resources import PREFIXES

COOKIE = "session"
SELLER: Final = "Agrimarket-Seller"
"""Header by which a program names the grower whom it sells for."""
PAGES: Final = ("/sell", "/listings", "/photos")
"""Pages on which somebody acts for the grower whom they have chosen; on all others they are themselves."""


class Authenticate(Protocol):
    """Protocol of what tells whose token that is; `grower` is asked for, or (None) the session's own choice counts."""

    def __call__(self, session: Session, token: str, grower: UUID | None = None) -> Principal | None: ...


def of_selling(request: ASGIConnection[Any, Any, Any, Any]) -> bool:
    """Whether the request is about stock, listings or orders of a seller, which others may handle for them."""
    path: str = request.scope["path"]
    if path.startswith("/v1/"):
        return not SELLS.isdisjoint(request.route_handler.opt.get("scopes", ()))
    return any(path == each or path.startswith(f"{each}/") for each in PAGES)


def grower_of(request: ASGIConnection[Any, Any, Any, Any]) -> UUID | None:
    """The seller whom the header names; `MandateNeeded` for what is no seller's id."""
    depends_on(request, SELLER)
    named = request.headers.get(SELLER, "").strip()
    if not named:
        return None
    try:
        return ids.decode(PREFIXES["seller"], named)
    except ValueError as error:
        raise MandateNeeded from error


def token_of(request: ASGIConnection[Any, Any, Any, Any]) -> str | None:
    """Token that came with the request. The API ignores cookies, so that it needs no CSRF token."""
    if request.scope["path"].startswith("/v1/"):
        depends_on(request, "Authorization")
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" and token.strip() else None
    depends_on(request, "Cookie")
    return request.cookies.get(COOKIE)
