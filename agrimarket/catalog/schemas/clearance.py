"""Clearance lists on the wire."""

from datetime import date
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from agrimarket.catalog.types.clearance import Change, ClearanceLine, ClearanceSheet
from agrimarket.drive import drive
from agrimarket.kernel.paging import CURSOR, MAX_CURSOR
from agrimarket.kernel.resources import ListingId
from agrimarket.kernel.wire import (
    Count,
    In,
    Instant,
    LongText,
    MoneyOut,
    Out,
    RegionCode,
    Several,
    WeightOut,
)

Edition = Annotated[int, Field(ge=1, le=10_000, examples=[1])]


class CorrectionIn(In):
    """A correction of today's list: why there is one, which everybody reads."""

    why: Annotated[LongText, StringConstraints(max_length=500), Field(examples=["A weight was wrong."])] | None = None


class ClearanceSheetOut(Out):
    """The list of a day, in its last edition. A list never changes: what was wrong is put right in another edition."""

    day: date
    edition: Edition
    why: Annotated[str | None, Field(max_length=500, description="Why there is another edition.")]
    lines: Count
    weight: Annotated[WeightOut, Field(description="Of all lines together.")]
    made_at: Instant

    @classmethod
    def of(cls, sheet: ClearanceSheet) -> "ClearanceSheetOut":
        """The list, for the wire."""
        return cls.model_validate(_facts(sheet))


class OfferedOut(Out):
    """The place where the stock lies, to the county."""

    region_code: RegionCode
    name: Annotated[str, Field(max_length=200, examples=["辽宁省丹东市东港市"])]


class ClearanceLineOut(Out):
    """Stock that a county vouches for and that spoils soon. It is bought by its listing, or by a call to the drive."""

    number: Annotated[str, Field(max_length=20, examples=["A100030-6"])]
    product: Annotated[str, Field(max_length=200, examples=["草莓"])]
    product_code: Annotated[str | None, Field(max_length=60, examples=["strawberry"])]
    grade: Annotated[str | None, Field(max_length=60)]
    origin: OfferedOut
    weight: WeightOut
    spoils_at: Instant
    price_per_kg: MoneyOut | None
    pack: WeightOut | None
    listing_id: ListingId | None
    telephone: Annotated[str | None, Field(max_length=40, description="Where there is no listing: the drive's.")]
    verified_by: Annotated[str, Field(max_length=60, examples=["東港市農業農村局"])]
    verified_on: date


class ClearanceChangesOut(Out):
    """Numbers of what this edition says otherwise than the one before; at most two hundred are told."""

    came: Annotated[list[Annotated[str, Field(max_length=20)]], Several]
    went: Annotated[list[Annotated[str, Field(max_length=20)]], Several]
    changed: Annotated[list[Annotated[str, Field(max_length=20)]], Several]


class ClearanceOut(ClearanceSheetOut):
    """A page of the list of a day: `items`, and `next` as in other lists."""

    changes: ClearanceChangesOut
    items: Annotated[list[ClearanceLineOut], Several]
    next: Annotated[str | None, Field(max_length=MAX_CURSOR, pattern=CURSOR)]


def wire(
    sheet: ClearanceSheet, changes: dict[Change, list[str]], lines: list[ClearanceLine], following: str | None
) -> dict[str, Any]:
    """The JSON object of a `ClearanceOut`."""
    return {
        **ClearanceSheetOut.of(sheet).model_dump(mode="json"),
        "changes": {change.value: changes.get(change, []) for change in Change},
        "items": [_line(line) for line in lines],
        "next": following,
    }


def _facts(sheet: ClearanceSheet) -> dict[str, Any]:
    return {
        "day": sheet.day,
        "edition": sheet.edition,
        "why": sheet.why,
        "lines": sheet.rows,
        "weight": {"grams": sheet.grams},
        "made_at": sheet.made_at,
    }


def _line(line: ClearanceLine) -> dict[str, Any]:
    price = line.price_per_kg
    out = ClearanceLineOut(
        number=line.number,
        product=line.product,
        product_code=line.product_code,
        grade=line.grade,
        origin=OfferedOut(region_code=line.region_code, name=line.origin_name),
        weight=WeightOut(grams=line.grams),
        spoils_at=line.spoils_at,
        price_per_kg=None if price is None else MoneyOut.of(price),
        pack=None if line.pack_grams is None else WeightOut(grams=line.pack_grams),
        listing_id=line.listing_id,
        telephone=None if line.listing_id else drive().contact.telephone,
        verified_by=line.office,
        verified_on=line.given_on,
    )
    return out.model_dump(mode="json")
