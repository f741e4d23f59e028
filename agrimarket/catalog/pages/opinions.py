"""The desk of the clearance list: left the lots that spoil soon, right what a county said about the one at hand."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler

from agrimarket.catalog.schemas.clearance import CorrectionIn
from agrimarket.catalog.service import clearance, opinions
from agrimarket.http.formdata import Fields, filled, texts
from agrimarket.http.handlers import form, page
from agrimarket.http.language import language_of
from agrimarket.http.pages import render_page, see_other
from agrimarket.http.request import decode_model, read_fields
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.i18n import last_day
from agrimarket.kernel.opinions import OpinionIn
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.quantity import Weight
from agrimarket.kernel.resources import LotId, reference
from agrimarket.regions.service import places

AnyRequest = Request[Any, Any, Any]
HOME = "/desk/clearance"
FIELDS = ("office", "officer", "words", "given_on")


def show(
    request: AnyRequest,
    db: Database,
    operator: Principal,
    lot_id: UUID | None = None,
    *,
    refusal: DomainError | None = None,
    data: Mapping[str, Any] | None = None,
) -> Template:
    """The desk; with a lot at hand, or with today's list."""
    with db.reading() as session:
        rows = opinions.to_verify(session)
        (item,) = opinions.to_verify(session, lot_id) if lot_id else (None,)
        made, language = clearance.newest(session), language_of(request)
        at_hand = [row for row in (*rows, item) if row]
        called = places.called(session, {row.region_code for row in at_hand}, language)
    return render_page(
        request,
        "opinions.html",
        visitor=operator,
        refusal=refusal,
        rows=[(f"{HOME}/{reference('lot', row.lot_id)}", row, last_day(row.perish_by)) for row in rows],
        item=item,
        called=called,
        weight=Weight(item.grams) if item else None,
        href=f"{HOME}/{reference('lot', item.lot_id)}" if item else "",
        listing=f"/listings/{reference('listing', item.listing_id)}" if item else "",
        made=made,
        typed=texts(data or {}),
    )


@page(HOME)
def queue(request: AnyRequest, db: NamedDependency[Database], operator: NamedDependency[Principal]) -> Template:
    """Lots that spoil soon, those about which no county said anything first, and today's list."""
    return show(request, db, operator)


@page(f"{HOME}/{{lot_id:str}}")
def selected(
    request: AnyRequest,
    lot_id: FromPath[LotId],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Template:
    """A lot, with what a county said about it."""
    return show(request, db, operator, lot_id)


@form(f"{HOME}/{{lot_id:str}}/opinion", again=show)
def give(
    request: AnyRequest,
    lot_id: FromPath[LotId],
    data: Fields,
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Redirect:
    """Record what a county said about a lot."""
    said = decode_model(OpinionIn, {**filled(data, *FIELDS), **verdict(data)})
    with db.transaction() as session:
        opinions.give(session, operator, lot_id, said)
    return see_other(f"{HOME}/{reference('lot', lot_id)}#at-hand")


def verdict(data: Mapping[str, Any]) -> dict[str, bool]:
    """The field `verified` of a form, whose choices are `yes` and `no`; nothing for any other."""
    chosen = texts(data).get("verified")
    return {"verified": chosen == "yes"} if chosen in ("yes", "no") else {}


@form(f"{HOME}/make", again=show)
def make(
    request: AnyRequest, data: Fields, db: NamedDependency[Database], operator: NamedDependency[Principal]
) -> Redirect:
    """Make today's list now, or a corrected edition of it."""
    why = read_fields(CorrectionIn, data, "why").why
    with db.transaction() as session:
        made = clearance.make(session, operator, why)
    return see_other(f"/clearance/{made.day}")


HANDLERS: list[ControllerRouterHandler] = [queue, selected, give, make]
