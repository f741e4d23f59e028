"""A seller's own stock, as their pages show it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from agrimarket.catalog.states import ListingState
from agrimarket.kernel.money import Money


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
