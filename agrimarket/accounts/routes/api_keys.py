"""JSON handlers of API keys."""

from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from agrimarket.accounts.schemas.api_keys import KeyIn, KeyOut, NewKeyOut
from agrimarket.accounts.service import api_keys
from agrimarket.accounts.types import KeyInfo
from agrimarket.http.handlers import delete, get, post
from agrimarket.http.params import Cursor, Limit
from agrimarket.kernel.db import Database
from agrimarket.kernel.paging import Page, Paging, by_id
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import ApiKeyId

TAGS = ["API keys"]
KEYS: Paging[KeyInfo, UUID] = by_id("key")


@post("/api-keys", tags=TAGS, summary="Make an API key")
def create_key(
    data: JSONBody[KeyIn], principal: NamedDependency[Principal], db: NamedDependency[Database]
) -> NewKeyOut:
    """For integrators, whom an operator names, and operators. The key is in this answer and nowhere else."""
    with db.transaction() as session:
        key, info = api_keys.create(session, principal, data.name, set(data.scopes))
    return NewKeyOut(key=key, api_key=KeyOut.of(info))


@get("/api-keys", tags=TAGS, summary="My API keys")
def list_keys(
    principal: NamedDependency[Principal], db: NamedDependency[Database], cursor: Cursor = None, limit: Limit = 50
) -> Page[KeyOut]:
    """The newest first, revoked ones too; also those of somebody who may not make keys any more."""
    window = KEYS.window(cursor, limit)
    with db.reading() as session:
        keys = api_keys.of_person(session, principal.person_id, before=window.after, limit=window.rows)
    return window.page(keys, KeyOut.of)


@delete("/api-keys/{key_id:str}", tags=TAGS, summary="Revoke an API key")
def revoke_key(
    key_id: FromPath[ApiKeyId], principal: NamedDependency[Principal], db: NamedDependency[Database]
) -> None:
    """The key ends at once and for good."""
    with db.transaction() as session:
        api_keys.revoke(session, principal, key_id)


HANDLERS: list[ControllerRouterHandler] = [create_key, list_keys, revoke_key]
