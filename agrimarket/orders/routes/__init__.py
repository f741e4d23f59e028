"""JSON handlers of `orders`."""

from litestar.types import ControllerRouterHandler

from agrimarket.orders.routes import alerts, carts, checkouts, claims, order_groups, quotes, seller_orders, shipments

ROUTES: list[ControllerRouterHandler] = [
    carts.begin_cart,
    carts.read_cart,
    carts.add_lines,
    carts.set_packs,
    quotes.quote_cart,
    checkouts.check_out,
    order_groups.list_groups,
    order_groups.read_group,
    seller_orders.list_orders,
    seller_orders.read_order,
    seller_orders.accept,
    seller_orders.decline,
    seller_orders.cancel,
    seller_orders.pack,
    seller_orders.dispatch,
    seller_orders.deliver,
    shipments.move_shipment,
    claims.send_photo,
    claims.read_photo,
    claims.submit_claim,
    claims.list_claims,
    claims.read_claim,
    claims.add_evidence,
    claims.request_review,
    claims.request_evidence,
    claims.approve,
    claims.reject,
    alerts.list_alerts,
    alerts.resolve_alert,
]
