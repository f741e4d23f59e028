"""JSON handlers of `catalog`."""

from litestar.types import ControllerRouterHandler

from agrimarket.catalog.routes import listings, lots, products, stocklists

ROUTES: list[ControllerRouterHandler] = [
    products.list_products,
    listings.list_listings,
    listings.read_listing,
    listings.add_listing,
    listings.change_listing,
    listings.publish_listing,
    listings.pause_listing,
    lots.add_lot,
    lots.list_lots,
    lots.change_lot,
    lots.recall_lot,
    *stocklists.HANDLERS,
]
