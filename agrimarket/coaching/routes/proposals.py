"""Coaches propose edits of listings, over HTTP."""

from typing import Annotated

from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler
from pydantic import Field

from agrimarket.catalog.schemas.listings import ListingOut
from agrimarket.catalog.schemas.proposals import ProposalIn, ProposalOut
from agrimarket.coaching.service import proposals
from agrimarket.http.handlers import get, post
from agrimarket.kernel.db import Database
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.principal import Principal, Scope
from agrimarket.kernel.resources import CaseId
from agrimarket.kernel.wire import Out, Several

TAGS = ["coaching"]


class CaseListingsOut(Out):
    """The open listings of the seller of a case."""

    items: Annotated[list[ListingOut], Several, Field(description="What spoils first on top.")]


@get(
    "/coaching/cases/{case_id:str}/listings",
    tags=TAGS,
    summary="What the seller of a case has on sale",
    scopes=(Scope.COACHING_READ,),
)
def list_listings(
    case_id: FromPath[CaseId], db: NamedDependency[Database], principal: NamedDependency[Principal]
) -> CaseListingsOut:
    """For the case's coach and operators, while it is open."""
    with db.reading() as session:
        found = proposals.listings_of(session, principal, case_id)
    return CaseListingsOut(items=[ListingOut.of(each) for each in found])


@post(
    "/coaching/cases/{case_id:str}/proposals",
    tags=TAGS,
    summary="Propose an edit of a listing",
    scopes=(Scope.COACHING_WRITE,),
)
def add(
    case_id: FromPath[CaseId],
    data: JSONBody[ProposalIn],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> ProposalOut:
    """The seller accepts or declines it with one tap; an earlier open one of the same coach is replaced."""

    def act() -> ProposalOut:
        made = proposals.add(session, principal, case_id, data.listing_id, data.changes(), data.note)
        return ProposalOut.of(made)

    with db.transaction() as session:
        return idempotency.run(session, ProposalOut, act)


HANDLERS: list[ControllerRouterHandler] = [list_listings, add]
