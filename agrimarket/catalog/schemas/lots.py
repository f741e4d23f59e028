"""Harvest lots on the wire."""

from datetime import date
from typing import Annotated

from pydantic import Field

from agrimarket.catalog.states import Grade, ListingState, Storage
from agrimarket.catalog.types.lots import LotView, NewLot
from agrimarket.kernel.resources import ListingId, LotId, ProductId
from agrimarket.kernel.wire import Day, In, Instant, LongText, Out, RegionCode, Several, WeightIn, WeightOut


class LotIn(In):
    """A harvest. Without `perish_by` the produce's usual keeping time counts.

    With a day ahead it is expected: a share of it can be ordered before it is in.
    """

    product_id: ProductId
    region_code: Annotated[RegionCode, Field(examples=["210681"])]
    harvested_on: Annotated[Day, Field(examples=["2020-02-17"])]
    quantity: Annotated[WeightIn, Field(examples=[{"grams": 500000}, "1000斤"])]
    perish_by: Instant | None = None
    share_percent: Annotated[int, Field(strict=True, ge=1, le=100, examples=[60])] | None = None
    grade: Annotated[Grade | None, Field(description="How it was sorted.")] = None
    storage: Annotated[Storage | None, Field(description="How it is kept; by default as such produce usually is.")] = (
        None
    )

    def lot(self) -> NewLot:
        """The harvest, for the service."""
        share = self.share_percent and self.share_percent * 100
        return NewLot(
            self.product_id,
            self.region_code,
            self.harvested_on,
            self.quantity.grams,
            self.perish_by,
            share,
            self.grade,
            self.storage,
        )


class LotChange(In):
    """The harvest's real quantity."""

    quantity: Annotated[WeightIn, Field(examples=["900斤"])]


class HarvestIn(In):
    """What came in of an expected harvest, today unless a day is given; `null` where nothing did."""

    quantity: Annotated[WeightIn | None, Field(examples=["450斤"])]
    harvested_on: Annotated[Day, Field(examples=["2020-02-17"])] | None = None

    def grams(self) -> int:
        """What came in, for the service."""
        return self.quantity.grams if self.quantity else 0


class RecallIn(In):
    """The reason why a lot is taken back."""

    reason: Annotated[LongText, Field(examples=["Pesticide residue found in the county's test."])]


class LotListing(Out):
    """A listing of a lot, in brief."""

    id: ListingId
    title: Annotated[str, Field(max_length=200)]
    state: ListingState


class LotOut(Out):
    """A seller's own lot. `reserved` is held for orders being paid, `committed` is sold.

    While it is `expected`, `share_percent` of its quantity can be sold. `came_in` is what came in, while that is less
    than was ordered and its orders are being scaled down to it.
    """

    id: LotId
    product_id: ProductId
    product_code: str
    region_code: RegionCode
    origin_name: str
    harvested_on: date
    perish_by: Instant
    quantity: WeightOut
    reserved: WeightOut
    committed: WeightOut
    recalled_at: Instant | None
    expected: bool
    share_percent: Annotated[int | None, Field(ge=1, le=100, examples=[80])]
    free: Annotated[WeightOut, Field(description="What can still be sold now.")]
    came_in: WeightOut | None
    grade: Grade | None
    storage: Storage
    listings: Annotated[list[LotListing], Several]

    @classmethod
    def of(cls, lot: LotView) -> "LotOut":
        """The lot as the service sees it, for the wire."""
        return cls(
            id=lot.id,
            product_id=lot.product_id,
            product_code=lot.product_code,
            region_code=lot.region_code,
            origin_name=lot.origin_name,
            harvested_on=lot.harvested_on,
            perish_by=lot.perish_by,
            quantity=WeightOut(grams=lot.quantity),
            reserved=WeightOut(grams=lot.reserved),
            committed=WeightOut(grams=lot.committed),
            recalled_at=lot.recalled_at,
            expected=lot.expected,
            share_percent=None if lot.expected_share is None else lot.expected_share // 100,
            free=WeightOut(grams=lot.free),
            came_in=None if lot.came_in is None else WeightOut(grams=lot.came_in),
            grade=lot.grade,
            storage=lot.storage,
            listings=[LotListing(id=id_, title=title, state=state) for id_, title, state in lot.listings],
        )
