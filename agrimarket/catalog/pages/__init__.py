"""HTML handlers of `catalog`."""

from litestar.types import ControllerRouterHandler

from agrimarket.catalog.pages import drafts, listings, offers, publishing, reviews, selling

PAGES: list[ControllerRouterHandler] = [
    listings.market,
    listings.show_listing,
    *selling.HANDLERS,
    *drafts.HANDLERS,
    *publishing.HANDLERS,
    *offers.HANDLERS,
    *reviews.HANDLERS,
]
