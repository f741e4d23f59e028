"""The market's pages: the listings on sale, and one listing."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Template
from sqlmodel import Session

from agrimarket.accounts.service import sellers
from agrimarket.catalog.pages import reach
from agrimarket.catalog.service import listings, search
from agrimarket.catalog.types import ListingView, Search, Sort
from agrimarket.http.handlers import page
from agrimarket.http.language import language_of
from agrimarket.http.pages import render_page
from agrimarket.http.params import Cursor
from agrimarket.kernel.db import Database
from agrimarket.kernel.i18n import last_day
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.quantity import Weight
from agrimarket.kernel.resources import ListingId, reference
from agrimarket.regions.service import places
from agrimarket.regions.types.places import in_script
from agrimarket.regions.types.serviceability import Mode

SHOWN = 24
SORTS = (Sort.PERISHING, Sort.NEWEST, Sort.CHEAPEST)
DAY = 86_400


@page("/")
def market(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    visitor: NamedDependency[Principal | None],
    q: Annotated[str, QueryParameter(max_length=100)] = "",
    product: Annotated[str, QueryParameter(max_length=60)] = "",
    region: Annotated[str, QueryParameter(pattern="^([0-9]{2}){0,3}$")] = "",
    sort: Annotated[Sort, QueryParameter()] = Sort.PERISHING,
    cursor: Cursor = None,
) -> Template:
    """The home page: the drive, the way in for farmers, and listings on sale, by default those that perish first."""
    with db.reading() as session:
        found = search.find(session, Search(product, region, q, sort), cursor, SHOWN)
        origins = _origins(session, found.listings, language_of(request))
    return render_page(
        request,
        "listings.html",
        visitor=visitor,
        cards=[card(listing, origins) for listing in found.listings],
        q=q,
        filtered=bool(q or product or region),
        first=cursor is None,
        **_links({"q": q, "product": product, "region": region}, sort, found.next),
    )


@page("/listings/{listing_id:str}")
def show_listing(
    request: Request[Any, Any, Any],
    listing_id: FromPath[ListingId],
    db: NamedDependency[Database],
    visitor: NamedDependency[Principal | None],
    to: Annotated[str, QueryParameter(max_length=200)] = "",
    community: Annotated[str, QueryParameter(max_length=200)] = "",
    mode: Annotated[Mode, QueryParameter()] = Mode.TRUCK,
    day: Annotated[str, QueryParameter(name="date", max_length=40)] = "",
) -> Template:
    """A listing with all that a buyer wants to know, whether it can be delivered `to` a place, and how to order it."""
    asked, language = reach.Asked(to, community, mode, day), language_of(request)
    with db.reading() as session:
        listing = listings.view(session, listing_id, visitor)
        seller = sellers.get(session, listing.seller_id)
        origins = _origins(session, [listing], language)
        found = reach.answer(session, listing, asked, language) if to.strip() else None
    return render_page(
        request,
        "listing.html",
        visitor=visitor,
        asked=asked,
        reach=found,
        modes=reach.modes(listing, language),
        listing=listing,
        card=card(listing, origins),
        seller=seller.display_name,
    )


def _links(filters: dict[str, str], chosen: Sort, following: str | None) -> dict[str, Any]:
    """Addresses of the list in each order as (order, address, whether it is chosen), and of its next page."""

    def address(sort: Sort, **more: str) -> str:
        asked = {**filters, "sort": "" if sort is Sort.PERISHING else sort.value, **more}
        query = urlencode({name: value for name, value in asked.items() if value})
        return f"/?{query}" if query else "/"

    return {
        "sorts": [(sort.value, address(sort), sort is chosen) for sort in SORTS],
        "more": address(chosen, cursor=following) if following else "",
    }


def _origins(session: Session, shown: Sequence[ListingView], language: str) -> Mapping[str, str]:
    """Names of the listings' places by code, as people of that language read them."""
    if language.startswith("zh"):
        return {listing.region_code: in_script(listing.origin_name, language) for listing in shown}
    return places.called(session, {listing.region_code for listing in shown}, language)


def card(listing: ListingView, origins: Mapping[str, str]) -> dict[str, Any]:
    """The values of a listing's card, in units that people read; `origins` has names of places by code."""
    return {
        "id": reference("listing", listing.id),
        "title": listing.title,
        "names": listing.names,
        "place": origins.get(listing.region_code, listing.origin_name),
        "last_day": last_day(listing.perish_by),
        "left": listing.seconds_left / DAY,
        "keeps": listing.keeps_days,
        "pack": readable(listing.pack_grams),
        "price": listing.price,
        "per_kg": listing.price_per_kg,
        "priced_by": listing.priced_by.value,
        "available": listing.available_packs,
        "state": listing.state.value,
        "closed_since": listing.closed_since,
        "closed_by": listing.closed_by,
    }


def readable(grams: int) -> Weight:
    """A pack's weight: in jin if it is a whole number of half jin, else in grams; from one tonne up in tonnes."""
    return Weight(grams, "t" if grams >= 1_000_000 else "jin" if grams % 250 == 0 else "g")
