"""HTML handlers of `orders`: for those who buy, for those who sell, and the operators' desks."""

from litestar.types import ControllerRouterHandler

from agrimarket.orders.pages import (
    alerts,
    checkouts,
    claims,
    desks,
    order_groups,
    packlists,
    recalls,
    seller_orders,
    shipments,
    traces,
)

PAGES: list[ControllerRouterHandler] = [
    *order_groups.HANDLERS,
    *checkouts.HANDLERS,
    *seller_orders.HANDLERS,
    *shipments.HANDLERS,
    *claims.HANDLERS,
    *desks.HANDLERS,
    *alerts.HANDLERS,
    *packlists.HANDLERS,
    *traces.HANDLERS,
    *recalls.HANDLERS,
]
