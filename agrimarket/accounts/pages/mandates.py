"""Pages of mandates: who may sell for me, and for whom I sell."""

from typing import Annotated, Any

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler

from agrimarket.accounts.pages.forms import local_path
from agrimarket.accounts.schemas.mandates import MandateIn
from agrimarket.accounts.service import mandates
from agrimarket.accounts.types import MandateInfo
from agrimarket.http.formdata import Fields, texts
from agrimarket.http.handlers import form, page
from agrimarket.http.pages import render_page, see_other
from agrimarket.http.request import read_fields
from agrimarket.kernel.addresses import GROWERS
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.ids import short_number
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import MandateId, reference
from agrimarket.typed.telephones import spaced

AnyRequest = Request[Any, Any, Any]
MINE, SOLD = "/me/mandates", "/sell/orders"


def show_mine(
    request: AnyRequest,
    db: Database,
    principal: Principal,
    *,
    refusal: DomainError | None = None,
    data: Fields | None = None,
) -> Template:
    """Who may sell for the caller; after a `refusal` with its sentence and what was typed."""
    with db.reading() as session:
        given = mandates.given_by(session, principal)
    rows = [(reference("mandate", each.id), each, spaced(each.agent_phone or "")) for each in given]
    return render_page(
        request,
        "mandates.html",
        visitor=principal,
        refusal=refusal,
        typed=texts(data or {}),
        rows=rows,
        numbers=_numbers(given),
    )


@page(MINE)
def mine(request: AnyRequest, db: NamedDependency[Database], principal: NamedDependency[Principal]) -> Template:
    """Who may sell for the caller."""
    return show_mine(request, db, principal)


@form(MINE, again=show_mine)
def give(
    request: AnyRequest, data: Fields, db: NamedDependency[Database], principal: NamedDependency[Principal]
) -> Redirect:
    """Let somebody sell for the caller."""
    phone = read_fields(MandateIn, data, "phone").phone
    with db.transaction() as session:
        mandates.give_by_phone(session, principal, phone)
    return see_other(MINE)


@form("/mandates/{mandate_id:str}/end")
def end(
    mandate_id: FromPath[MandateId],
    data: Fields,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Redirect:
    """End a mandate, from either side."""
    with db.transaction() as session:
        mandates.end(session, principal, mandate_id)
    return see_other(local_path(texts(data).get("next")))


@page(GROWERS)
def growers(request: AnyRequest, db: NamedDependency[Database], principal: NamedDependency[Principal]) -> Template:
    """The growers for whom the caller may sell."""
    with db.reading() as session:
        held = mandates.held_by(session, principal)
    return _growers(request, principal, held, SOLD)


@page(f"{GROWERS}/{{mandate_id:str}}")
def grower(
    request: AnyRequest,
    mandate_id: FromPath[MandateId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    then: Annotated[str, QueryParameter(max_length=500)] = SOLD,
) -> Template:
    """Where a text to an agent leads: one grower, for whom they go on to what it was about."""
    with db.reading() as session:
        held = mandates.held(session, principal, mandate_id)
    return _growers(request, principal, [held], local_path(then, SOLD))


def _growers(request: AnyRequest, agent: Principal, held: list[MandateInfo], then: str) -> Template:
    rows = [(reference("mandate", each.id), each) for each in held]
    return render_page(request, "mandates/growers.html", visitor=agent, rows=rows, numbers=_numbers(held), then=then)


def _numbers(listed: list[MandateInfo]) -> dict[str, str]:
    return {reference("mandate", each.id): short_number(each.id) for each in listed}


@form(f"{GROWERS}/{{mandate_id:str}}/choose")
def choose(
    mandate_id: FromPath[MandateId],
    data: Fields,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Redirect:
    """Sell for that grower from now on."""
    with db.transaction() as session:
        mandates.choose(session, principal, mandate_id)
    return see_other(local_path(texts(data).get("next") or SOLD))


@form(f"{GROWERS}/leave")
def leave(db: NamedDependency[Database], principal: NamedDependency[Principal]) -> Redirect:
    """Sell for oneself again."""
    with db.transaction() as session:
        mandates.leave(session, principal)
    return see_other(GROWERS)


HANDLERS: list[ControllerRouterHandler] = [mine, give, end, growers, grower, choose, leave]
