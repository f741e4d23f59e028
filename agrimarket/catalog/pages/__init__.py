"""HTML handlers of `catalog`."""

from litestar.types import ControllerRouterHandler

from agrimarket.catalog.pages import listings, photos, proposals, search, sellers

PAGES: list[ControllerRouterHandler] = [
    *search.HANDLERS,
    *listings.HANDLERS,
    *sellers.HANDLERS,
    *proposals.HANDLERS,
    photos.show_photo,
]
"""The market's pages: what is on sale, one listing, its photos, and who sells."""
