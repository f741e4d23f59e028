"""JSON handlers of `orders`."""

from litestar.types import ControllerRouterHandler

from agrimarket.orders.routes.buying import BUYING
from agrimarket.orders.routes.claims import CLAIM_ROUTES
from agrimarket.orders.routes.purchases import PURCHASES

ROUTES: list[ControllerRouterHandler] = [*BUYING, *PURCHASES, *CLAIM_ROUTES]
