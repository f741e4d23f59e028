"""HTML handlers of `catalog`."""

from litestar.types import ControllerRouterHandler

from agrimarket.catalog.pages import listings, stocklists

PAGES: list[ControllerRouterHandler] = [listings.market, listings.show_listing, *stocklists.HANDLERS]
