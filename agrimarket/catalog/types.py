"""Values that `catalog`'s services take and return."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple
from uuid import UUID

from agrimarket.accounts.types import SellerInfo
from agrimarket.catalog.states import Category, Certification, Grade, ListingState, PricedBy, ProposalState, Storage
from agrimarket.kernel.ids import decode, short_number
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


PHOTO_SIZES: Final = (320, 800, 1600)
"""Pixels of the longest side of the three pictures that are made of a photo; none is larger than what was sent."""
MAX_PHOTOS: Final = 6
"""Photos of a listing at most."""


class Picture(NamedTuple):
    """A photo of a listing; `width` and `height` in the largest of its sizes, `alt` in its seller's words or empty."""

    id: UUID
    width: int
    height: int
    alt: str

    @property
    def reference(self) -> str:
        """Its id on the wire."""
        return reference("listing_photo", self.id)

    def path(self, size: int) -> str:
        """Address of it in one of `PHOTO_SIZES`; what is there never changes."""
        return f"/photos/{self.reference}/{size}.webp"

    def sources(self) -> list[tuple[str, int]]:
        """Addresses of its different pictures with their widths, from the smallest on."""
        longest = max(self.width, self.height)
        different = 1 + sum(size < longest for size in PHOTO_SIZES[:-1])
        return [
            (self.path(size), max(1, round(self.width * min(1, size / longest)))) for size in PHOTO_SIZES[:different]
        ]


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
class StoredPhoto:
    """A photo that is in storage under `key`; `sha256` is its largest picture's, `width` and `height` too."""

    key: str
    sha256: str
    width: int
    height: int
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Placed:
    """A photo's place among a listing's, by the order of a list; `alt` None leaves its words as they are."""

    id: UUID
    alt: str | None = None


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
    expected_share: int | None = None
    """Basis points of `quantity` that can be sold before the harvest is in; None once it is (or if it always was)."""
    came_in: int | None = None
    """What came in, while orders are scaled down to it; None otherwise."""
    sellable: int = 0
    """Grams that may be held and sold in all."""
    grade: Grade | None = None
    storage: Storage = Storage.AMBIENT

    @property
    def expected(self) -> bool:
        """Whether its harvest is not in yet."""
        return self.expected_share is not None

    @property
    def free(self) -> int:
        """Grams that can still be sold now."""
        return max(0, self.sellable - self.reserved - self.committed)


class OwnListing(NamedTuple):
    """A listing among its seller's lots; `price` is a pack's now."""

    id: UUID
    title: str
    state: ListingState
    price: Money
    pack_grams: int
    in_review: bool
    """Whether an operator has to look at it; it may wait for its seller's account instead."""
    declined: bool


@dataclass(frozen=True, slots=True)
class OwnLot:
    """A lot in its seller's list, in grams, with its listings; `names` are the product's, by language."""

    id: UUID
    names: dict[str, str]
    harvested_on: date
    perish_by: datetime
    seconds_left: float
    keeps_days: int
    quantity: int
    reserved: int
    committed: int
    free: int
    expected: bool
    recalled: bool
    listings: list[OwnListing]


@dataclass(frozen=True, slots=True)
class AtHand:
    """What a seller has at hand: listings on sale, the lot that they began to put on sale, and the oldest listing of
    each kind that waits (id, title)."""

    on_sale: int
    begun: tuple[UUID, str] | None
    in_review: tuple[UUID, str] | None
    declined: tuple[UUID, str] | None


class Proceeds(NamedTuple):
    """What packs bring in: what buyers pay, what the drive keeps, what arrives."""

    paid: Money
    kept: Money
    arrives: Money


@dataclass(frozen=True, slots=True)
class UsualPrice:
    """What a kilogram of some produce costs on the market now: the middle price of `count` other listings."""

    count: int
    per_kg: Money | None


@dataclass(frozen=True, slots=True)
class UnderReview:
    """A listing that an operator looks at, with its seller and what that seller may sell already, in their words."""

    listing: ListingView
    seller: SellerInfo
    approved: list[str]
    usual: UsualPrice


class Sort(StrEnum):
    """The orders in which the market can be listed. `match`: produce that is named so first, then the newest."""

    NEWEST = "newest"
    PERISHING = "perishing"
    CHEAPEST = "cheapest"
    MATCH = "match"

    def key(self, listing: ListingView) -> str:
        """The sort key of a row, as cursors carry it."""
        match self:
            case Sort.NEWEST | Sort.MATCH:
                return "" if listing.published_at is None else listing.published_at.isoformat()
            case Sort.PERISHING:
                return listing.perish_by.isoformat()
            case Sort.CHEAPEST:
                return str(listing.stored_per_kg)

    def checked(self, key: str) -> str:
        """`key`, if `key()` of this order can have made it; `ValueError` otherwise."""
        if self is Sort.CHEAPEST:
            if not 0 <= int(key) < 2**63:
                raise ValueError(key)
            return key
        return moment(key).isoformat()


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

    `read_as`: nothing on sale has the words as they were typed, so these have those words, which are nearly the same.
    """

    listings: list[ListingView]
    next: str | None
    read_as: str = ""


@dataclass(frozen=True, slots=True)
class Facet:
    """How many hits a choice has: `value` is what the search takes for it, `names` by language where it has any."""

    value: str
    count: int
    names: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Facets:
    """Counts among the hits of a search; categories, produce and provinces with the more frequent first.

    `more`: there are more than `COUNTED` hits; the counts are of `COUNTED` of them, so each is the least that there
    are. `read_as` as in `Found`. `provinces` by two-digit code; `prices` by the end of the band in minor units a
    kilogram, "" for the last; `spoils` by days from now, each with those of the days before.
    """

    total: int
    more: bool
    categories: list[Facet]
    products: list[Facet]
    provinces: list[Facet]
    prices: list[Facet]
    spoils: list[Facet]
    read_as: str = ""


@dataclass(frozen=True, slots=True)
class NewLot:
    """A harvest to be recorded; `quantity` in grams.

    One whose day lies ahead is expected. Of that at most `share` (basis points; None: the drive's) is sold beforehand.
    """

    product_id: UUID
    region_code: str
    harvested_on: date
    quantity: int
    perish_by: datetime | None = None
    share: int | None = None
    grade: Grade | None = None
    storage: Storage | None = None
    """None: as such produce is usually kept."""


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


@dataclass(frozen=True, slots=True)
class Proposed:
    """An edit that a coach proposes: `changes` and `before` hold the same fields, money in minor units."""

    id: UUID
    listing_id: UUID
    changes: Mapping[str, Any]
    before: Mapping[str, Any]
    note: str
    state: ProposalState
    created_at: datetime
    coach: str
    title: str


@dataclass(frozen=True, slots=True)
class KindOfProduce:
    """A kind of produce, for whoever reads its name in a file; `keeps_days` is how long it usually sells."""

    id: UUID
    code: str
    keeps_days: int


@dataclass(frozen=True, slots=True)
class Stocked:
    """A seller's listing with its lot, as a row of a file tells it: values by column, in `stocklists` words."""

    listing_id: UUID
    lot_id: UUID
    state: ListingState
    version: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class VerifiedStock:
    """Stock of an appeal as its event tells it; `open` while a county vouches for it and it is still there."""

    appeal_id: UUID
    turn: int
    open: bool
    number: str
    product: str
    region_code: str
    grams: int
    spoils_at: datetime
    price_per_kg: int | None
    office: str
    given_on: date


@dataclass(frozen=True, slots=True)
class LotToVerify:
    """A lot on sale that spoils soon, with the newest opinion about it, if there is one."""

    lot_id: UUID
    listing_id: UUID
    title: str
    origin_name: str
    grams: int
    perish_by: datetime
    verified: bool | None
    office: str | None
    words: str | None
    given_on: date | None


@dataclass(frozen=True, slots=True)
class ClearanceSheet:
    """The clearance list of a day in one edition, without its lines."""

    id: UUID
    day: date
    edition: int
    why: str | None
    rows: int
    grams: int
    made_at: datetime


@dataclass(frozen=True, slots=True)
class ClearanceLine:
    """A line of a clearance list; weights in grams. `names` are those of the kind of produce, if there is one."""

    position: int
    stock_id: UUID
    appeal_number: str | None
    listing_id: UUID | None
    product: str
    product_code: str | None
    names: dict[str, str]
    grade: str | None
    region_code: str
    origin_name: str
    grams: int
    spoils_at: datetime
    price_per_kg: Money | None
    pack_grams: int | None
    office: str
    given_on: date

    @property
    def number(self) -> str:
        """What people call it by: the appeal's number, or the end of the lot's id."""
        return self.appeal_number or short_number(self.stock_id)

    def called(self, language: str) -> str:
        """Name of the produce in that language, or as the county wrote it."""
        return self.names.get(language, self.product)


class Change(StrEnum):
    """What a later edition says otherwise than the one before."""

    CAME = "came"
    WENT = "went"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class ClearanceFilter:
    """Lines that are wanted: of a region (its code's beginning) and of a kind of produce (its code), "" for any."""

    region: str = ""
    product: str = ""


def _position(keys: Sequence[str]) -> int:
    (position,) = keys
    if not 0 <= int(position) < 2**31:
        raise ValueError(position)
    return int(position)


def _day(keys: Sequence[str]) -> date:
    (day,) = keys
    return date.fromisoformat(day)


BY_POSITION: Final[Paging[ClearanceLine, int]] = Paging("clearance", lambda line: [str(line.position)], _position)
"""Paging of the lines of a clearance list."""
BY_DAY: Final[Paging[ClearanceSheet, date]] = Paging("clearance.days", lambda sheet: [str(sheet.day)], _day)
"""Paging of clearance lists, the newest day first."""
