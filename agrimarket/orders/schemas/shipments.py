"""Shipments on the wire."""

from typing import Annotated, Literal

from pydantic import Field

from agrimarket.kernel.wire import Count, In, Instant, LongText, Out, Text, WeightOut
from agrimarket.orders.models.shipments import Shipment
from agrimarket.orders.states import ShipmentState


class ShipmentOut(Out):
    """The boxes of an order, and where they are."""

    state: ShipmentState
    boxes: Count | None
    weight: WeightOut | None
    carrier: str | None
    tracking_number: str | None
    held_place: str | None
    note: str | None
    changed_at: Instant

    @classmethod
    def of(cls, shipment: Shipment) -> "ShipmentOut":
        """The shipment's row, for the wire."""
        plain = {name: getattr(shipment, name) for name in cls.model_fields if name != "weight"}
        return cls(weight=None if shipment.grams is None else WeightOut(grams=shipment.grams), **plain)


class ShipmentIn(In):
    """New state of a shipment on its way."""

    state: Annotated[
        Literal["in_transit", "held_at_checkpoint", "failed", "returned"], Field(examples=["held_at_checkpoint"])
    ]
    place: Annotated[Text | None, Field(examples=["G15 沈海高速 大丰检查站"])] = None
    note: Annotated[LongText | None, Field(max_length=500)] = None
