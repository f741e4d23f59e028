"""Use cases of `orders`: carts and quotes, checkout, what a payment does, fulfilment, shipments, claims, reading."""

from agrimarket.orders.queries import completable_orders, unanswered_orders, unpaid_groups
from agrimarket.orders.service.cart import add_lines, cart, open_cart, quote, set_packs
from agrimarket.orders.service.checkout import place
from agrimarket.orders.service.claims import (
    Complaint,
    add_evidence,
    add_photo,
    appeal,
    approve,
    photo_key,
    reject,
    request_evidence,
    submit,
)
from agrimarket.orders.service.claims import refund_failed as claim_refund_failed
from agrimarket.orders.service.claims import settle as settle_claim
from agrimarket.orders.service.fulfilment import (
    Packed,
    accept,
    cancel,
    complete,
    decline,
    decline_unanswered,
    deliver,
    dispatch,
    pack,
)
from agrimarket.orders.service.payment import SOURCE, lapse, mark_paid, mark_settled, payment_cancelled
from agrimarket.orders.service.reading import (
    alerts,
    claim_view,
    claim_views,
    group_view,
    groups,
    order_view,
    orders,
    sales_of,
)
from agrimarket.orders.service.shipping import move_shipment, recall, reconsider, resolve_alert

__all__ = [
    "SOURCE",
    "Complaint",
    "Packed",
    "accept",
    "add_evidence",
    "add_lines",
    "add_photo",
    "alerts",
    "appeal",
    "approve",
    "cancel",
    "cart",
    "claim_refund_failed",
    "claim_view",
    "claim_views",
    "completable_orders",
    "complete",
    "decline",
    "decline_unanswered",
    "deliver",
    "dispatch",
    "group_view",
    "groups",
    "lapse",
    "mark_paid",
    "mark_settled",
    "move_shipment",
    "open_cart",
    "order_view",
    "orders",
    "pack",
    "payment_cancelled",
    "photo_key",
    "place",
    "quote",
    "recall",
    "reconsider",
    "reject",
    "request_evidence",
    "resolve_alert",
    "sales_of",
    "set_packs",
    "settle_claim",
    "submit",
    "unanswered_orders",
    "unpaid_groups",
]
