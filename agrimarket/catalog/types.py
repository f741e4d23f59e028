"""Values that `catalog`'s services take and return."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

from agrimarket.catalog.states import ListingState, PricedBy
from agrimarket.kernel.ids import decode, short_number
from agrimarket.kernel.money import Money
from agrimarket.kernel.paging import Paging, moment
from agrimarket.kernel.resources import reference
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
    """The orders in which the market can be listed."""

    NEWEST = "newest"
    PERISHING = "perishing"
    CHEAPEST = "cheapest"

    def key(self, listing: ListingView) -> str:
        """The sort key of a row, as cursors carry it."""
        match self:
            case Sort.NEWEST:
                return "" if listing.published_at is None else listing.published_at.isoformat()
            case Sort.PERISHING:
                return listing.perish_by.isoformat()
            case Sort.CHEAPEST:
                return str(listing.price_per_kg.amount)

    def checked(self, key: str) -> str:
        """`key`, if `key()` of this order can have made it; `ValueError` otherwise."""
        if self is Sort.CHEAPEST:
            if not 0 <= int(key) < 2**63:
                raise ValueError(key)
            return key
        return moment(key).isoformat()


def in_order(sort: Sort) -> Paging[ListingView, tuple[str, UUID]]:
    """Paging of listings in that order; a cursor of one order is refused in another."""

    def read(keys: Sequence[str]) -> tuple[str, UUID]:
        key, listing_id = keys
        return sort.checked(key), decode("lst", listing_id)

    return Paging(f"listings.{sort}", lambda row: [sort.key(row), reference("listing", row.id)], read)


@dataclass(frozen=True, slots=True)
class Search:
    """A search of the market. `after` is the sort key and id of the last row before, `product` a product's code.

    `region` is a GB/T 2260 code; zeros at its end mean all of it.
    """

    product: str = ""
    region: str = ""
    q: str = ""
    sort: Sort = Sort.NEWEST
    after: tuple[str, UUID] | None = None
    limit: int = 20


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
