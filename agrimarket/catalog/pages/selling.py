"""A seller's lots by days left, and the way to put something on sale."""

from typing import Any

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Template
from litestar.types import ControllerRouterHandler

from agrimarket.accounts.service import sellers
from agrimarket.accounts.states import Standing
from agrimarket.catalog.pages import own_cards
from agrimarket.catalog.pages.drafts import path_of
from agrimarket.catalog.service import selling
from agrimarket.catalog.states import ListingState
from agrimarket.catalog.types.listings import by_days_left
from agrimarket.catalog.types.selling import OwnListing, OwnLot
from agrimarket.http.handlers import page
from agrimarket.http.pages import render_page
from agrimarket.http.params import Cursor
from agrimarket.kernel import addresses
from agrimarket.kernel.db import Database
from agrimarket.kernel.i18n import last_day, t
from agrimarket.kernel.principal import Principal

SHOWN = 20


@page("/sell")
def mine(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
    ended: FromQuery[str] = "",
    cursor: Cursor = None,
) -> Template:
    """The caller's lots, what spoils first on top, each with its stock; or, for who may not sell, what to do first."""
    paging = by_days_left("lots.ended" if ended else "lots.open", "lot")
    window, standing, found = paging.window(cursor, SHOWN), None, list[OwnLot]()
    with db.reading() as session:
        if principal.seller_id is not None:
            standing = sellers.get(session, principal.seller_id).standing
            found = selling.mine(session, principal, window.after, window.rows, ended=bool(ended))
    shown, following = window.cut(found)
    return render_page(
        request,
        "selling.html",
        visitor=principal,
        standing=standing and standing.value,
        may_begin=standing is not None and standing is not Standing.SUSPENDED,
        lots=[_lot(each, language) for each in shown],
        ended=bool(ended),
        more=f"/sell?{'ended=1&' if ended else ''}cursor={following}" if following else "",
    )


def _lot(lot: OwnLot, language: str) -> dict[str, Any]:
    """A lot in words; its parts are in percent of the whole, for the bar."""
    whole = max(1, lot.quantity)
    parts = (("sold", lot.committed), ("held", lot.reserved), ("free", lot.free))
    return {
        "name": lot.names[language],
        "quantity": own_cards.words(lot.quantity, language) if lot.quantity else "",
        "left": lot.seconds_left / own_cards.DAY,
        "keeps": lot.keeps_days,
        "last_day": last_day(lot.perish_by),
        "day": lot.harvested_on,
        "expected": lot.expected,
        "recalled": lot.recalled,
        "parts": [
            (name, own_cards.words(grams, language) if grams else "0", 100 * grams / whole) for name, grams in parts
        ],
        "listings": [_listing(each, lot, language) for each in lot.listings],
        "begun": "" if lot.listings else path_of(lot.id, "price"),
        "id": f"lot-{lot.id}",
    }


def _listing(listing: OwnListing, lot: OwnLot, language: str) -> dict[str, Any]:
    draft = listing.state is ListingState.DRAFT
    state = "declined" if draft and listing.declined else "in_review" if listing.in_review else listing.state.value
    page_ = addresses.path_of(addresses.LISTING, listing.id)
    return {
        "title": listing.title,
        "path": path_of(lot.id, "check") if draft and not listing.declined else page_,
        "price": listing.price,
        "pack": own_cards.words(listing.pack_grams, language),
        "state": t(f"sell.state.{state}", language),
        "tone": {"published": "good", "declined": "bad", "draft": "soon", "in_review": "soon"}.get(state, ""),
    }


HANDLERS: list[ControllerRouterHandler] = [mine]
