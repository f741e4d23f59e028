"""JSON handlers of the desk for listings; operators only."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from agrimarket.catalog.schemas.listings import ListingOut
from agrimarket.catalog.schemas.reviews import DeclineIn, UnderReviewOut
from agrimarket.catalog.service import reviews
from agrimarket.catalog.types.listings import ListingView, by_days_left
from agrimarket.http.handlers import get, post
from agrimarket.http.params import Cursor
from agrimarket.kernel.db import Database
from agrimarket.kernel.paging import Page, Paging
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import ListingId

TAGS = ["review"]
Limit = Annotated[int, QueryParameter(ge=1, le=200)]
QUEUE: Paging[ListingView, tuple[datetime, UUID]] = by_days_left("listings.review", "listing")


@get("/review/listings", tags=TAGS, summary="Listings that wait for an operator, what spoils first on top")
def queue(
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ListingOut]:
    """Listings of produce that their sellers were not approved for."""
    window = QUEUE.window(cursor, limit)
    with db.reading() as session:
        return window.page(reviews.queue(session, window.after, window.rows), ListingOut.of)


@get("/review/listings/{listing_id:str}", tags=TAGS, summary="A listing with what is known of its seller and price")
def read(
    listing_id: FromPath[ListingId], db: NamedDependency[Database], operator: NamedDependency[Principal]
) -> UnderReviewOut:
    """A listing beside what its seller may sell already, and the market's usual price of such produce."""
    with db.reading() as session:
        return UnderReviewOut.of(reviews.read(session, listing_id))


@post("/review/listings/{listing_id:str}/approve", tags=TAGS, summary="Let it be sold", status_code=200)
def approve(
    listing_id: FromPath[ListingId], db: NamedDependency[Database], operator: NamedDependency[Principal]
) -> ListingOut:
    """The listing goes on sale, and so does whatever else of that produce the seller offers from now on."""
    with db.transaction() as session:
        return ListingOut.of(reviews.approve(session, operator, listing_id))


@post("/review/listings/{listing_id:str}/decline", tags=TAGS, summary="Turn it down", status_code=200)
def decline(
    listing_id: FromPath[ListingId],
    data: JSONBody[DeclineIn],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> ListingOut:
    """The listing is a draft again. Its seller reads the reason, may change it, and may publish it again."""
    with db.transaction() as session:
        return ListingOut.of(reviews.decline(session, operator, listing_id, data.reason))
