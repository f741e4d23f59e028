"""HTML handlers of `catalog`."""

from litestar.types import ControllerRouterHandler

from agrimarket.catalog.pages import (
    cards,
    clearance,
    drafts,
    feeds,
    listings,
    offers,
    opinions,
    photos,
    proposals,
    publishing,
    reviews,
    search,
    sellers,
    selling,
    stocklists,
)

PAGES: list[ControllerRouterHandler] = [
    *search.HANDLERS,
    *listings.HANDLERS,
    *sellers.HANDLERS,
    *feeds.HANDLERS,
    *proposals.HANDLERS,
    photos.show_photo,
    cards.show_card,
    cards.show_label,
    *selling.HANDLERS,
    *drafts.HANDLERS,
    *publishing.HANDLERS,
    *offers.HANDLERS,
    *reviews.HANDLERS,
    *stocklists.HANDLERS,
    *clearance.HANDLERS,
    *opinions.HANDLERS,
]
"""The market's pages: what is on sale, one listing, its photos, what it is shared by, and who sells."""
