"""Tables of `orders`: carts, quotes, purchases with their parts and stock, shipments, claims, alerts."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from agrimarket.kernel.model import (
    amount_field,
    created_at_field,
    id_field,
    json_field,
    state_check,
    state_field,
    time_field,
)
from agrimarket.kernel.money import DEFAULT_CURRENCY
from agrimarket.orders.states import AlertKind, ClaimState, ReservationState, SellerOrderState, ShipmentState

_REGION = "^[1-9][0-9]{5}$"


class Cart(SQLModel, table=True):
    """What a buyer has chosen so far. It is spent once an `OrderGroup` names it."""

    __tablename__ = "cart"  # pyright: ignore[reportAssignmentType]

    id: UUID = id_field()
    buyer_id: UUID = Field(foreign_key="buyer.id", index=True)
    created_at: datetime = created_at_field()


class CartLine(SQLModel, table=True):
    """So many packs of a listing; a listing that is added again raises its line."""

    __tablename__ = "cart_line"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        UniqueConstraint("cart_id", "listing_id"),
        CheckConstraint("packs BETWEEN 1 AND 10000", name="packs_in_range"),
    )

    id: UUID = id_field()
    cart_id: UUID = Field(foreign_key="cart.id", ondelete="CASCADE")
    listing_id: UUID = Field(foreign_key="listing.id", index=True)
    packs: int
    created_at: datetime = created_at_field()


class Quote(SQLModel, table=True):
    """What a cart costs at one destination, as promised until `expires_at`. `parcels` is the promise in detail."""

    __tablename__ = "quote"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        CheckConstraint(f"region_code ~ '{_REGION}'", name="region_code_shape"),
        CheckConstraint("goods > 0 AND delivery >= 0", name="amounts_not_negative"),
    )

    id: UUID = id_field()
    cart_id: UUID = Field(foreign_key="cart.id", index=True, ondelete="CASCADE")
    region_code: str
    community: str | None = None
    goods: int = amount_field()
    delivery: int = amount_field()
    currency: str = DEFAULT_CURRENCY
    parcels: list[Any] = json_field()
    expires_at: datetime = time_field()
    created_at: datetime = created_at_field()


class OrderGroup(SQLModel, table=True):
    """A purchase: one cart, one payment, one address. Its state is derived from its seller orders.

    Recipient, phone and street are sealed in `address`.
    """

    __tablename__ = "order_group"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        CheckConstraint(f"region_code ~ '{_REGION}'", name="region_code_shape"),
        CheckConstraint("method IN ('card', 'alipay')", name="method_known"),
        Index("ix_order_group_buyer", "buyer_id", "id"),
    )

    id: UUID = id_field()
    cart_id: UUID = Field(foreign_key="cart.id", unique=True)
    buyer_id: UUID = Field(foreign_key="buyer.id")
    payment_id: UUID = Field(foreign_key="payment.id", unique=True)
    method: str
    currency: str = DEFAULT_CURRENCY
    region_code: str
    community: str | None = None
    address: bytes
    expires_at: datetime = time_field()
    created_at: datetime = created_at_field()


class SellerOrder(SQLModel, table=True):
    """One seller's part of a purchase. Amounts in minor units: `goods` is the ceiling for catch-weight.

    `final` is what the buyer pays for this part, known once it is packed or ended for good; `answer_by` is when the
    seller's silence becomes a refusal; `claim_until` is set on delivery; `settled_at` once the money was captured.
    The two persons are who is told.
    """

    __tablename__ = "seller_order"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        UniqueConstraint("group_id", "seller_id"),
        state_check(SellerOrderState),
        CheckConstraint("goods > 0 AND delivery >= 0", name="amounts_not_negative"),
        CheckConstraint("final BETWEEN 0 AND goods + delivery", name="final_within_ceiling"),
        CheckConstraint("commission_bps BETWEEN 0 AND 10000", name="commission_in_range"),
        CheckConstraint("(state IN ('delivered', 'completed')) = (claim_until IS NOT NULL)", name="claim_window"),
        Index("ix_seller_order_buyer", "buyer_id", "id"),
        Index("ix_seller_order_seller", "seller_id", "id"),
        Index("ix_seller_order_unpaid", "group_id", postgresql_where=text("state = 'pending_payment'")),
        Index(
            "ix_seller_order_lapsed",
            "ended_at",
            postgresql_where=text("state = 'payment_expired' AND final IS NULL"),
        ),
        Index("ix_seller_order_unanswered", "answer_by", postgresql_where=text("state = 'placed'")),
        Index("ix_seller_order_claimable", "claim_until", postgresql_where=text("state = 'delivered'")),
        Index(
            "ix_seller_order_open",
            "id",
            postgresql_where=text("state IN ('placed', 'accepted', 'packed', 'dispatched')"),
        ),
    )

    id: UUID = id_field()
    group_id: UUID = Field(foreign_key="order_group.id")
    seller_id: UUID = Field(foreign_key="seller.id")
    seller_person_id: UUID = Field(foreign_key="person.id", index=True)
    buyer_id: UUID = Field(foreign_key="buyer.id")
    buyer_person_id: UUID = Field(foreign_key="person.id", index=True)
    state: SellerOrderState = state_field(SellerOrderState.PENDING_PAYMENT)
    origin_region: str
    currency: str = DEFAULT_CURRENCY
    goods: int = amount_field()
    delivery: int = amount_field()
    final: int | None = amount_field(default=None, nullable=True)
    commission_bps: int
    end_reason: str | None = None
    answer_by: datetime | None = time_field(nullable=True)
    placed_at: datetime | None = time_field(nullable=True)
    accepted_at: datetime | None = time_field(nullable=True)
    packed_at: datetime | None = time_field(nullable=True)
    settled_at: datetime | None = time_field(nullable=True)
    dispatched_at: datetime | None = time_field(nullable=True)
    delivered_at: datetime | None = time_field(nullable=True)
    claim_until: datetime | None = time_field(nullable=True)
    completed_at: datetime | None = time_field(nullable=True)
    ended_at: datetime | None = time_field(nullable=True)
    created_at: datetime = created_at_field()


class OrderLine(SQLModel, table=True):
    """A line as it was ordered, frozen. `packed_grams` and `final` are what went into the box, and its price."""

    __tablename__ = "order_line"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        UniqueConstraint("seller_order_id", "listing_id"),
        CheckConstraint("packs BETWEEN 1 AND 10000", name="packs_in_range"),
        CheckConstraint("pack_grams > 0 AND unit_price > 0", name="pack_positive"),
        CheckConstraint("packed_grams BETWEEN 0 AND packs * pack_grams", name="packed_within_ordered"),
        CheckConstraint("final BETWEEN 0 AND packs * unit_price", name="final_within_ceiling"),
        CheckConstraint("priced_by IN ('pack', 'weight')", name="priced_by_known"),
    )

    id: UUID = id_field()
    seller_order_id: UUID = Field(foreign_key="seller_order.id")
    listing_id: UUID = Field(foreign_key="listing.id", index=True)
    lot_id: UUID = Field(foreign_key="harvest_lot.id", index=True)
    product_id: UUID = Field(foreign_key="product.id", index=True)
    title: str
    packs: int = amount_field()
    pack_grams: int = amount_field()
    unit_price: int = amount_field()
    priced_by: str
    packed_grams: int | None = amount_field(default=None, nullable=True)
    final: int | None = amount_field(default=None, nullable=True)


class Reservation(SQLModel, table=True):
    """Stock of a lot for a seller order. An active one ends when its purchase's payment window does."""

    __tablename__ = "reservation"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        state_check(ReservationState),
        CheckConstraint("grams > 0", name="grams_positive"),
        Index(
            "uq_reservation_live",
            "seller_order_id",
            "lot_id",
            unique=True,
            postgresql_where=text("state IN ('active', 'committed')"),
        ),
        Index("ix_reservation_seller_order_id", "seller_order_id"),
    )

    id: UUID = id_field()
    seller_order_id: UUID = Field(foreign_key="seller_order.id")
    lot_id: UUID = Field(foreign_key="harvest_lot.id", index=True)
    grams: int = amount_field()
    state: ReservationState = state_field(ReservationState.ACTIVE)
    created_at: datetime = created_at_field()


class Shipment(SQLModel, table=True):
    """A seller order's boxes on their way."""

    __tablename__ = "shipment"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (state_check(ShipmentState), CheckConstraint("boxes > 0", name="boxes_positive"))

    id: UUID = id_field()
    seller_order_id: UUID = Field(foreign_key="seller_order.id", unique=True)
    state: ShipmentState = state_field(ShipmentState.PLANNED)
    boxes: int | None = None
    grams: int | None = amount_field(default=None, nullable=True)
    carrier: str | None = None
    tracking_number: str | None = None
    held_place: str | None = None
    note: str | None = None
    created_at: datetime = created_at_field()
    changed_at: datetime = created_at_field()


class Claim(SQLModel, table=True):
    """What a buyer says was wrong with a delivery, and what is decided. Amounts in minor units.

    `claimed` is held back from the seller while the claim waits; `awarded` is refunded.
    """

    __tablename__ = "claim"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        state_check(ClaimState),
        CheckConstraint("claimed > 0", name="claimed_positive"),
        CheckConstraint("awarded > 0", name="awarded_positive"),
        CheckConstraint("affected_bps BETWEEN 1 AND 10000", name="affected_in_range"),
        CheckConstraint("affected_grams > 0", name="affected_grams_positive"),
        CheckConstraint("num_nonnulls(affected_bps, affected_grams) = 1", name="one_measure"),
        CheckConstraint("(state IN ('approved', 'settled')) = (awarded IS NOT NULL)", name="awarded_when_approved"),
        Index("ix_claim_waiting", "id", postgresql_where=text("state NOT IN ('settled', 'rejected')")),
    )

    id: UUID = id_field()
    seller_order_id: UUID = Field(foreign_key="seller_order.id", index=True)
    buyer_id: UUID = Field(foreign_key="buyer.id", index=True)
    state: ClaimState = state_field(ClaimState.SUBMITTED)
    reason: str
    description: str
    affected_bps: int | None = None
    affected_grams: int | None = amount_field(default=None, nullable=True)
    claimed: int = amount_field()
    awarded: int | None = amount_field(default=None, nullable=True)
    currency: str = DEFAULT_CURRENCY
    question: str | None = None
    decision_reason: str | None = None
    decided_by: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    decided_at: datetime | None = time_field(nullable=True)
    appeal_until: datetime | None = time_field(nullable=True)
    appeal_reason: str | None = None
    refund_id: UUID | None = Field(default=None, foreign_key="refund.id", unique=True)
    created_at: datetime = created_at_field()


class ClaimPhoto(SQLModel, table=True):
    """A photo that a buyer sent in; `claim_id` once a claim shows it. The picture itself is in storage at `key`."""

    __tablename__ = "claim_photo"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (CheckConstraint("width > 0 AND height > 0 AND size > 0", name="sizes_positive"),)

    id: UUID = id_field()
    buyer_id: UUID = Field(foreign_key="buyer.id", index=True)
    claim_id: UUID | None = Field(default=None, foreign_key="claim.id", index=True)
    key: str
    width: int
    height: int
    size: int
    created_at: datetime = created_at_field()


class OrderAlert(SQLModel, table=True):
    """Something about an order that an operator has to look at, told to both sides. One open alert a kind."""

    __tablename__ = "order_alert"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        CheckConstraint("kind IN ('restricted', 'recalled', 'shipment_failed', 'refund_failed')", name="kind_known"),
        Index(
            "uq_order_alert_open",
            "seller_order_id",
            "kind",
            unique=True,
            postgresql_where=text("resolved_at IS NULL"),
        ),
        Index("ix_order_alert_seller_order_id", "seller_order_id"),
    )

    id: UUID = id_field()
    seller_order_id: UUID = Field(foreign_key="seller_order.id")
    kind: AlertKind = state_field()
    details: dict[str, Any] = json_field()
    created_at: datetime = created_at_field()
    resolved_at: datetime | None = time_field(nullable=True)
    resolved_by: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    note: str | None = None


__all__ = [
    "Cart",
    "CartLine",
    "Claim",
    "ClaimPhoto",
    "OrderAlert",
    "OrderGroup",
    "OrderLine",
    "Quote",
    "Reservation",
    "SellerOrder",
    "Shipment",
]
