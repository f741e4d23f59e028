"""Listings over HTTP."""

import math
from typing import Annotated, Any

from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from agrimarket.catalog.schemas.listings import ListingChange, ListingIn, ListingOut, wire
from agrimarket.catalog.service import listings
from agrimarket.catalog.types import ListingView, Search, Sort, in_order
from agrimarket.http.etag import etag
from agrimarket.http.handlers import Wire, get, patch, post, versioned
from agrimarket.http.params import Cursor, Limit
from agrimarket.http.readcache import kept_until
from agrimarket.kernel.db import Database
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.paging import Page
from agrimarket.kernel.principal import Principal, Scope
from agrimarket.kernel.resources import ListingId

KEPT_PATHS = ("/v1/listings", "/v1/feeds", "/v1/clearance")
"""Paths below which answers to everybody are kept while the market's version stays the same."""


@get("/listings", tags=["catalog"], summary="What is on sale")
async def list_listings(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    product: Annotated[str, QueryParameter(max_length=60, description="A product's code, such as `strawberry`.")] = "",
    region: Annotated[
        str, QueryParameter(pattern="^([0-9]{2}){0,3}$", max_length=6, description="`42`, `4201` or `420102`.")
    ] = "",
    q: Annotated[str, QueryParameter(max_length=100, description="Words of title, produce or place.")] = "",
    sort: Annotated[Sort, QueryParameter(description="`perishing`: what must go first.")] = Sort.NEWEST,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Wire[Page[ListingOut]]:
    """Published listings that have not perished. A cursor goes with the `sort` it was given for."""
    window = in_order(sort).window(cursor, limit)
    found = await listings.fetch_search(db, Search(product, region, q, sort, window.after, window.rows))
    kept_until(request, min((listing.seconds_left for listing in found), default=math.inf))
    shown, following = window.cut(found)
    return Wire({"items": [wire(listing) for listing in shown], "next": following})


@get(
    "/listings/{listing_id:str}", tags=["catalog"], summary="A listing", gives=("ETag",), scopes=(Scope.LISTINGS_READ,)
)
async def read_listing(
    request: Request[Any, Any, Any],
    listing_id: FromPath[ListingId],
    db: NamedDependency[Database],
    visitor: NamedDependency[Principal | None],
) -> Response[Wire[ListingOut]]:
    """A listing that has ended is shown too, so that links keep their meaning; a draft is shown to its seller only."""
    found = await listings.fetch(db, listing_id, visitor)
    kept_until(request, found.seconds_left if found.seconds_left > 0 else math.inf)
    return versioned(Wire(wire(found)), found.version)


@post("/listings", tags=["catalog"], summary="Draft a listing", scopes=(Scope.LISTINGS_WRITE,))
def add_listing(
    data: JSONBody[ListingIn],
    db: NamedDependency[Database],
    seller: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> ListingOut:
    """A listing offers packs of one of the caller's lots at one price. It is on sale once it is published."""
    with db.transaction() as session:
        return idempotency.run(
            session, ListingOut, lambda: ListingOut.of(listings.add(session, seller, data.listing()))
        )


@patch(
    "/listings/{listing_id:str}",
    tags=["catalog"],
    summary="Change a listing",
    gives=("ETag",),
    scopes=(Scope.LISTINGS_WRITE,),
)
def change_listing(
    listing_id: FromPath[ListingId],
    data: JSONBody[ListingChange],
    db: NamedDependency[Database],
    seller: NamedDependency[Principal],
    expected_version: NamedDependency[int],
) -> Response[ListingOut]:
    """`If-Match` must carry the `ETag` that was read. The next request for the listing shows the change."""
    with db.transaction() as session:
        changes = data.changes()
        return _versioned(listings.change(session, seller, listing_id, expected_version, changes))


@post(
    "/listings/{listing_id:str}/publish",
    tags=["catalog"],
    summary="Put a listing on sale",
    status_code=200,
    gives=("ETag",),
    scopes=(Scope.LISTINGS_WRITE,),
)
def publish_listing(
    listing_id: FromPath[ListingId], db: NamedDependency[Database], seller: NamedDependency[Principal]
) -> Response[ListingOut]:
    """A draft or a paused listing goes on sale. While the seller's account is reviewed it waits in `pending_review`."""
    with db.transaction() as session:
        return _versioned(listings.publish(session, seller, listing_id))


@post(
    "/listings/{listing_id:str}/pause",
    tags=["catalog"],
    summary="Take a listing off the market",
    status_code=200,
    gives=("ETag",),
    scopes=(Scope.LISTINGS_WRITE,),
)
def pause_listing(
    listing_id: FromPath[ListingId], db: NamedDependency[Database], seller: NamedDependency[Principal]
) -> Response[ListingOut]:
    """The listing is off the market until it is published again."""
    with db.transaction() as session:
        return _versioned(listings.pause(session, seller, listing_id))


def _versioned(listing: ListingView) -> Response[ListingOut]:
    return Response(ListingOut.of(listing), headers={"ETag": etag(listing.version)})
