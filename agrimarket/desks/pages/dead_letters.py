"""The desk of failed work: left what is dead, oldest first; right the selected one, tried again or given up."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler

from agrimarket.desks.routes.dead_letters import DEAD
from agrimarket.desks.schemas.dead_letters import GiveUpIn
from agrimarket.desks.service import dead_letters
from agrimarket.http.formdata import Fields, texts
from agrimarket.http.handlers import form, page
from agrimarket.http.pages import render_page, see_other
from agrimarket.http.params import Cursor
from agrimarket.http.request import read_fields
from agrimarket.kernel.db import Database
from agrimarket.kernel.deliveries import DeadLetter
from agrimarket.kernel.errors import DomainError, NotFound
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import DeliveryId, reference

AnyRequest = Request[Any, Any, Any]
HOME = "/desk/dead-letters"
SHOWN = 50


def show(
    request: AnyRequest,
    db: Database,
    operator: Principal,
    delivery_id: UUID | None = None,
    *,
    cursor: str | None = None,
    refusal: DomainError | None = None,
    data: Mapping[str, Any] | None = None,
) -> Template:
    """The desk; `delivery_id` is selected, or what is dead for longest. A refused one may be dead no more."""
    window = DEAD.window(cursor, SHOWN)
    with db.reading() as session:
        shown, following = window.cut(dead_letters.page(session, window.after, window.rows))
        try:
            selected = dead_letters.read(session, delivery_id) if delivery_id else next(iter(shown), None)
        except NotFound:
            if refusal is None:
                raise
            selected = None
    return render_page(
        request,
        "dead_letters.html",
        visitor=operator,
        refusal=refusal,
        letters=[_row(each) for each in shown],
        more=f"{HOME}?cursor={following}" if following else "",
        item=_row(selected) if selected else None,
        typed=texts(data or {}),
    )


def _row(letter: DeadLetter) -> dict[str, Any]:
    number = reference("delivery", letter.id)
    payload = json.dumps(letter.payload, ensure_ascii=False, indent=1)
    return {"id": number, "href": f"{HOME}/{number}", "letter": letter, "payload": payload}


@page(HOME)
def queue(
    request: AnyRequest, db: NamedDependency[Database], operator: NamedDependency[Principal], cursor: Cursor = None
) -> Template:
    """What is dead, for longest first."""
    return show(request, db, operator, cursor=cursor)


@page(f"{HOME}/{{delivery_id:str}}")
def one(
    request: AnyRequest,
    delivery_id: FromPath[DeliveryId],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Template:
    """One of them beside the others."""
    return show(request, db, operator, delivery_id)


@form(f"{HOME}/{{delivery_id:str}}/requeue", again=show)
def requeue(
    request: AnyRequest,
    delivery_id: FromPath[DeliveryId],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Redirect:
    """Try it again from the beginning."""
    with db.transaction() as session:
        dead_letters.requeue(session, operator, delivery_id)
    return see_other(HOME)


@form(f"{HOME}/{{delivery_id:str}}/give-up", again=show)
def give_up(
    request: AnyRequest,
    delivery_id: FromPath[DeliveryId],
    data: Fields,
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Redirect:
    """Let it rest for good, for a reason."""
    why = read_fields(GiveUpIn, data, "reason")
    with db.transaction() as session:
        dead_letters.give_up(session, operator, delivery_id, why.reason)
    return see_other(HOME)


HANDLERS: list[ControllerRouterHandler] = [queue, one, requeue, give_up]
