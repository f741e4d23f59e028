"""Listings on the wire."""

from datetime import date
from typing import Annotated, Any

from pydantic import Field

from agrimarket.catalog.schemas import photos
from agrimarket.catalog.schemas.photos import Photos
from agrimarket.catalog.states import ListingState, PricedBy
from agrimarket.catalog.types import SENT_BY_TRUCK, ListingView, NewListing
from agrimarket.drive import drive
from agrimarket.kernel.resources import ListingId, LotId, ProductId, SellerId, reference
from agrimarket.kernel.wire import (
    Count,
    In,
    Instant,
    LongText,
    MoneyIn,
    MoneyOut,
    Out,
    RegionCode,
    Text,
    WeightIn,
    WeightOut,
)
from agrimarket.regions.types.serviceability import Mode

Packs = Annotated[int, Field(strict=True, ge=1, le=1_000_000, examples=[1])]


class ListingIn(In):
    """An offer of packs from a lot. With `priced_by` weight the price is a ceiling; the weight packed is charged."""

    lot_id: LotId
    title: Annotated[Text, Field(examples=["東港草莓 5 斤裝"])]
    description: Annotated[LongText, Field(examples=["Picked each morning."])] | None = None
    pack: Annotated[WeightIn, Field(examples=[{"grams": 2500}, "5斤"])]
    price: Annotated[MoneyIn, Field(description="What a pack costs.")]
    priced_by: PricedBy = PricedBy.PACK
    min_packs: Packs = 1
    max_packs: Packs | None = None
    modes: Annotated[list[Mode], Field(min_length=1, max_length=len(Mode), description="How the seller delivers.")] = (
        list(SENT_BY_TRUCK)
    )

    def listing(self) -> NewListing:
        """The offer, for the service."""
        return NewListing(
            lot_id=self.lot_id,
            title=self.title,
            pack_grams=self.pack.grams,
            price=self.price.money(),
            description=self.description or "",
            priced_by=self.priced_by,
            min_packs=self.min_packs,
            max_packs=self.max_packs,
            modes=tuple(self.modes),
        )


class ListingChange(In):
    """A change of a listing; fields that are left out stay. `max_packs: null` lifts the maximum."""

    title: Text | None = None
    description: LongText | None = None
    pack: WeightIn | None = None
    price: MoneyIn | None = None
    priced_by: PricedBy | None = None
    min_packs: Packs | None = None
    max_packs: Packs | None = None
    modes: Annotated[list[Mode] | None, Field(min_length=1, max_length=len(Mode))] = None

    def changes(self) -> dict[str, object]:
        """The fields that were given, with their new values, for the service."""
        given: dict[str, object] = {
            "title": self.title,
            "description": ""
            if "description" in self.model_fields_set and self.description is None
            else self.description,
            "pack_grams": self.pack and self.pack.grams,
            "price": self.price and self.price.money(),
            "priced_by": self.priced_by,
            "min_packs": self.min_packs,
            "modes": self.modes,
        }
        changes = {name: value for name, value in given.items() if value is not None}
        return changes | ({"max_packs": self.max_packs} if "max_packs" in self.model_fields_set else {})


class ProductRef(Out):
    """The produce of a listing."""

    id: ProductId
    code: Annotated[str, Field(examples=["strawberry"])]
    names: dict[str, str]


class OriginOut(Out):
    """The place where the produce grew."""

    region_code: Annotated[RegionCode, Field(examples=["210681"])]
    name: Annotated[str, Field(examples=["辽宁省丹东市东港市"])]


class OriginClosedOut(Out):
    """Since when nothing leaves the place of a listing, and the notice that says so."""

    since: Instant
    bulletin_number: Annotated[str, Field(max_length=20, examples=["2022120208"])]


class ListingOut(Out):
    """An offer. `available_packs` may be up to a second old; only a reservation decides."""

    id: ListingId
    seller_id: SellerId
    lot_id: LotId
    product: ProductRef
    title: Annotated[str, Field(max_length=200, examples=["東港草莓 5 斤裝"])]
    description: Annotated[str, Field(max_length=4_000)]
    origin: OriginOut
    harvested_on: date
    perish_by: Instant
    pack: WeightOut
    price: MoneyOut
    price_per_kg: MoneyOut
    priced_by: PricedBy
    min_packs: Count
    max_packs: Count | None
    available_packs: Count
    commission_bps: Annotated[
        int, Field(ge=0, le=10_000, description="The drive's share of an order placed now, in hundredths of a percent.")
    ]
    modes: Annotated[list[Mode], Field(max_length=len(Mode), description="How the seller delivers.")]
    origin_closed: Annotated[
        OriginClosedOut | None,
        Field(description="Nothing leaves the place now: it cannot be bought, until the place opens again."),
    ]
    state: ListingState
    published_at: Instant | None
    version: Count
    photos: Photos

    @classmethod
    def of(cls, listing: ListingView) -> "ListingOut":
        """The listing as the service sees it, for the wire."""
        return cls.model_validate(wire(listing))


def wire(listing: ListingView) -> dict[str, Any]:
    """The JSON object of a `ListingOut`. A list is made of these, as twenty models cost more than their query."""
    currency = listing.price.currency
    return {
        "id": reference("listing", listing.id),
        "seller_id": reference("seller", listing.seller_id),
        "lot_id": reference("lot", listing.lot_id),
        "product": {
            "id": reference("product", listing.product_id),
            "code": listing.product_code,
            "names": listing.names,
        },
        "title": listing.title,
        "description": listing.description,
        "origin": {"region_code": listing.region_code, "name": listing.origin_name},
        "harvested_on": listing.harvested_on,
        "perish_by": listing.perish_by,
        "pack": {"grams": listing.pack_grams},
        "price": {"amount": listing.price.amount, "currency": currency},
        "price_per_kg": {"amount": listing.price_per_kg.amount, "currency": currency},
        "priced_by": listing.priced_by,
        "min_packs": listing.min_packs,
        "max_packs": listing.max_packs,
        "available_packs": listing.available_packs,
        "commission_bps": drive().fees.commission_bps,
        "modes": listing.modes,
        "origin_closed": listing.closed_since and {"since": listing.closed_since, "bulletin_number": listing.closed_by},
        "state": listing.state,
        "published_at": listing.published_at,
        "version": listing.version,
        "photos": [photos.wire(photo) for photo in listing.photos],
    }
