"""Providers of values that handlers ask for by name, each made on demand from the request, on its handler's thread."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

from litestar import Request

from agrimarket.http.client import client_network
from agrimarket.http.etag import expected_version
from agrimarket.http.idempotency import idempotency_of
from agrimarket.http.language import language_of
from agrimarket.http.principal import Authenticate, grower_of, of_selling, token_of
from agrimarket.integrations.payment_gateway import PaymentGateway
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import Unauthenticated
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.keeping import Kept
from agrimarket.kernel.principal import MandateNeeded, Principal, Role
from agrimarket.settings import Settings

AnyRequest = Request[Any, Any, Any]
_UNKNOWN: Final = object()


@dataclass(frozen=True, slots=True)
class Sources:
    """The parts of an application; `create_app` puts them into the application's state."""

    settings: Settings
    db: Database
    authenticate: Authenticate
    gateway: Callable[[Settings], PaymentGateway]
    kept: Kept = field(default_factory=Kept)


def sources(request: AnyRequest) -> Sources:
    """The sources of the application that answers this request."""
    return request.app.state.sources


def visitor(request: AnyRequest) -> Principal | None:
    """Who asks, or None where nobody is signed in; looked up once a request.

    In the API a token that is not, or no longer, anybody's is refused (`Unauthenticated`), and so is an API key without
    a scope that the operation names (`ScopeMissing`, `SignInNeeded`).
    """
    state = request.scope["state"]
    if (found := state.get("visitor", _UNKNOWN)) is _UNKNOWN:
        found = state["visitor"] = _authenticated(request)
    return cast("Principal | None", found)


def _authenticated(request: AnyRequest) -> Principal | None:
    token = token_of(request)
    if token is None:
        return None
    here, selling = sources(request), of_selling(request)
    program = request.scope["path"].startswith("/v1/")
    grower = grower_of(request) if program and selling else None
    with here.db.reading() as session:
        found = here.authenticate(session, token, grower)
    if found is None:
        if program:
            raise Unauthenticated
        return None
    if grower is not None and found.sells_for is None and found.seller_id != grower:
        raise MandateNeeded
    found = found.within(request.route_handler.opt.get("scopes", ()))
    return found.selling() if selling and (grower is not None or not program) else found


def principal(request: AnyRequest) -> Principal:
    """The signed-in caller; `Unauthenticated` if nobody is signed in."""
    found = visitor(request)
    if found is None:
        raise Unauthenticated
    return found


def _with_role(role: Role) -> Callable[[AnyRequest], Principal]:
    def provide(request: AnyRequest) -> Principal:
        found = principal(request)
        found.require(role)
        return found

    return provide


def _idempotency(request: AnyRequest) -> Idempotency:
    return idempotency_of(request, visitor(request))


ROLES: Final = {role.value: _with_role(role) for role in Role}
"""Provider of a principal who has the role (401 or 403 otherwise), by the role's name."""
PROVIDERS: Final[Mapping[str, Callable[[AnyRequest], Any]]] = {
    "db": lambda request: sources(request).db,
    "settings": lambda request: sources(request).settings,
    "gateway": lambda request: sources(request).gateway(sources(request).settings),
    "kept": lambda request: sources(request).kept,
    "language": language_of,
    "network": lambda request: client_network(request, sources(request).settings.trusted_proxies),
    "visitor": visitor,
    "principal": principal,
    "idempotency": _idempotency,
    "expected_version": expected_version,
    **ROLES,
}
