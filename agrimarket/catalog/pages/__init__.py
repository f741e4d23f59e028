"""HTML handlers of `catalog`."""

from litestar.types import ControllerRouterHandler

from agrimarket.catalog.pages import cards, listings, photos

PAGES: list[ControllerRouterHandler] = [
    listings.market,
    listings.show_listing,
    photos.show_photo,
    cards.show_card,
    cards.show_label,
]
