"""Seller orders with their lines, and the stock that is reserved for them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from agrimarket.kernel.model import (
    amount_field,
    created_at_field,
    id_field,
    state_check,
    state_field,
    time_field,
)
from agrimarket.kernel.money import DEFAULT_CURRENCY
from agrimarket.orders.states import ReservationState, SellerOrderState


class SellerOrder(SQLModel, table=True):
    """A seller's part of a purchase. Amounts in minor units: `goods` is the ceiling for catch-weight.

    `final` is what the buyer pays for this part, known once it is packed or has ended. A seller who has not answered
    by `answer_by` has declined. `claim_until` is set on delivery, `settled_at` once the money is captured. The two
    persons are those to notify. `short_reason` is why something that was ordered is not in the boxes.
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
        Index("ix_seller_order_number", text('("right"(id::text, 6))')),
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
    short_reason: str | None = None
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
    """Line of a seller order, frozen as ordered. `packed_grams` is what was packed, `final` the price of that.

    `allotted_grams` is the line's share of a harvest that was short: no more is packed and paid for.
    """

    __tablename__ = "order_line"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        UniqueConstraint("seller_order_id", "listing_id"),
        CheckConstraint("packs BETWEEN 1 AND 10000", name="packs_in_range"),
        CheckConstraint("pack_grams > 0 AND unit_price > 0", name="pack_positive"),
        CheckConstraint("packed_grams BETWEEN 0 AND packs * pack_grams", name="packed_within_ordered"),
        CheckConstraint("allotted_grams BETWEEN 0 AND packs * pack_grams", name="allotted_within_ordered"),
        CheckConstraint("packed_grams <= allotted_grams", name="packed_within_allotted"),
        CheckConstraint("final BETWEEN 0 AND packs * unit_price", name="final_within_ceiling"),
        CheckConstraint("priced_by IN ('pack', 'weight')", name="priced_by_known"),
        Index("ix_order_line_lot_id_id", "lot_id", "id"),
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
    allotted_grams: int | None = amount_field(default=None, nullable=True)
    packed_grams: int | None = amount_field(default=None, nullable=True)
    final: int | None = amount_field(default=None, nullable=True)

    @property
    def due_grams(self) -> int:
        """What the order gets of it at most: as ordered, or its share of a harvest that was short."""
        return self.packs * self.pack_grams if self.allotted_grams is None else self.allotted_grams

    @property
    def due_packs(self) -> int:
        """The packs that these are; of a share by weight the last may be less than a whole one."""
        return -(-self.due_grams // self.pack_grams)


class Reservation(SQLModel, table=True):
    """Stock of a lot that is held, then sold, for a seller order. An active one ends with the payment window."""

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
