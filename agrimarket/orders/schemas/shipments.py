"""Shipments and their transport passes on the wire."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from agrimarket.kernel.resources import DeliveryPhotoId, reference
from agrimarket.kernel.wire import (
    Count,
    Day,
    Identifier,
    In,
    Instant,
    LongText,
    Out,
    Plate,
    RegionCode,
    Text,
    WeightOut,
)
from agrimarket.orders.errors import PassPeriod
from agrimarket.orders.models.shipments import Shipment, TransportPass
from agrimarket.orders.rules import NewPass
from agrimarket.orders.states import PassKind, ShipmentState

PassNumber = Annotated[Identifier, Field(min_length=1, max_length=60, pattern="^[^\\s]+$", examples=["TX202211200001"])]


class TransportPassIn(In):
    """A transport pass: one vehicle, one pass, one route."""

    number: PassNumber
    issuer: Annotated[Text, Field(description="Who gave it out.", examples=["辽宁省交通运输厅"])]
    plate: Annotated[Plate, Field(description="The vehicle that it was given to.")]
    from_code: Annotated[RegionCode, Field(description="Where its route begins; a province is all of it.")]
    to_code: Annotated[RegionCode, Field(description="Where its route ends.", examples=["420000"])]
    valid_from: Annotated[Day, Field(description="The first day, in China.", examples=["2022-12-01"])]
    valid_until: Annotated[Day, Field(description="The last day.", examples=["2022-12-07"])]
    kind: Annotated[PassKind, Field(description="Paper is as good as electronic.")] = PassKind.ELECTRONIC

    def transport_pass(self) -> NewPass:
        """The pass, for the service; `PassPeriod` if it would end before it begins."""
        if self.valid_until < self.valid_from:
            raise PassPeriod(pointer="/valid_until")
        return NewPass(**{name: getattr(self, name) for name in type(self).model_fields})


class TransportPassOut(Out):
    """The transport pass of a shipment's vehicle."""

    number: Annotated[str, Field(max_length=60)]
    issuer: Annotated[str, Field(max_length=200)]
    plate: Annotated[str, Field(max_length=10)]
    from_code: RegionCode
    to_code: RegionCode
    valid_from: date
    valid_until: date
    kind: PassKind

    @classmethod
    def of(cls, held: TransportPass) -> "TransportPassOut":
        """The pass's row, for the wire."""
        return cls.model_validate({name: getattr(held, name) for name in cls.model_fields})


class DeliveryPhotoOut(Out):
    """A photo that shows that an order has arrived."""

    id: DeliveryPhotoId
    url: Annotated[str, Field(examples=["/v1/delivery-photos/dph_01m8504b7ye8nbqetv75q9crjn"])]

    @classmethod
    def of(cls, photo_id: UUID) -> "DeliveryPhotoOut":
        """The photo of that id, for the wire."""
        return cls(id=photo_id, url=f"/v1/delivery-photos/{reference('delivery_photo', photo_id)}")


class ShipmentOut(Out):
    """The boxes of an order, and where they are."""

    state: ShipmentState
    boxes: Count | None
    weight: WeightOut | None
    carrier: str | None
    tracking_number: str | None
    vehicle_plate: str | None
    transport_pass: TransportPassOut | None
    held_place: str | None
    note: str | None
    changed_at: Instant

    @classmethod
    def of(cls, shipment: Shipment, held: TransportPass | None) -> "ShipmentOut":
        """The shipment's row, for the wire."""
        made = {"weight", "transport_pass"}
        plain = {name: getattr(shipment, name) for name in cls.model_fields if name not in made}
        return cls(
            weight=None if shipment.grams is None else WeightOut(grams=shipment.grams),
            transport_pass=None if held is None else TransportPassOut.of(held),
            **plain,
        )


class ShipmentIn(In):
    """New state of a shipment on its way."""

    state: Annotated[
        Literal["in_transit", "held_at_checkpoint", "failed", "returned"], Field(examples=["held_at_checkpoint"])
    ]
    place: Annotated[Text | None, Field(examples=["G15 沈海高速 大丰检查站"])] = None
    note: Annotated[LongText | None, Field(max_length=500)] = None
