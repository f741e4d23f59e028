"""HTML handlers of `catalog`."""

from litestar.types import ControllerRouterHandler

from agrimarket.catalog.pages import clearance, listings, opinions

PAGES: list[ControllerRouterHandler] = [
    listings.market,
    listings.show_listing,
    *clearance.HANDLERS,
    *opinions.HANDLERS,
]
