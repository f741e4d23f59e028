"""Seller orders on the wire."""

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from agrimarket.catalog.types.listings import ListingView
from agrimarket.kernel.ids import short_number
from agrimarket.kernel.resources import GroupId, LineId, ListingId, SellerId, SellerOrderId, reference
from agrimarket.kernel.wire import (
    Count,
    In,
    Instant,
    LongText,
    MoneyOut,
    Number,
    Out,
    Plate,
    Text,
    WeightIn,
    WeightOut,
)
from agrimarket.orders.models.seller_orders import OrderLine
from agrimarket.orders.rules import MAX_ALTERNATIVES, MAX_LINES, MAX_PACKS, MAX_PHOTOS
from agrimarket.orders.schemas.shipments import DeliveryPhotoOut, ShipmentOut, TransportPassIn
from agrimarket.orders.states import SellerOrderState
from agrimarket.orders.types import Address, Handover, OrderView


class AddressOut(Out):
    """Delivery address of a purchase."""

    recipient: str
    phone: str
    region_code: str
    community: str | None
    street: str

    @classmethod
    def of(cls, address: Address) -> "AddressOut":
        """The address, for the wire."""
        return cls(**{name: getattr(address, name) for name in cls.model_fields})


class OrderLineOut(Out):
    """An ordered line, and what was packed for it. `allotted` is its share of a harvest that was short, else null."""

    id: LineId
    listing_id: ListingId
    title: str
    packs: Count
    pack: WeightOut
    unit_price: MoneyOut
    priced_by: str
    packed: WeightOut | None
    final: MoneyOut | None
    allotted: WeightOut | None

    @classmethod
    def of(cls, line: OrderLine, currency: str) -> "OrderLineOut":
        """The line's row, for the wire."""
        return cls(
            id=line.id,
            listing_id=line.listing_id,
            title=line.title,
            packs=line.packs,
            pack=WeightOut(grams=line.pack_grams),
            unit_price=MoneyOut(amount=line.unit_price, currency=currency),
            priced_by=line.priced_by,
            packed=None if line.packed_grams is None else WeightOut(grams=line.packed_grams),
            final=None if line.final is None else MoneyOut(amount=line.final, currency=currency),
            allotted=None if line.allotted_grams is None else WeightOut(grams=line.allotted_grams),
        )


class AlternativeOut(Out):
    """A listing that stands in for declined goods: the same produce, not dearer by weight, and it can be delivered."""

    listing_id: ListingId
    title: Annotated[str, Field(max_length=200, examples=["東港草莓 5 斤裝"])]
    origin_name: str
    pack: WeightOut
    price: MoneyOut
    available_packs: Count
    perish_by: Instant
    url: Annotated[str, Field(description="Its page.", examples=["/listings/lst_01m8504b7ye8nbqetv75q9crjn"])]

    @classmethod
    def of(cls, listing: ListingView) -> "AlternativeOut":
        """The listing, for the wire."""
        return cls(
            listing_id=listing.id,
            title=listing.title,
            origin_name=listing.origin_name,
            pack=WeightOut(grams=listing.pack_grams),
            price=MoneyOut.of(listing.price),
            available_packs=listing.available_packs,
            perish_by=listing.perish_by,
            url=f"/listings/{reference('listing', listing.id)}",
        )


class SellerOrderOut(Out):
    """A seller's part of a purchase. `ceiling` is authorised; `final` is charged, once packed or ended."""

    id: SellerOrderId
    number: Number
    order_group_id: GroupId
    seller_id: SellerId
    state: SellerOrderState
    origin_region: str
    lines: Annotated[list[OrderLineOut], Field(max_length=MAX_LINES)]
    goods: MoneyOut
    delivery: MoneyOut
    ceiling: MoneyOut
    final: MoneyOut | None
    settled: bool
    shipment: ShipmentOut | None
    address: AddressOut | None
    end_reason: str | None
    short_reason: Annotated[str | None, Field(description="Why something that was ordered is not in the boxes.")]
    alternatives: Annotated[
        list[AlternativeOut],
        Field(
            max_length=MAX_ALTERNATIVES,
            description="For the buyer of a declined order, read on its own: what there is instead.",
        ),
    ]
    delivery_photos: Annotated[list[DeliveryPhotoOut], Field(max_length=MAX_PHOTOS)]
    answer_by: Instant | None
    placed_at: Instant | None
    accepted_at: Instant | None
    packed_at: Instant | None
    dispatched_at: Instant | None
    delivered_at: Instant | None
    claim_until: Instant | None
    completed_at: Instant | None

    @classmethod
    def of(cls, view: OrderView) -> "SellerOrderOut":
        """The order as the service sees it, for the wire."""
        order = view.order

        def money(amount: int) -> MoneyOut:
            return MoneyOut(amount=amount, currency=order.currency)

        return cls(
            id=order.id,
            number=short_number(order.id),
            order_group_id=order.group_id,
            seller_id=order.seller_id,
            state=order.state,
            origin_region=order.origin_region,
            lines=[OrderLineOut.of(line, order.currency) for line in view.lines],
            goods=money(order.goods),
            delivery=money(view.delivery),
            ceiling=money(order.goods + order.delivery),
            final=None if order.final is None else money(order.final),
            settled=order.settled_at is not None,
            shipment=None if view.shipment is None else ShipmentOut.of(view.shipment, view.transport_pass),
            address=None if view.address is None else AddressOut.of(view.address),
            end_reason=order.end_reason,
            short_reason=order.short_reason,
            alternatives=[AlternativeOut.of(each) for each in view.alternatives],
            delivery_photos=[DeliveryPhotoOut.of(photo_id) for photo_id in view.photos],
            answer_by=order.answer_by,
            placed_at=order.placed_at,
            accepted_at=order.accepted_at,
            packed_at=order.packed_at,
            dispatched_at=order.dispatched_at,
            delivered_at=order.delivered_at,
            claim_until=order.claim_until,
            completed_at=order.completed_at,
        )


class PackedLineIn(In):
    """Packed amount of a line: `packs`, or for a line priced by weight the `packed` weight that the scale shows."""

    line_id: LineId
    packs: Annotated[int | None, Field(strict=True, ge=0, le=MAX_PACKS, examples=[2])] = None
    packed: Annotated[WeightIn | None, Field(examples=[{"grams": 2400}, "4.8斤"])] = None


def _each_once(lines: list[PackedLineIn]) -> list[PackedLineIn]:
    if len({line.line_id for line in lines}) < len(lines):
        raise PydanticCustomError("packed_line_twice", "a line stands twice")
    return lines


class PackIn(In):
    """Packed lines, each once. Lines that are left out were packed as ordered."""

    boxes: Annotated[int, Field(strict=True, ge=1, le=MAX_PACKS, examples=[1])]
    lines: Annotated[list[PackedLineIn], Field(max_length=MAX_LINES), AfterValidator(_each_once)] = []


class ReasonIn(In):
    """The reason for an act."""

    reason: Annotated[LongText, Field(max_length=500, examples=["Hail took the rest of the harvest."])]


class DispatchIn(In):
    """The carrier of an order, the vehicle that goes, and the transport pass that it goes under."""

    carrier: Annotated[Text | None, Field(examples=["顺丰"])] = None
    tracking_number: Annotated[Text | None, Field(max_length=60, examples=["SF1234567890"])] = None
    vehicle_plate: Annotated[Plate | None, Field(examples=["辽F12345"])] = None
    transport_pass: TransportPassIn | None = None

    def handover(self) -> Handover:
        """How it leaves, for the service."""
        held = self.transport_pass.transport_pass() if self.transport_pass else None
        return Handover(self.carrier, self.tracking_number, self.vehicle_plate, held)
