"""Who is asking: a bearer token for programs under `/v1`, a session cookie for pages."""

from collections.abc import Callable
from typing import Any

from litestar import Request
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency, Provide
from sqlmodel import Session

from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import Unauthenticated
from agrimarket.kernel.principal import Principal, Role

COOKIE = "session"
Authenticate = Callable[[Session, str], Principal | None]


def token_of(request: Request[Any, Any, Any]) -> str | None:
    """The token that came with the request. The API ignores cookies, so that it needs no CSRF token."""
    if request.scope["path"].startswith("/v1/"):
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" and token.strip() else None
    return request.cookies.get(COOKIE)


def _role(name: str) -> Callable[..., Principal]:
    role = Role(name)

    def provide(principal: NamedDependency[Principal]) -> Principal:
        principal.require(role)
        return principal

    return provide


def dependencies(authenticate: Authenticate) -> dict[str, Provide]:
    """`visitor` (a principal or None), `principal` (401 if nobody is signed in), and one a role (403)."""

    def known(db: Database, token: str) -> Principal | None:
        with db.reading() as session:
            return authenticate(session, token)

    async def provide_visitor(request: Request[Any, Any, Any], db: NamedDependency[Database]) -> Principal | None:
        token = token_of(request)  # most requests come without one, and need no thread for this
        return None if token is None else await sync_to_thread(known, db, token)

    def provide_principal(visitor: NamedDependency[Principal | None]) -> Principal:
        if visitor is None:
            raise Unauthenticated
        return visitor

    return {
        "visitor": Provide(provide_visitor),
        "principal": Provide(provide_principal, sync_to_thread=False),
        **{role.value: Provide(_role(role.value), sync_to_thread=False) for role in Role},
    }
