"""Boxes of seller orders, each as the scale showed it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from agrimarket.kernel.model import amount_field, created_at_field, id_field


class Box(SQLModel, table=True):
    """A box with packs of one line. Boxes of an order are numbered from 1, without a gap, in the order of weighing.

    `scale_grams` is what the scale showed; `grams` is what the buyer pays for, never more than was ordered of its
    packs. `left_out` boxes were weighed and do not go.
    """

    __tablename__ = "box"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        UniqueConstraint("seller_order_id", "number"),
        CheckConstraint("number > 0 AND packs > 0", name="counts_positive"),
        CheckConstraint("grams > 0 AND grams <= scale_grams", name="grams_within_scale"),
    )

    id: UUID = id_field()
    seller_order_id: UUID = Field(foreign_key="seller_order.id")
    order_line_id: UUID = Field(foreign_key="order_line.id", index=True)
    number: int
    packs: int = amount_field()
    scale_grams: int = amount_field()
    grams: int = amount_field()
    left_out: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})
    weighed_at: datetime = created_at_field()
