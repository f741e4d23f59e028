"""Listings on the wire."""

from datetime import date
from typing import Annotated, Any

from pydantic import Field

from agrimarket.catalog.rules import MAX_MARKDOWN_DAYS
from agrimarket.catalog.schemas import photos
from agrimarket.catalog.schemas.photos import Photos
from agrimarket.catalog.states import Certification, Grade, ListingState, PricedBy, Storage
from agrimarket.catalog.types.listings import SENT_BY_TRUCK, ListingView, Markdown, NewListing
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

Certifications = Annotated[
    list[Certification],
    Field(max_length=len(Certification), description="What the produce is certified as.", examples=[["green_food"]]),
]
Packs = Annotated[int, Field(strict=True, ge=1, le=1_000_000, examples=[1])]


class MarkdownIn(In):
    """A price that falls over the last days, in equal steps, at midnight in China; `floor` is that of the last day.

    `from_days` says on how many of the last days it is below the full price, the last one included.
    """

    floor: Annotated[MoneyIn, Field(description="What a pack costs on the last day; never less.")]
    from_days: Annotated[int, Field(strict=True, ge=1, le=MAX_MARKDOWN_DAYS, examples=[3])]

    def markdown(self) -> Markdown:
        """The rule, for the service."""
        return Markdown(self.floor.money().amount, self.from_days)


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
    certifications: Certifications = []
    markdown: MarkdownIn | None = None

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
            certifications=tuple(self.certifications),
            markdown=self.markdown and self.markdown.markdown(),
        )


class ListingChange(In):
    """A change of a listing; fields that are left out stay. `max_packs: null` and `markdown: null` end what was."""

    title: Text | None = None
    description: LongText | None = None
    pack: WeightIn | None = None
    price: MoneyIn | None = None
    priced_by: PricedBy | None = None
    min_packs: Packs | None = None
    max_packs: Packs | None = None
    modes: Annotated[list[Mode] | None, Field(min_length=1, max_length=len(Mode))] = None
    certifications: Certifications | None = None
    markdown: MarkdownIn | None = None

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
            "certifications": self.certifications,
        }
        changes = {name: value for name, value in given.items() if value is not None}
        lifted = {"max_packs": self.max_packs, "markdown": self.markdown and self.markdown.markdown()}
        return changes | {name: value for name, value in lifted.items() if name in self.model_fields_set}


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


class MarkdownOut(Out):
    """A price that falls over the last `from_days` days to `floor`."""

    floor: MoneyOut
    from_days: Annotated[Count, Field(examples=[3])]


class ListingReviewOut(Out):
    """Of produce that its seller was not approved for: since when an operator has to look at it, or why one said no."""

    since: Instant | None
    reason: Annotated[str, Field(max_length=4_000)]


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
    certifications: Certifications
    origin_closed: Annotated[
        OriginClosedOut | None,
        Field(description="Nothing leaves the place now: it cannot be bought, until the place opens again."),
    ]
    grade: Annotated[Grade | None, Field(description="How it was sorted.")]
    storage: Annotated[Storage, Field(description="How it is kept.")]
    review: ListingReviewOut | None
    state: ListingState
    published_at: Instant | None
    version: Count
    full_price: Annotated[MoneyOut, Field(description="Without the markdown; `price` is what a pack costs now.")]
    markdown: MarkdownOut | None
    price_changes_at: Annotated[Instant | None, Field(description="When `price` falls next by itself.")]
    expected: Annotated[bool, Field(description="The harvest is not in; `harvested_on` is when it is expected.")]
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
        "certifications": listing.certifications,
        "origin_closed": listing.closed_since and {"since": listing.closed_since, "bulletin_number": listing.closed_by},
        "grade": listing.grade,
        "storage": listing.storage,
        "review": {"since": listing.review_since, "reason": listing.review_reason}
        if listing.review_since or listing.review_reason
        else None,
        "state": listing.state,
        "published_at": listing.published_at,
        "version": listing.version,
        "full_price": {"amount": listing.full_price.amount, "currency": currency},
        "markdown": listing.markdown
        and {"floor": {"amount": listing.markdown.floor, "currency": currency}, "from_days": listing.markdown.days},
        "price_changes_at": listing.price_changes_at,
        "expected": listing.expected,
        "photos": [photos.wire(photo) for photo in listing.photos],
    }
