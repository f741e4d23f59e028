"""Clearance lists, and what stands on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from agrimarket.kernel.ids import short_number
from agrimarket.kernel.money import Money
from agrimarket.kernel.paging import Paging


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
    region_code: str
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
