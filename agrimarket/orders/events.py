"""What `orders` tells others. Each event names both sides by their person, so that they can be told."""

from datetime import datetime
from typing import Any, ClassVar, Self
from uuid import UUID

from agrimarket.kernel.outbox import Event
from agrimarket.orders.models.seller_orders import SellerOrder


class OrderEvent(Event):
    """Something about one seller's part of a purchase."""

    seller_order_id: UUID
    group_id: UUID
    seller_id: UUID
    seller_person_id: UUID
    buyer_id: UUID
    buyer_person_id: UUID

    @classmethod
    def about(cls, order: SellerOrder, **facts: Any) -> Self:
        """The event of `order`; `facts` are the fields that its kind adds."""
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
    """It is paid for; the seller has until `answer_by` to accept."""

    topic: ClassVar[str] = "order.placed"
    answer_by: datetime


class OrderAccepted(OrderEvent):
    """The seller takes it on."""

    topic: ClassVar[str] = "order.accepted"


class OrderDeclined(OrderEvent):
    """The seller does not take it on, or did not answer; the buyer pays nothing for it."""

    topic: ClassVar[str] = "order.declined"
    reason: str


class OrderPacked(OrderEvent):
    """It is weighed; `amount` (minor units) is what the buyer pays for it, `ceiling` what was authorised."""

    topic: ClassVar[str] = "order.packed"
    amount: int
    ceiling: int
    currency: str


class OrderDispatched(OrderEvent):
    """It is on its way."""

    topic: ClassVar[str] = "order.dispatched"
    carrier: str | None
    tracking_number: str | None


class OrderDelivered(OrderEvent):
    """It has arrived; claims are taken until `claim_until`."""

    topic: ClassVar[str] = "order.delivered"
    claim_until: datetime


class OrderCompleted(OrderEvent):
    """The claim window has passed and no claim waits; the seller is paid."""

    topic: ClassVar[str] = "order.completed"


class OrderCancelled(OrderEvent):
    """It was called off after it was paid for; the buyer pays nothing for it."""

    topic: ClassVar[str] = "order.cancelled"
    reason: str


class OrderPaymentExpired(OrderEvent):
    """It was not paid for in time; its stock is on sale again. The seller never heard of it."""

    topic: ClassVar[str] = "order.payment_expired"


class OrderRestricted(OrderEvent):
    """A new restriction stands in its way; an operator looks at it, nothing is cancelled by itself."""

    topic: ClassVar[str] = "order.restricted"
    alert_id: UUID
    bulletin_number: str


class ShipmentChanged(OrderEvent):
    """It is held on its way, goes on again, failed, or came back; `state` says which."""

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
    """An operator needs to know more before deciding."""

    topic: ClassVar[str] = "claim.evidence_requested"
    claim_id: UUID
    question: str


class ClaimDecided(OrderEvent):
    """It was approved with `amount` minor units, or rejected with 0."""

    topic: ClassVar[str] = "claim.decided"
    claim_id: UUID
    approved: bool
    amount: int
    currency: str
    reason: str | None


class ClaimSettled(OrderEvent):
    """The buyer has the money back."""

    topic: ClassVar[str] = "claim.settled"
    claim_id: UUID
    amount: int
    currency: str
