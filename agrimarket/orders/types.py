"""What `orders.service` answers with."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from agrimarket.kernel.money import Money
from agrimarket.orders.models import Claim, ClaimPhoto, OrderGroup, OrderLine, SellerOrder, Shipment
from agrimarket.orders.rules import Parcel, group_state
from agrimarket.orders.states import GroupState
from agrimarket.regions.types import RestrictionInfo


@dataclass(frozen=True, slots=True)
class Line:
    """So many packs of a listing, as a buyer asks for them."""

    listing_id: UUID
    packs: int


@dataclass(frozen=True, slots=True)
class Address:
    """Where a purchase goes. What names a person is sealed in the database."""

    recipient: str
    phone: str
    region_code: str
    community: str | None
    street: str


@dataclass(frozen=True, slots=True)
class CartView:
    """A cart; `group_id` once it was ordered."""

    id: UUID
    lines: tuple[Line, ...]
    group_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class QuoteView:
    """What a cart costs at a destination, promised until `expires_at`; `restrictions` are those in force there."""

    id: UUID
    cart_id: UUID
    region_code: str
    community: str | None
    parcels: tuple[Parcel, ...]
    expires_at: datetime
    restrictions: list[RestrictionInfo] = field(default_factory=list[RestrictionInfo])


@dataclass(frozen=True, slots=True)
class OrderView:
    """A seller order with its lines. `address` is None for whom it does not concern (yet)."""

    order: SellerOrder
    group: OrderGroup
    lines: tuple[OrderLine, ...]
    shipment: Shipment | None
    address: Address | None


@dataclass(frozen=True, slots=True)
class GroupView:
    """A purchase with its seller orders."""

    group: OrderGroup
    orders: tuple[OrderView, ...]
    address: Address

    @property
    def state(self) -> GroupState:
        """Derived from the seller orders."""
        return group_state([view.order.state for view in self.orders])


@dataclass(frozen=True, slots=True)
class ClaimView:
    """A claim with its photos."""

    claim: Claim
    photos: tuple[ClaimPhoto, ...]


@dataclass(frozen=True, slots=True)
class Sales:
    """What a seller has sold: placed and not called off. Ordered amounts until it is packed, then the packed ones."""

    grams: int
    gross: Money
    orders: int
    last_at: datetime | None
