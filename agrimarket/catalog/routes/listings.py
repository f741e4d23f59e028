"""Listings over HTTP."""

import math
from typing import Annotated, Any

from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.openapi.spec import Example
from litestar.params import FromPath, JSONBody, QueryParameter

from agrimarket.catalog.schemas.listings import ListingChange, ListingIn, ListingOut, wire
from agrimarket.catalog.schemas.search import FacetsOut, SearchDays
from agrimarket.catalog.service import listings, search
from agrimarket.catalog.states import Category, Certification
from agrimarket.catalog.types.listings import ListingView
from agrimarket.catalog.types.search import Search, Sort
from agrimarket.http.etag import etag
from agrimarket.http.handlers import Wire, get, patch, post, versioned
from agrimarket.http.params import Cursor, Limit
from agrimarket.http.readcache import kept_until
from agrimarket.http.request import decode_model
from agrimarket.kernel.db import Database
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.paging import Page
from agrimarket.kernel.principal import Principal, Scope
from agrimarket.kernel.resources import ListingId
from agrimarket.regions.types.serviceability import Mode

KEPT_PATHS = ("/v1/listings", "/v1/feeds", "/v1/clearance")
"""Paths below which answers to everybody are kept while the market's version stays the same."""


Q = Annotated[
    str,
    QueryParameter(
        max_length=100,
        examples=[Example(value="草莓"), Example(value="caomei"), Example(value="dandong strawberries")],
        description="Words of title, produce, place or seller: in either script, pinyin or its initials, or English. A "
        "name of produce means that produce. Where nothing has them all, words that are nearly the same are found.",
    ),
]
Product = Annotated[
    str, QueryParameter(max_length=60, examples=[Example(value="strawberry")], description="A product's code.")
]
Region = Annotated[
    str,
    QueryParameter(
        pattern="^([0-9]{2}){0,3}$",
        max_length=6,
        examples=[Example(value="2106")],
        description="Where it grew: `42`, `4201` or `420102`.",
    ),
]
To = Annotated[
    str,
    QueryParameter(
        pattern="^([0-9]{6})?$",
        max_length=6,
        examples=[Example(value="420102")],
        description="Code of where it is to go. Left out is what can reach no address there now; before an order, ask "
        "`/v1/serviceability` with the address.",
    ),
]
SpoilsBefore = Annotated[
    str | None,
    QueryParameter(
        max_length=40, examples=[Example(value="2020-02-20")], description="Only what spoils before this day in China."
    ),
]
MaxPrice = Annotated[
    int | None,
    QueryParameter(
        ge=1, le=10**9, examples=[Example(value=2_000)], description="At most so much a kilogram, in minor units."
    ),
]
InCategory = Annotated[Category | None, QueryParameter(description="An aisle of the market.")]
Certified = Annotated[Certification | None, QueryParameter(description="What its seller says that it is certified as.")]
InMode = Annotated[Mode | None, QueryParameter(description="A mode in which its seller delivers.")]
Expected = Annotated[
    bool | None, QueryParameter(description="`true`: only what is still to be harvested; `false`: none.")
]
InOrder = Annotated[
    Sort | None,
    QueryParameter(
        description="`perishing`: what must go first. `match`: what is named so first, then the newest. Without it, "
        "`match` where there is a `q`, else `newest`."
    ),
]


@get("/listings", tags=["catalog"], summary="What is on sale", statuses=(404,))
async def list_listings(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    product: Product = "",
    region: Region = "",
    q: Q = "",
    category: InCategory = None,
    to: To = "",
    spoils_before: SpoilsBefore = None,
    max_price_per_kg: MaxPrice = None,
    certification: Certified = None,
    mode: InMode = None,
    expected: Expected = None,
    sort: InOrder = None,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Wire[Page[ListingOut]]:
    """Published listings that have not perished. A cursor goes with the search that it was given for.

    Whoever follows `next` sees each listing once that is on sale all the while, whatever is bought or put on sale
    meanwhile; with `cheapest` as long as its price stays.
    """
    wanted = _search(
        product, region, q, sort, category, to, spoils_before, max_price_per_kg, certification, mode, expected
    )
    found = await search.fetch(db, wanted, cursor, limit)
    kept_until(request, min((listing.seconds_left for listing in found.listings), default=math.inf))
    return Wire({"items": [wire(listing) for listing in found.listings], "next": found.next})


@get(
    "/listings/facets", tags=["catalog"], summary="What there is to choose among the hits of a search", statuses=(404,)
)
async def count_listings(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    product: Product = "",
    region: Region = "",
    q: Q = "",
    category: InCategory = None,
    to: To = "",
    spoils_before: SpoilsBefore = None,
    max_price_per_kg: MaxPrice = None,
    certification: Certified = None,
    mode: InMode = None,
    expected: Expected = None,
    sort: InOrder = None,
) -> FacetsOut:
    """Counts by category, produce, province, price and days left, exact up to 1,000 hits.

    Of more than 1,000 hits `more` tells so, and each count is the least that there are.
    """
    wanted = _search(
        product, region, q, sort, category, to, spoils_before, max_price_per_kg, certification, mode, expected
    )
    return FacetsOut.of(await search.fetch_facets(db, wanted))


def _search(
    product: str,
    region: str,
    q: str,
    sort: Sort | None,
    category: Category | None,
    to: str,
    spoils_before: str | None,
    max_price_per_kg: int | None,
    certification: Certification | None,
    mode: Mode | None,
    expected: bool | None,
) -> Search:
    days = decode_model(SearchDays, {} if spoils_before is None else {"spoils_before": spoils_before})
    return Search(
        product=product,
        region=region,
        q=q,
        sort=sort or (Sort.MATCH if q else Sort.NEWEST),
        category=category,
        to=to,
        spoils_before=days.spoils_before,
        max_price_per_kg=max_price_per_kg,
        certifications=(certification,) if certification else (),
        modes=(mode,) if mode else (),
        expected=expected,
    )


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
