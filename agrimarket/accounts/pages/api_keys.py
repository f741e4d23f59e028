"""HTML handlers of API keys: making one, seeing them, revoking one."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from litestar.types import ControllerRouterHandler

from agrimarket.accounts.schemas.api_keys import KeyIn
from agrimarket.accounts.service import api_keys
from agrimarket.accounts.types import KeyInfo
from agrimarket.http.formdata import Fields, pairs, texts
from agrimarket.http.handlers import form, page
from agrimarket.http.pages import render_page, see_other
from agrimarket.http.params import Cursor
from agrimarket.http.request import decode_model
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.paging import Paging, by_id
from agrimarket.kernel.principal import Principal, scopes_for
from agrimarket.kernel.resources import ApiKeyId, reference

HOME = "/me/api-keys"
SHOWN = 20
KEYS: Paging[KeyInfo, UUID] = by_id("key")
AnyRequest = Request[Any, Any, Any]


@page(HOME)
def show_keys(
    request: AnyRequest,
    principal: NamedDependency[Principal],
    db: NamedDependency[Database],
    cursor: Cursor = None,
) -> Template:
    """The person's keys, the newest first, and a form for the next one where they may make one."""
    return _shown(request, principal, db, cursor)


def show_again(
    refusal: DomainError, request: AnyRequest, principal: Principal, db: Database, data: Mapping[str, Any]
) -> Template:
    """The page with what was typed, and with why no key was made."""
    chosen = [str(value) for name, value in pairs(data) if name == "scopes"]
    return _shown(request, principal, db, None, refusal, texts(data).get("name", ""), chosen)


@form(HOME, again=show_again)
def make_key(
    request: AnyRequest, principal: NamedDependency[Principal], db: NamedDependency[Database], data: Fields
) -> Template:
    """Make a key and show it, this once. Sent again, the form is refused for the key's name."""
    scopes = [value for name, value in pairs(data) if name == "scopes"]
    wanted = decode_model(KeyIn, {"name": texts(data).get("name", ""), "scopes": scopes})
    with db.transaction() as session:
        key, info = api_keys.create(session, principal, wanted.name, set(wanted.scopes))
    return render_page(request, "api_keys_new.html", visitor=principal, secret=True, key=key, info=info)


@form(HOME + "/{key_id:str}/revoke")
def revoke_key(
    key_id: FromPath[ApiKeyId], principal: NamedDependency[Principal], db: NamedDependency[Database]
) -> Response[Any]:
    """End a key at once, and go back to the list."""
    with db.transaction() as session:
        api_keys.revoke(session, principal, key_id)
    return see_other(HOME)


def _shown(
    request: AnyRequest,
    principal: Principal,
    db: Database,
    cursor: str | None,
    refusal: DomainError | None = None,
    name: str = "",
    chosen: list[str] | None = None,
) -> Template:
    window = KEYS.window(cursor, SHOWN)
    with db.reading() as session:
        found = api_keys.of_person(session, principal.person_id, before=window.after, limit=window.rows)
    keys, following = window.cut(found)
    return render_page(
        request,
        "api_keys.html",
        refusal=refusal,
        visitor=principal,
        may_make=api_keys.may_make(principal),
        number=reference("person", principal.person_id),
        scopes=[scope.value for scope in scopes_for(principal.roles)],
        keys=keys,
        more=f"{HOME}?cursor={following}" if following else "",
        reference=reference,
        typed=name,
        chosen=chosen or [],
    )


HANDLERS: list[ControllerRouterHandler] = [show_keys, make_key, revoke_key]
