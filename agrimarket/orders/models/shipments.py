"""Shipments, and the transport passes of their vehicles."""

from datetime import date, datetime
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
from agrimarket.orders.states import PassKind, ShipmentState


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
    vehicle_plate: str | None = None
    held_place: str | None = None
    note: str | None = None
    created_at: datetime = created_at_field()
    changed_at: datetime = created_at_field()


_SHAPE = "{} ~ '^[1-9][0-9]{{5}}$'"


class TransportPass(SQLModel, table=True):
    """The pass under which a shipment's vehicle drives: one vehicle, one pass, one route.

    `plate` is the vehicle that it was given to. It is good on its route from the day `valid_from` to `valid_until`,
    both included, in China. Shipments of one vehicle may share a pass, each with a row of its own.
    """

    __tablename__ = "transport_pass"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        state_check(PassKind, "kind"),
        CheckConstraint("valid_until >= valid_from", name="period"),
        CheckConstraint(_SHAPE.format("from_code"), name="from_code_shape"),
        CheckConstraint(_SHAPE.format("to_code"), name="to_code_shape"),
    )

    id: UUID = id_field()
    shipment_id: UUID = Field(foreign_key="shipment.id", unique=True)
    number: str = Field(index=True)
    issuer: str
    plate: str
    from_code: str
    to_code: str
    valid_from: date
    valid_until: date
    kind: PassKind = state_field()
    created_at: datetime = created_at_field()


class DeliveryPhoto(SQLModel, table=True):
    """A photo that shows that a shipment has arrived. The picture itself is in storage at `key`."""

    __tablename__ = "delivery_photo"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (CheckConstraint("width > 0 AND height > 0 AND size > 0", name="sizes_positive"),)

    id: UUID = id_field()
    seller_order_id: UUID = Field(foreign_key="seller_order.id", index=True)
    key: str
    width: int
    height: int
    size: int
    created_at: datetime = created_at_field()
