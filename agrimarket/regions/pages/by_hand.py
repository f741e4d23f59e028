"""The desk of restrictions by hand: left those that were made, right the form, or one of them and how to end it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler

from agrimarket.http.formdata import Fields, texts
from agrimarket.http.handlers import form, page
from agrimarket.http.pages import render_page, see_other
from agrimarket.http.params import Cursor
from agrimarket.http.request import read_fields
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError, InvalidFields
from agrimarket.kernel.i18n import PEOPLES_ZONE
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import HandRestrictionId, reference
from agrimarket.regions.routes.by_hand import NEWEST
from agrimarket.regions.schemas.by_hand import HandEndIn, HandFormIn
from agrimarket.regions.service import by_hand, places
from agrimarket.regions.types.by_hand import ByHand, RestrictedByHand

AnyRequest = Request[Any, Any, Any]
HOME = "/desk/restrictions"
SHOWN = 30
FIELDS = ("region", "level", "communities", "source", "reason", "begins", "ends")


def path_of(hand_id: UUID) -> str:
    """Address of one at the desk."""
    return f"{HOME}/{reference('hand_restriction', hand_id)}"


def show(
    request: AnyRequest,
    db: Database,
    operator: Principal,
    hand_restriction_id: UUID | None = None,
    *,
    cursor: str | None = None,
    refusal: DomainError | None = None,
    data: Mapping[str, Any] | None = None,
) -> Template:
    """The desk; with one at hand, or with the form for a new one."""
    window = NEWEST.window(cursor, SHOWN)
    with db.reading() as session:
        found = by_hand.listed(session, operator, before=window.after, limit=window.rows)
        item = by_hand.read(session, operator, hand_restriction_id) if hand_restriction_id else None
    rows, following = window.cut(found)
    return render_page(
        request,
        "by_hand.html",
        visitor=operator,
        refusal=refusal,
        rows=[(path_of(row.id), row) for row in rows],
        more=f"{HOME}?cursor={following}" if following else "",
        item=item,
        href=path_of(item.id) if item else "",
        typed=texts(data or {}),
    )


@page(HOME)
def queue(
    request: AnyRequest, db: NamedDependency[Database], operator: NamedDependency[Principal], cursor: Cursor = None
) -> Template:
    """What was restricted by hand, the newest first, and the form."""
    return show(request, db, operator, cursor=cursor)


@page(f"{HOME}/{{hand_restriction_id:str}}")
def selected(
    request: AnyRequest,
    hand_restriction_id: FromPath[HandRestrictionId],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Template:
    """One of them, with how to end it."""
    return show(request, db, operator, hand_restriction_id)


@form(HOME, again=show)
def restrict(
    request: AnyRequest, data: Fields, db: NamedDependency[Database], operator: NamedDependency[Principal]
) -> Redirect:
    """Restrict a region, or communities of it."""
    said = read_fields(HandFormIn, data, *FIELDS)
    times = {name: _moment(name, getattr(said, name)) for name in ("begins", "ends")}
    with db.transaction() as session:
        code = places.pointed(session, said.region, "/region").code
        asked = RestrictedByHand(code, said.level, said.names(), said.source, said.reason, **times)
        made: ByHand = by_hand.restrict(session, operator, asked)
    return see_other(f"{path_of(made.id)}#at-hand")


def _moment(name: str, typed: str) -> datetime | None:
    """What was typed as a time in China; `InvalidFields` for any other text, None for none."""
    if not typed:
        return None
    try:
        return datetime.fromisoformat(typed.replace("/", "-")).replace(tzinfo=PEOPLES_ZONE)
    except (ValueError, OverflowError) as error:
        raise InvalidFields([(f"/{name}", "hand_time", {})]) from error


@form(f"{HOME}/{{hand_restriction_id:str}}/end", again=show)
def end(
    request: AnyRequest,
    hand_restriction_id: FromPath[HandRestrictionId],
    data: Fields,
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Redirect:
    """End it now."""
    why = read_fields(HandEndIn, data, "reason")
    with db.transaction() as session:
        by_hand.end(session, operator, hand_restriction_id, why.reason)
    return see_other(f"{path_of(hand_restriction_id)}#at-hand")


HANDLERS: list[ControllerRouterHandler] = [queue, selected, restrict, end]
