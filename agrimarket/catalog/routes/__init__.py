"""JSON handlers of `catalog`."""

from litestar.types import ControllerRouterHandler

from agrimarket.catalog.routes import clearance, feeds, listings, lots, opinions, products

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
    opinions.give_lot_opinion,
    clearance.list_clearance,
    clearance.read_clearance,
    clearance.make_clearance,
    clearance.follow_clearance,
    clearance.unfollow_clearance,
    feeds.read_dfc,
    feeds.read_dfc_context,
]
