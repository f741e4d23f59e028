"""The header `Idempotency-Key`."""

from typing import Any

from litestar import Request

from agrimarket.kernel.idempotency import Idempotency, KeyMalformed, fingerprint
from agrimarket.kernel.principal import Principal

HEADER = "Idempotency-Key"


async def read_body(request: Request[Any, Any, Any]) -> None:
    """Read the body, which is part of the key's fingerprint, while it can still be awaited."""
    if HEADER in request.headers:
        request.scope["state"]["body"] = await request.body()


def idempotency_of(
    request: Request[Any, Any, Any], visitor: Principal | None, body: bytes | None = None
) -> Idempotency:
    """The request's key in its caller's scope; without the header every `run` acts.

    `body` is given if a multipart form was parsed before its bytes could be kept.
    """
    keys = request.headers.getall(HEADER, [])
    if not keys:
        return Idempotency()
    key = keys[0]
    if len(keys) > 1 or not 1 <= len(key) <= 255 or not key.isascii() or not key.isprintable():
        raise KeyMalformed
    scope = _scope(visitor) if visitor else "anyone"
    content = request.scope["state"]["body"] if body is None else body
    idempotency = Idempotency(scope, key, fingerprint(request.method, request.scope["path"], content))
    request.scope["state"]["idempotency"] = idempotency
    return idempotency


def _scope(caller: Principal) -> str:
    """Whose key it is; what somebody does for a grower is apart from what they do for themselves."""
    grower = caller.sells_for
    if grower is not None and caller.seller_id == grower.seller_id:
        return f"{caller.person_id} {grower.seller_id}"
    return str(caller.person_id)
