"""Values that `catalog`'s services take and return."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

from agrimarket.catalog.states import Category, Certification, ListingState, PricedBy
from agrimarket.kernel.money import Money
from agrimarket.regions.types.serviceability import Mode

SENT_BY_TRUCK: Final = (Mode.TRUCK, Mode.CONTACTLESS_POINT)
"""Modes of a listing that says nothing else: whoever can send to the door can send to the edge of the community."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A listing as checkout sees it. `price` is a pack's (its ceiling where `priced_by` is weight)."""

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
    certifications: list[str]
    """What the seller says that it is certified as."""


@dataclass(frozen=True, slots=True)
class LotView:
    """A seller's lot, in grams, and the listings made of it: (id, title, state)."""

    id: UUID
    product_id: UUID
    product_code: str
    region_code: str
    origin_name: str
    harvested_on: date
    perish_by: datetime
    quantity: int
    reserved: int
    committed: int
    recalled_at: datetime | None
    listings: list[tuple[UUID, str, ListingState]]


class Sort(StrEnum):
    """The orders in which the market can be listed. `match`: produce that is named so first, then the newest."""

    NEWEST = "newest"
    PERISHING = "perishing"
    CHEAPEST = "cheapest"
    MATCH = "match"


SPOILS_WITHIN: Final = (1, 2, 3, 7)
"""Days from now for which facets count what spoils."""
PRICE_BANDS: Final = (500, 1_000, 2_000, 5_000)
"""Minor units a kilogram at which the bands of price end; the last band has no end."""
COUNTED: Final = 1_000
"""Hits that facets count; of more they say that there are more."""


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for on the market. Every part that is given must hold; those that are empty ask for nothing.

    `product` is a product's code. `region` is where it grew: a GB/T 2260 code, zeros at its end mean all of it. `to`
    is the code of a place that it must be able to reach now. `max_price_per_kg` in minor units; `spoils_before` is a
    day in China. A listing has all of `certifications` and at least one of `modes`.
    """

    product: str = ""
    region: str = ""
    q: str = ""
    sort: Sort = Sort.NEWEST
    category: Category | None = None
    to: str = ""
    spoils_before: date | None = None
    max_price_per_kg: int | None = None
    certifications: tuple[Certification, ...] = ()
    modes: tuple[Mode, ...] = ()
    expected: bool | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A page of a search. `next` is the cursor of the following one, None at the end.

    `nearly`: nothing on sale has the words as they were typed, so these have words that are nearly the same.
    """

    listings: list[ListingView]
    next: str | None
    nearly: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    """How many hits a choice has: `value` is what the search takes for it, `names` by language where it has any."""

    value: str
    count: int
    names: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Facets:
    """Counts among the hits of a search; of those of a choice, the more frequent first.

    `more`: there are more than `COUNTED` hits, and all counts are of the first `COUNTED` in the order of the search.
    `provinces` by two-digit code; `prices` by the end of the band in minor units a kilogram, "" for the last;
    `spoils` by days from now, each with those of the days before.
    """

    total: int
    more: bool
    categories: list[Facet]
    products: list[Facet]
    provinces: list[Facet]
    prices: list[Facet]
    spoils: list[Facet]
    nearly: bool = False


@dataclass(frozen=True, slots=True)
class NewLot:
    """A harvest to be recorded; `quantity` in grams."""

    product_id: UUID
    region_code: str
    harvested_on: date
    quantity: int
    perish_by: datetime | None = None


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
    certifications: tuple[Certification, ...] = ()
