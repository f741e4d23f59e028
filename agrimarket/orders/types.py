"""Values that the services of `orders` take and return."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from agrimarket.catalog.types.listings import ListingView
from agrimarket.kernel import crypto
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Principal, Role
from agrimarket.orders.models.boxes import Box
from agrimarket.orders.models.claims import Claim, ClaimPhoto
from agrimarket.orders.models.order_groups import OrderGroup
from agrimarket.orders.models.seller_orders import OrderLine, SellerOrder
from agrimarket.orders.models.shipments import Shipment, TransportPass
from agrimarket.orders.rules import NewPass, Parcel, group_state
from agrimarket.orders.states import ADDRESS_NEEDED, GroupState, SellerOrderState
from agrimarket.payments.service.attempts import StartedPayment
from agrimarket.payments.service.calls import Call
from agrimarket.regions.types.restrictions import RestrictionInfo
from agrimarket.regions.types.serviceability import Mode

_SEALED = "order_group.address"
_FOUND_BY = "order_group.search_keys"
PHONE_END = 4
"""Digits of the end of a telephone number by which an order is found."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a cart: packs of a listing. `added_at` is when it was put in, where that was read."""

    listing_id: UUID
    packs: int
    added_at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Address:
    """Delivery address of a purchase. It is stored sealed, since it names a person."""

    recipient: str
    phone: str
    region_code: str
    community: str | None
    street: str

    def sealed(self) -> bytes:
        """The address encrypted, as it is stored."""
        return crypto.encrypt(json.dumps(asdict(self), ensure_ascii=False), context=_SEALED)

    @staticmethod
    def opener() -> Callable[[bytes], bytes]:
        """What opens many addresses, each as JSON."""
        return crypto.opener(context=_SEALED)

    @classmethod
    def opened(cls, sealed: bytes) -> "Address":
        """The address that `sealed` encrypted."""
        return cls(**json.loads(crypto.decrypt(sealed, context=_SEALED)))

    def search_keys(self) -> list[bytes]:
        """Keyed hashes by which a purchase to this address is found, without being opened."""
        return [search_key(self.recipient), search_key(self.phone)]


def search_key(text: str) -> bytes:
    """Keyed hash of a recipient's name, or of the end of a telephone number: of its last four digits."""
    digits = "".join(each for each in text if each.isdecimal())
    said = digits[-PHONE_END:] if len(digits) >= PHONE_END else "".join(text.split()).casefold()
    return crypto.blind_index(said, context=_FOUND_BY)


@dataclass(frozen=True, slots=True)
class Way:
    """Where a cart goes, and how; `quoted` are prices that its newest quote told: id of the listing → minor units."""

    region_code: str
    community: str | None
    mode: Mode
    quoted: Mapping[UUID, int] = field(default_factory=dict[UUID, int])


@dataclass(frozen=True, slots=True)
class CartView:
    """A cart; `group_id` once it was ordered.

    `blocked` are lines that cannot be ordered now, for where the cart goes: id of the listing → why. `repriced` are
    lines whose pack costs something else now than its newest quote said or, without one, than on the day on which it
    was put in, by its markdown: id of the listing → (before, now).
    """

    id: UUID
    lines: tuple[Line, ...]
    group_id: UUID | None = None
    blocked: Mapping[UUID, DomainError] = field(default_factory=dict[UUID, DomainError])
    repriced: Mapping[UUID, tuple[Money, Money]] = field(default_factory=dict[UUID, tuple[Money, Money]])


@dataclass(frozen=True, slots=True)
class QuoteView:
    """The price of a cart at a destination, promised until `expires_at`; `restrictions` are those in force there."""

    id: UUID
    cart_id: UUID
    region_code: str
    community: str | None
    parcels: tuple[Parcel, ...]
    expires_at: datetime
    restrictions: list[RestrictionInfo] = field(default_factory=list[RestrictionInfo])
    mode: Mode = Mode.TRUCK


@dataclass(frozen=True, slots=True)
class OrderView:
    """A seller order with its purchase, lines and shipment. `address` is None if the viewer may not see it."""

    order: SellerOrder
    group: OrderGroup
    lines: tuple[OrderLine, ...]
    shipment: Shipment | None
    address: Address | None
    transport_pass: TransportPass | None = None
    photos: tuple[UUID, ...] = ()
    """Ids of the photos that show that it has arrived."""
    alternatives: tuple[ListingView, ...] = ()
    """What is offered to the buyer of a declined order instead; known where one order is read for them."""

    @property
    def delivery(self) -> int:
        """What delivery costs in minor units: as agreed or, once it is packed, for as much as goes."""
        order = self.order
        if order.final is None or order.packed_at is None or order.ended_at is not None:
            return order.delivery
        return order.final - sum(line.final or 0 for line in self.lines)

    @classmethod
    def seen_by(
        cls,
        principal: Principal,
        order: SellerOrder,
        group: OrderGroup,
        lines: tuple[OrderLine, ...],
        shipment: Shipment | None,
        transport_pass: TransportPass | None,
        photos: tuple[UUID, ...] = (),
    ) -> "OrderView":
        """View of the order for this person. Its seller sees the address only between payment and completion."""
        whose = principal.has(Role.OPERATOR) or principal.buyer_id == order.buyer_id
        address = Address.opened(group.address) if whose or order.state in ADDRESS_NEEDED else None
        return cls(order, group, lines, shipment, address, transport_pass, photos)


@dataclass(frozen=True, slots=True)
class GroupView:
    """A purchase with its seller orders; `payment` is for its buyer, as long as the purchase waits for it.

    `blocked` are orders that wait for their payment and cannot be delivered now: id → why.
    """

    group: OrderGroup
    orders: tuple[OrderView, ...]
    address: Address
    payment: StartedPayment | None = None
    blocked: Mapping[UUID, DomainError] = field(default_factory=dict[UUID, DomainError])

    @property
    def state(self) -> GroupState:
        """The purchase's state, derived from its seller orders."""
        return group_state([view.order.state for view in self.orders])


@dataclass(frozen=True, slots=True)
class Placed:
    """A purchase that was placed; `call` begins its payment and is None where that began before."""

    view: GroupView
    call: Call | None = None


@dataclass(frozen=True, slots=True)
class PaidOrder:
    """An order that was just placed, as its row is now; `answer_by` is until when its seller has to accept it."""

    id: UUID
    group_id: UUID
    seller_id: UUID
    seller_person_id: UUID
    buyer_id: UUID
    buyer_person_id: UUID
    placed_at: datetime
    answer_by: datetime


@dataclass(frozen=True, slots=True)
class PlacedOrders:
    """Orders that were just placed, and what was sold with them: lot id → grams."""

    orders: list[PaidOrder]
    sold: dict[UUID, int]


@dataclass(frozen=True, slots=True)
class Handover:
    """How an order leaves: by which carrier, in which vehicle, under which transport pass."""

    carrier: str | None = None
    tracking_number: str | None = None
    vehicle_plate: str | None = None
    transport_pass: NewPass | None = None


@dataclass(frozen=True, slots=True)
class NextBox:
    """The box of an order that is weighed next. It holds one pack unless more are said to be in it."""

    number: int
    line_id: UUID
    title: str
    by_weight: bool
    """Whether its weight decides the price; else it is counted, and holds what a pack holds."""
    pack_grams: int
    left: int
    """Packs of its line that are in no box yet."""
    left_grams: int
    """What these hold at most: less than whole packs where a short harvest was shared out."""
    tolerance: int
    """Grams by which a pack may weigh less and still counts as what was ordered."""


@dataclass(frozen=True, slots=True)
class Weighing:
    """The boxes of an order: those that were weighed, the next, and how many packs are in no box yet."""

    view: OrderView
    boxes: tuple[Box, ...]
    next: NextBox | None
    missing: int

    @property
    def count(self) -> int:
        """How many boxes there are, or will be if each of the next holds one pack."""
        return len(self.boxes) + self.missing


@dataclass(frozen=True, slots=True)
class PackTotal:
    """How much of one listing is packed for all orders together."""

    title: str
    packs: int
    grams: int


@dataclass(frozen=True, slots=True)
class PackPlace:
    """Orders that go to one place in one way, by building; "" is that of addresses that name none."""

    region_code: str
    mode: Mode
    buildings: tuple[tuple[str, tuple[OrderView, ...]], ...]


@dataclass(frozen=True, slots=True)
class PackingList:
    """What is to be packed: in all, and place by place. `more` is whether there is more than a list holds."""

    totals: tuple[PackTotal, ...]
    places: tuple[PackPlace, ...]
    orders: tuple[OrderView, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class ClaimView:
    """A claim with its photos."""

    claim: Claim
    photos: tuple[ClaimPhoto, ...]


@dataclass(frozen=True, slots=True)
class Sales:
    """Sales of a seller; see `service.seller_orders.sales_of`. `last_at` is when the last order was placed."""

    grams: int
    gross: Money
    orders: int
    last_at: datetime | None


class TraceSort(StrEnum):
    """The orders in which a lot's buyers can be listed in a file."""

    LINE = "line"
    PLACED = "placed"
    STATE = "state"
    REGION = "region"
    BUYER = "buyer"


class TraceLine(NamedTuple):
    """A line of a lot, with its order. Weights in grams; `address` is sealed, and None where it may not be seen."""

    line_id: UUID
    order_id: UUID
    buyer_id: UUID
    state: SellerOrderState
    title: str
    packs: int
    ordered_grams: int
    packed_grams: int | None
    placed_at: datetime | None
    packed_at: datetime | None
    dispatched_at: datetime | None
    delivered_at: datetime | None
    region_code: str
    boxes: int | None
    carrier: str | None
    tracking_number: str | None
    vehicle_plate: str | None
    address: bytes | None


class ToTell(NamedTuple):
    """A buyer of a lot, with the newest order of it: whom a recall is told, and about what."""

    order_id: UUID
    group_id: UUID
    seller_id: UUID
    seller_person_id: UUID
    buyer_id: UUID
    buyer_person_id: UUID
