"""Events of `orders`. Each carries the persons of both sides, so that they can be notified."""

from datetime import datetime
from typing import Any, ClassVar, Self
from uuid import UUID

from agrimarket.kernel.outbox import Event
from agrimarket.orders.models.seller_orders import SellerOrder
from agrimarket.orders.types import PaidOrder


class OrderEvent(Event):
    """An event of a seller order."""

    seller_order_id: UUID
    group_id: UUID
    seller_id: UUID
    seller_person_id: UUID
    buyer_id: UUID
    buyer_person_id: UUID

    @classmethod
    def about(cls, order: "SellerOrder | PaidOrder", **facts: Any) -> Self:
        """The event for `order`; `facts` are the fields that the subclass adds."""
        return cls(
            seller_order_id=order.id,
            group_id=order.group_id,
            seller_id=order.seller_id,
            seller_person_id=order.seller_person_id,
            buyer_id=order.buyer_id,
            buyer_person_id=order.buyer_person_id,
            **facts,
        )


class OrderPlaced(OrderEvent):
    """The order is paid for; the seller has until `answer_by` to accept it."""

    topic: ClassVar[str] = "order.placed"
    answer_by: datetime


class OrderAccepted(OrderEvent):
    """The seller accepted the order."""

    topic: ClassVar[str] = "order.accepted"


class OrderDeclined(OrderEvent):
    """The seller declined the order or did not answer; the buyer pays nothing for it.

    `alike` is how many like lots can be had instead; the page of the order shows them.
    """

    topic: ClassVar[str] = "order.declined"
    reason: str
    alike: int = 0


class OrderAllotted(OrderEvent):
    """The harvest was short: of `ordered` grams of it the order gets `allotted`, and `amount` is not paid for.

    `amount` is in minor units, refunded where it was taken already. An order that gets nothing at all is declined.
    """

    topic: ClassVar[str] = "order.allotted"
    lot_id: UUID
    ordered: int
    allotted: int
    amount: int
    currency: str


class HarvestShared(Event):
    """A short harvest was shared out: of `sold` grams `came_in`; of `orders` orders `declined` got nothing.

    `listing_id` is a listing of the lot, where its seller looks at it.
    """

    topic: ClassVar[str] = "lot.shared"
    lot_id: UUID
    listing_id: UUID
    seller_id: UUID
    sold: int
    came_in: int
    orders: int
    declined: int


class OrderPacked(OrderEvent):
    """The order is packed and weighed; the buyer pays `amount` of the `ceiling` that was authorised, in minor units."""

    topic: ClassVar[str] = "order.packed"
    amount: int
    ceiling: int
    currency: str


class OrderShort(OrderEvent):
    """Of the order `packs` cannot be sent. The buyer does not pay the `amount` that they cost, or gets it back."""

    topic: ClassVar[str] = "order.short"
    packs: int
    amount: int
    currency: str


class OrderDispatched(OrderEvent):
    """The order was handed to the carrier."""

    topic: ClassVar[str] = "order.dispatched"
    carrier: str | None
    tracking_number: str | None


class OrderDelivered(OrderEvent):
    """The order has arrived; claims are taken until `claim_until`."""

    topic: ClassVar[str] = "order.delivered"
    claim_until: datetime


class OrderCompleted(OrderEvent):
    """The order's claim window is over and no claim is open; its seller is paid."""

    topic: ClassVar[str] = "order.completed"


class OrderCancelled(OrderEvent):
    """The order was cancelled after it was paid for; the buyer pays nothing for it."""

    topic: ClassVar[str] = "order.cancelled"
    reason: str


class OrderPaymentExpired(OrderEvent):
    """The order was not paid for in time; its stock is on sale again. Its seller never saw it."""

    topic: ClassVar[str] = "order.payment_expired"


class OrderRestricted(OrderEvent):
    """A new restriction prevents the order's delivery; an operator looks into it, and nothing is cancelled."""

    topic: ClassVar[str] = "order.restricted"
    alert_id: UUID
    bulletin_number: str


class ShipmentChanged(OrderEvent):
    """The shipment's new `state`: held at a checkpoint, under way again, failed or returned."""

    topic: ClassVar[str] = "shipment.changed"
    state: str
    place: str | None


class ClaimSubmitted(OrderEvent):
    """The buyer says that something was wrong, adds to it, or asks for a review of its rejection."""

    topic: ClassVar[str] = "claim.submitted"
    claim_id: UUID
    amount: int
    currency: str


class ClaimEvidenceRequested(OrderEvent):
    """An operator asks the buyer for more before deciding on a claim."""

    topic: ClassVar[str] = "claim.evidence_requested"
    claim_id: UUID
    question: str


class ClaimDecided(OrderEvent):
    """A claim was approved with `amount` minor units, or rejected (0)."""

    topic: ClassVar[str] = "claim.decided"
    claim_id: UUID
    approved: bool
    amount: int
    currency: str
    reason: str | None


class ClaimSettled(OrderEvent):
    """A claim's refund has reached the buyer."""

    topic: ClassVar[str] = "claim.settled"
    claim_id: UUID
    amount: int
    currency: str


class RecallPressed(Event):
    """A recall or a drill of one begins: everybody who bought of the lot is listed, and told if they are to be."""

    topic: ClassVar[str] = "recall.pressed"
    recall_id: UUID


class OrderRecalled(OrderEvent):
    """The lot of the order was taken back; or (`drill`) this is practised. `recall` is its id on the wire."""

    topic: ClassVar[str] = "order.recalled"
    recall: str
    drill: bool
    reason: str
