"""JSON handlers of `catalog`."""

from litestar.types import ControllerRouterHandler

from agrimarket.catalog.routes import listings, lots, photos, products, proposals, reviews, stocklists

ROUTES: list[ControllerRouterHandler] = [
    products.list_products,
    products.list_approved,
    listings.list_listings,
    listings.count_listings,
    listings.read_listing,
    listings.add_listing,
    listings.change_listing,
    listings.publish_listing,
    listings.pause_listing,
    photos.add_photo,
    photos.arrange_photos,
    photos.remove_photo,
    lots.add_lot,
    lots.list_lots,
    lots.change_lot,
    lots.revise_lot,
    lots.discard_lot,
    lots.bring_in_lot,
    lots.recall_lot,
    *proposals.HANDLERS,
    reviews.queue,
    reviews.read,
    reviews.approve,
    reviews.decline,
    *stocklists.HANDLERS,
]
