"""Listings as services take and give them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from agrimarket.catalog.states import Certification, Grade, ListingState, PricedBy, Storage
from agrimarket.catalog.types.photos import Picture
from agrimarket.kernel.ids import decode
from agrimarket.kernel.money import Money
from agrimarket.kernel.paging import Paging, moment
from agrimarket.kernel.resources import PREFIXES, reference
from agrimarket.regions.types.serviceability import Mode

SENT_BY_TRUCK: Final = (Mode.TRUCK, Mode.CONTACTLESS_POINT)
"""Modes of a listing that says nothing else: whoever can send to the door can send to the edge of the community."""


class Markdown(NamedTuple):
    """How a price falls: on the last `days` days of the produce, down to `floor` (minor units) on the last of them."""

    floor: int
    days: int


@dataclass(frozen=True, slots=True)
class Offer:
    """A listing as checkout sees it. `price` is a pack's now (its ceiling where `priced_by` is weight)."""

    listing_id: UUID
    seller_id: UUID
    lot_id: UUID
    product_id: UUID
    title: str
    origin_region: str
    pack_grams: int
    price: Money
    priced_by: PricedBy
    perish_by: datetime
    available_packs: int
    min_packs: int
    max_packs: int | None
    published: bool
    """Whether it is on sale now: published, and its lot neither perished nor recalled."""
    sold_out: bool
    """Whether it ended because its lot was sold."""
    modes: tuple[Mode, ...] = SENT_BY_TRUCK
    """Modes in which its seller delivers."""
    full_price: Money | None = None
    """A pack's price without its markdown; None if that is `price` (no markdown)."""
    markdown: Markdown | None = None
    expected_on: date | None = None
    """The day on which its harvest is expected; None once that is in."""


class ListingView(NamedTuple):
    """A listing with what its page shows. Weights in grams; `names` are the product's, by language.

    A tuple, since a list makes twenty of them and a frozen dataclass takes five times as long.
    """

    id: UUID
    seller_id: UUID
    lot_id: UUID
    product_id: UUID
    product_code: str
    names: dict[str, str]
    title: str
    description: str
    region_code: str
    origin_name: str
    harvested_on: date
    perish_by: datetime
    keeps_days: int
    """Days for which the produce usually keeps after harvest."""
    seconds_left: float
    """Seconds from now, by the database's clock, to the perish-by; negative afterwards."""
    pack_grams: int
    price: Money
    price_per_kg: Money
    priced_by: PricedBy
    min_packs: int
    max_packs: int | None
    available_packs: int
    state: ListingState
    version: int
    published_at: datetime | None
    modes: list[str]
    """Modes in which its seller delivers."""
    closed_since: datetime | None
    """Since when nothing leaves its place; `closed_by` is the number of the notice that says so."""
    closed_by: str | None
    full_price: Money
    """A pack's price without its markdown; `price` and `price_per_kg` are those of now."""
    markdown: Markdown | None
    """How the price falls over the last days; None if it does not."""
    price_changes_at: datetime | None
    """When the price of now changes next by itself: a midnight in China."""
    expected: bool
    """Whether the harvest is not in yet: `harvested_on` is the day on which it is expected."""
    stored_per_kg: int
    """The column by which the market is sorted (`Listing.price_per_kg`), for cursors; prices are not shown from it."""
    grade: Grade | None
    """How it was sorted; None if nobody said."""
    storage: Storage
    review_since: datetime | None
    """Since when an operator has to look at it; `review_reason` is why one declined it, "" if none did."""
    review_reason: str
    photos: list[Picture]
    """Its photos in their order."""
    certifications: list[str]
    """What its seller says that it is certified as."""


@dataclass(frozen=True, slots=True)
class NewListing:
    """A listing to be drafted."""

    lot_id: UUID
    title: str
    pack_grams: int
    price: Money
    description: str = ""
    priced_by: PricedBy = PricedBy.PACK
    min_packs: int = 1
    max_packs: int | None = None
    modes: tuple[Mode, ...] = SENT_BY_TRUCK
    markdown: Markdown | None = None
    certifications: tuple[Certification, ...] = ()
    sku: str | None = None
    """The seller's own reference, which no other of their listings has."""


def by_days_left(name: str, kind: str) -> Paging[Any, tuple[datetime, UUID]]:
    """Paging of a list sorted by perish-by; `kind` is that of its rows' ids."""

    def read(keys: Sequence[str]) -> tuple[datetime, UUID]:
        by, row_id = keys
        return moment(by), decode(PREFIXES[kind], row_id)

    return Paging(name, lambda row: [row.perish_by.isoformat(), reference(kind, row.id)], read)
