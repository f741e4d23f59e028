"""Proposals of coaches, for the seller whose listing they are about."""

from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from agrimarket.catalog.schemas.listings import ListingOut
from agrimarket.catalog.schemas.proposals import ProposalOut
from agrimarket.catalog.service import proposals
from agrimarket.catalog.types.proposals import Proposed
from agrimarket.http.handlers import get, post
from agrimarket.http.params import Cursor, Limit
from agrimarket.kernel.db import Database
from agrimarket.kernel.paging import Page, Paging, by_id
from agrimarket.kernel.principal import Principal, Scope
from agrimarket.kernel.resources import ProposalId

TAGS = ["catalog"]
PROPOSALS: Paging[Proposed, UUID] = by_id("lpr")


@get("/listing-proposals", tags=TAGS, summary="What coaches propose to me", scopes=(Scope.LISTINGS_WRITE,))
def list_proposals(
    db: NamedDependency[Database], principal: NamedDependency[Principal], cursor: Cursor = None, limit: Limit = 20
) -> Page[ProposalOut]:
    """Edits of the caller's listings, newest first."""
    window = PROPOSALS.window(cursor, limit)
    with db.reading() as session:
        return window.page(proposals.page(session, principal, window.after, window.rows), ProposalOut.of)


@post(
    "/listing-proposals/{proposal_id:str}/accept",
    tags=TAGS,
    summary="Make the edit",
    status_code=200,
    scopes=(Scope.LISTINGS_WRITE,),
)
def accept(
    proposal_id: FromPath[ProposalId], db: NamedDependency[Database], principal: NamedDependency[Principal]
) -> ListingOut:
    """The listing as it is then; 409 if what it would change has been changed since."""
    with db.transaction() as session:
        return ListingOut.of(proposals.accept(session, principal, proposal_id))


@post(
    "/listing-proposals/{proposal_id:str}/decline",
    tags=TAGS,
    summary="Leave it as it is",
    status_code=204,
    scopes=(Scope.LISTINGS_WRITE,),
)
def decline(
    proposal_id: FromPath[ProposalId], db: NamedDependency[Database], principal: NamedDependency[Principal]
) -> None:
    """The coach is told."""
    with db.transaction() as session:
        proposals.decline(session, principal, proposal_id)


HANDLERS: list[ControllerRouterHandler] = [list_proposals, accept, decline]
