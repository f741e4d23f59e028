"""HTML handlers of `orders`."""

from litestar.types import ControllerRouterHandler

from agrimarket.orders.pages import claims, seller_orders

PAGES: list[ControllerRouterHandler] = [*seller_orders.HANDLERS, *claims.HANDLERS]
