"""HTML handlers of `orders`: for those who buy, for those who sell, and the operators' desks."""

from litestar.types import ControllerRouterHandler

from agrimarket.orders.pages import (
    alerts,
    boxes,
    checkouts,
    claims,
    delivery_photos,
    desks,
    order_groups,
    packing,
    packlists,
    papers,
    recalls,
    seller_orders,
    shipments,
    traces,
)

PAGES: list[ControllerRouterHandler] = [
    *order_groups.HANDLERS,
    *checkouts.HANDLERS,
    *seller_orders.HANDLERS,
    *boxes.HANDLERS,
    *packing.HANDLERS,
    *papers.HANDLERS,
    *shipments.HANDLERS,
    *delivery_photos.HANDLERS,
    *claims.HANDLERS,
    *desks.HANDLERS,
    *alerts.HANDLERS,
    *packlists.HANDLERS,
    *traces.HANDLERS,
    *recalls.HANDLERS,
]
