"""The HTML handler of one listing."""

from dataclasses import dataclass
from typing import Annotated, Any

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Template
from litestar.types import ControllerRouterHandler
from sqlmodel import Session

from agrimarket.accounts.service import sellers
from agrimarket.accounts.types import SellerInfo
from agrimarket.catalog.pages import reach, shelves, structured
from agrimarket.catalog.pages.reach import Asked, Place, Reach
from agrimarket.catalog.pages.shelves import Shelf
from agrimarket.catalog.service import listings, search
from agrimarket.catalog.states import ListingState
from agrimarket.catalog.types.listings import ListingView
from agrimarket.catalog.types.search import Search, Sort
from agrimarket.http.handlers import page
from agrimarket.http.language import language_of
from agrimarket.http.pages import render_page
from agrimarket.kernel.db import Database
from agrimarket.kernel.i18n import t
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import ListingId, reference
from agrimarket.regions.types.serviceability import Mode
from agrimarket.settings import Settings

ALIKE = 4
"""Listings that are offered in place of one that cannot be had."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a listing's page shows: the listing, its seller, the answer for the reader's place, and others alike."""

    listing: ListingView
    seller: SellerInfo
    place: Place
    origin: str
    reach: Reach | None
    alike: Shelf


@page("/listings/{listing_id:str}")
def show_listing(
    request: Request[Any, Any, Any],
    listing_id: FromPath[ListingId],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    visitor: NamedDependency[Principal | None],
    to: Annotated[str, QueryParameter(max_length=200)] = "",
    community: Annotated[str, QueryParameter(max_length=200)] = "",
    mode: Annotated[Mode | None, QueryParameter()] = None,
    day: Annotated[str, QueryParameter(name="date", max_length=40)] = "",
) -> Template:
    """A listing with all that a buyer wants to know, whether it can be delivered to a place, and how to order it."""
    asked, language = Asked(to, community, mode, day), language_of(request)
    with db.reading() as session:
        there = reach.place(session, request, visitor)
        shown = _shown(session, listings.view(session, listing_id, visitor), asked, there, language)
    return render_page(
        request,
        "listing.html",
        visitor=visitor,
        asked=asked,
        shown=shown,
        card=shelves.card(shown.listing, shown.origin),
        photos=[shelves.photo(each) for each in shown.listing.photos],
        modes=reach.modes(shown.listing, language),
        certified=", ".join(t(f"certification.{each}", language) for each in shown.listing.certifications),
        fees=reach.tariff(shown.listing),
        seller=reference("seller", shown.listing.seller_id),
        told=structured.of_listing(shown.listing, shown.seller.display_name, settings.base_url, language),
        alike=shown.alike.cards(language),
    )


def _shown(session: Session, listing: ListingView, asked: Asked, there: Place, language: str) -> Shown:
    answer = reach.answer(session, listing, asked, there, language) if listing.state is ListingState.PUBLISHED else None
    others = _alike(session, listing) if _is_gone(listing, answer) else []
    shelf = shelves.shelf(session, [listing, *others], Place() if not others else there, language)
    origin = shelves.origin(listing, shelf.named, language)
    return Shown(
        listing, sellers.get(session, listing.seller_id), there, origin, answer, Shelf(others, shelf.named, shelf.near)
    )


def _is_gone(listing: ListingView, answer: Reach | None) -> bool:
    """Whether the reader cannot have it now, so that others are offered: ended, held by others, or out of reach."""
    ended = listing.state in (ListingState.SOLD_OUT, ListingState.EXPIRED, ListingState.RECALLED, ListingState.PAUSED)
    held = listing.state is ListingState.PUBLISHED and listing.available_packs < 1
    return ended or held or listing.closed_since is not None or (answer is not None and answer.closed)


def _alike(session: Session, listing: ListingView) -> list[ListingView]:
    wanted = Search(product=listing.product_code, sort=Sort.PERISHING)
    found = search.find(session, wanted, limit=ALIKE + 1).listings
    return [each for each in found if each.id != listing.id][:ALIKE]


HANDLERS: list[ControllerRouterHandler] = [show_listing]
