"""HTML handlers of `catalog`."""

from litestar.types import ControllerRouterHandler

from agrimarket.catalog.pages import cards, drafts, listings, offers, photos, publishing, reviews, selling

PAGES: list[ControllerRouterHandler] = [
    listings.market,
    listings.show_listing,
    photos.show_photo,
    cards.show_card,
    cards.show_label,
    *selling.HANDLERS,
    *drafts.HANDLERS,
    *publishing.HANDLERS,
    *offers.HANDLERS,
    *reviews.HANDLERS,
]
