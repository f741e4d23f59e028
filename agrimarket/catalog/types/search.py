"""Searches of the market, and what they find."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from agrimarket.catalog.states import Category, Certification
from agrimarket.catalog.types.listings import ListingView
from agrimarket.kernel.paging import moment
from agrimarket.regions.types.serviceability import Mode


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
    """How many hits a choice has: `value` is what the search takes; `names`, of produce and provinces, by language."""

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
