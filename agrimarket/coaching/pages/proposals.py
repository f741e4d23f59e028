"""Pages on which a coach proposes an edit of a listing of whom they coach."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler

from agrimarket.catalog.schemas.proposals import ProposalIn
from agrimarket.catalog.types.listings import ListingView
from agrimarket.coaching.service import proposals
from agrimarket.http.amounts import money, plain
from agrimarket.http.formdata import Fields, texts
from agrimarket.http.handlers import form, page
from agrimarket.http.pages import render_page, see_other
from agrimarket.http.request import decode_model
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.quantity import Weight
from agrimarket.kernel.resources import CaseId, reference

AnyRequest = Request[Any, Any, Any]
_FIELDS = ("listing_id", "title", "description", "note")


def show(
    request: AnyRequest,
    db: Database,
    coach: Principal,
    case_id: UUID,
    *,
    refusal: DomainError | None = None,
    data: Mapping[str, Any] | None = None,
) -> Template:
    """The seller's open listings, each with the form for an edit; after a `refusal` with what was typed."""
    with db.reading() as session:
        found = proposals.listings_of(session, coach, case_id)
    given = texts(data or {})
    return render_page(
        request,
        "proposals_new.html",
        visitor=coach,
        refusal=refusal,
        href=f"/coach/cases/{reference('case', case_id)}/listings",
        rows=[(reference("listing", each.id), each, Weight(each.pack_grams), _typed(each, given)) for each in found],
    )


def _typed(listing: ListingView, given: Mapping[str, str]) -> Mapping[str, str]:
    """What stands in a listing's form: what was typed there, else what it is now."""
    if given.get("listing_id") == reference("listing", listing.id):
        return given
    return {"title": listing.title, "description": listing.description, "price": plain(listing.full_price)}


@page("/coach/cases/{case_id:str}/listings")
def listings(
    request: AnyRequest, case_id: FromPath[CaseId], db: NamedDependency[Database], coach: NamedDependency[Principal]
) -> Template:
    """What the seller of a case has on sale."""
    return show(request, db, coach, case_id)


@form("/coach/cases/{case_id:str}/listings", again=show)
def add(
    request: AnyRequest,
    case_id: FromPath[CaseId],
    data: Fields,
    db: NamedDependency[Database],
    coach: NamedDependency[Principal],
) -> Redirect:
    """Propose the edit; what is as it was before is no part of it."""
    given = texts(data)
    said: dict[str, Any] = {name: given[name] for name in _FIELDS if given.get(name, "").strip()}
    if given.get("price", "").strip():
        said["price"] = {"amount": money(given["price"], "/price").amount}
    read = decode_model(ProposalIn, said)
    with db.transaction() as session:
        proposals.add(session, coach, case_id, read.listing_id, read.changes(), read.note)
    return see_other(f"/coach/cases/{reference('case', case_id)}/listings?sent={reference('listing', read.listing_id)}")


HANDLERS: list[ControllerRouterHandler] = [listings, add]
