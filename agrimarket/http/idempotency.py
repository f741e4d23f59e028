"""The header `Idempotency-Key` as the dependency `idempotency`."""

from typing import Any

from litestar import Request
from litestar.di import NamedDependency

from agrimarket.kernel.idempotency import Idempotency, KeyMalformed, fingerprint
from agrimarket.kernel.principal import Principal

HEADER = "Idempotency-Key"


async def provide_idempotency(
    request: Request[Any, Any, Any], visitor: NamedDependency[Principal | None]
) -> Idempotency:
    """The request's key in its caller's scope; without the header every `run` acts."""
    if request.headers.get(HEADER) is None:
        return Idempotency()
    return idempotency_of(request, visitor, await request.body())


def idempotency_of(request: Request[Any, Any, Any], visitor: Principal | None, body: bytes) -> Idempotency:
    """The same where `body` is what the handler read: a multipart form is taken apart before its bytes can be kept."""
    key = request.headers.get(HEADER)
    if key is None:
        return Idempotency()
    if not 1 <= len(key) <= 255 or not key.isascii() or not key.isprintable():
        raise KeyMalformed
    scope = str(visitor.person_id) if visitor else "anyone"
    idempotency = Idempotency(scope, key, fingerprint(request.method, request.scope["path"], body))
    request.state.idempotency = idempotency
    return idempotency
