"""JSON handlers of `catalog`."""

import math
from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from agrimarket.catalog import service
from agrimarket.catalog.schemas import (
    ListingChange,
    ListingIn,
    ListingOut,
    LotChange,
    LotIn,
    LotOut,
    ProductOut,
    ProductsOut,
    RecallIn,
)
from agrimarket.catalog.types import ListingView, LotView, Search, Sort
from agrimarket.http.etag import etag, expected_version
from agrimarket.http.handlers import get, patch, post
from agrimarket.http.readcache import kept_until
from agrimarket.kernel.db import Database
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.ids import decode, encode
from agrimarket.kernel.paging import Page, Paging, by_id
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import ListingId, LotId

KEPT_PATHS = ("/v1/listings",)
"""Below these, answers to everybody are kept while the market's version stays."""
Limit = Annotated[int, QueryParameter(ge=1, le=100)]
Cursor = Annotated[str | None, QueryParameter(max_length=300, description="`next` of the page before.")]


@get("/products", tags=["catalog"], summary="Kinds of produce", security=[])
def list_products(db: NamedDependency[Database]) -> ProductsOut:
    """All of them, by aisle, with names in three languages."""
    with db.reading() as session:
        return ProductsOut(items=[ProductOut.of(product) for product in service.products(session)])


@get("/listings", tags=["catalog"], summary="What is on sale", security=[])
def list_listings(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    product: Annotated[str, QueryParameter(max_length=60, description="A product's code, such as `strawberry`.")] = "",
    region: Annotated[str, QueryParameter(pattern="^([0-9]{2}){0,3}$", description="`42`, `4201` or `420102`.")] = "",
    q: Annotated[str, QueryParameter(max_length=100, description="Words of title, produce or place.")] = "",
    sort: Annotated[Sort, QueryParameter(description="`perishing`: what must go first.")] = Sort.NEWEST,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[ListingOut]:
    """Published listings that have not perished. The same cursor wants the same `sort`."""
    window = in_order(sort).window(cursor, limit)
    with db.reading() as session:
        found = service.search(session, Search(product, region, q, sort, window.after, window.rows))
    kept_until(request, min((listing.seconds_left for listing in found), default=math.inf))
    return window.page(found, ListingOut.of)


LOTS: Paging[LotView, UUID] = by_id("lot")


def in_order(sort: Sort) -> Paging[ListingView, tuple[str, UUID]]:
    """Paging of listings in that order; a cursor of one order is none of another."""

    def read(keys: Sequence[str]) -> tuple[str, UUID]:
        key, listing_id = keys
        return sort.checked(key), decode("lst", listing_id)

    return Paging(f"listings.{sort}", lambda row: [sort.key(row), encode("lst", row.id)], read)


@get("/listings/{listing_id:str}", tags=["catalog"], summary="A listing", security=[])
def read_listing(
    request: Request[Any, Any, Any],
    listing_id: FromPath[ListingId],
    db: NamedDependency[Database],
    visitor: NamedDependency[Principal | None],
) -> Response[ListingOut]:
    """Ended ones too, so that a link keeps its meaning; a draft only for its seller."""
    with db.reading() as session:
        found = service.listing(session, listing_id, visitor)
    kept_until(request, found.seconds_left if found.seconds_left > 0 else math.inf)
    return _versioned(found)


@post("/lots", tags=["catalog"], summary="Put a harvest on the books")
def add_lot(
    data: JSONBody[LotIn],
    db: NamedDependency[Database],
    seller: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> LotOut:
    """Nothing is on sale before a listing of it is published."""
    with db.transaction() as session:
        return idempotency.run(session, LotOut, lambda: LotOut.of(service.add_lot(session, seller, data.lot())))


@get("/lots", tags=["catalog"], summary="My lots")
def list_lots(
    db: NamedDependency[Database], seller: NamedDependency[Principal], cursor: Cursor = None, limit: Limit = 20
) -> Page[LotOut]:
    """Newest first, each with its listings, drafts too."""
    window = LOTS.window(cursor, limit)
    with db.reading() as session:
        found = service.lots(session, seller, window.after, window.rows)
    return window.page(found, LotOut.of)


@patch("/lots/{lot_id:str}", tags=["catalog"], summary="Correct a lot's quantity")
def change_lot(
    lot_id: FromPath[LotId],
    data: JSONBody[LotChange],
    db: NamedDependency[Database],
    seller: NamedDependency[Principal],
) -> LotOut:
    """Not below what is sold or held for an order."""
    with db.transaction() as session:
        return LotOut.of(service.correct_quantity(session, seller, lot_id, data.quantity.grams))


@post("/lots/{lot_id:str}/recall", tags=["catalog"], summary="Take a lot back", status_code=204)
def recall_lot(
    lot_id: FromPath[LotId],
    data: JSONBody[RecallIn],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> None:
    """By its seller or an operator. Its listings end at once; orders of it are looked at by a person."""
    with db.transaction() as session:
        service.recall_lot(session, principal, lot_id, data.reason)


@post("/listings", tags=["catalog"], summary="Draft a listing")
def add_listing(
    data: JSONBody[ListingIn],
    db: NamedDependency[Database],
    seller: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> ListingOut:
    """Packs of one of the caller's lots, at one price."""
    with db.transaction() as session:
        return idempotency.run(
            session, ListingOut, lambda: ListingOut.of(service.add_listing(session, seller, data.listing()))
        )


@patch("/listings/{listing_id:str}", tags=["catalog"], summary="Change a listing")
def change_listing(
    request: Request[Any, Any, Any],
    listing_id: FromPath[ListingId],
    data: JSONBody[ListingChange],
    db: NamedDependency[Database],
    seller: NamedDependency[Principal],
) -> Response[ListingOut]:
    """Wants `If-Match` with the `ETag` that was read. What is on sale changes with the very next request."""
    version = expected_version(request)
    with db.transaction() as session:
        changes = data.changes()
        return _versioned(service.change_listing(session, seller, listing_id, version, changes))


@post("/listings/{listing_id:str}/publish", tags=["catalog"], summary="Put a listing on sale", status_code=200)
def publish_listing(
    listing_id: FromPath[ListingId], db: NamedDependency[Database], seller: NamedDependency[Principal]
) -> Response[ListingOut]:
    """From a draft or a pause. While the seller's account is being reviewed it waits in `pending_review`."""
    with db.transaction() as session:
        return _versioned(service.publish(session, seller, listing_id))


@post("/listings/{listing_id:str}/pause", tags=["catalog"], summary="Take a listing off the market", status_code=200)
def pause_listing(
    listing_id: FromPath[ListingId], db: NamedDependency[Database], seller: NamedDependency[Principal]
) -> Response[ListingOut]:
    """Until it is published again."""
    with db.transaction() as session:
        return _versioned(service.pause(session, seller, listing_id))


def _versioned(listing: ListingView) -> Response[ListingOut]:
    return Response(ListingOut.of(listing), headers={"ETag": etag(listing.version)})


ROUTES: list[ControllerRouterHandler] = [
    list_products,
    list_listings,
    read_listing,
    add_lot,
    list_lots,
    change_lot,
    recall_lot,
    add_listing,
    change_listing,
    publish_listing,
    pause_listing,
]
