"""Shipments."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from agrimarket.kernel.model import (
    amount_field,
    created_at_field,
    id_field,
    state_check,
    state_field,
)
from agrimarket.orders.states import ShipmentState


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
