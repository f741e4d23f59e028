"""Carts and their lines."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from agrimarket.kernel.model import (
    created_at_field,
    id_field,
)


class Cart(SQLModel, table=True):
    """A buyer's cart. It is spent, and cannot change, once an `OrderGroup` names it."""

    __tablename__ = "cart"  # pyright: ignore[reportAssignmentType]

    id: UUID = id_field()
    buyer_id: UUID = Field(foreign_key="buyer.id", index=True)
    created_at: datetime = created_at_field()


class CartLine(SQLModel, table=True):
    """Packs of one listing in a cart; adding the listing again raises its line."""

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
