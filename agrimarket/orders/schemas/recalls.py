"""Recalls and drills over HTTP."""

from typing import Annotated

from pydantic import Field

from agrimarket.kernel.resources import LotId, RecallId, SellerId
from agrimarket.kernel.wire import Count, In, Instant, LongText, Out, WeightOut
from agrimarket.orders.models.recalls import RecallDrill


class DrillIn(In):
    """A drill. With `told` each buyer gets a text that says that it is one; without it nobody hears of it."""

    reason: Annotated[LongText, Field(max_length=500, examples=["Yearly drill of the county."])]
    told: bool = False


class RecallOut(Out):
    """A recall or a drill: how many bought of the lot, and how they can be reached.

    `seconds` from pressing to the complete list; null while it is made.
    """

    id: RecallId
    lot_id: LotId
    seller_id: SellerId
    drill: bool
    told: bool
    reason: str
    pressed_at: Instant
    listed_at: Instant | None
    seconds: Annotated[float, Field(ge=0, le=10**9)] | None
    orders: Count
    buyers: Count
    by_phone: Count
    by_email: Count
    unreachable: Count
    sold: WeightOut

    @classmethod
    def of(cls, row: RecallDrill) -> "RecallOut":
        """A recall, for the wire."""
        same = ("id", "lot_id", "seller_id", "drill", "told", "reason", "pressed_at", "listed_at")
        counts = ("orders", "buyers", "by_phone", "by_email", "unreachable")
        return cls(
            **{name: getattr(row, name) for name in (*same, *counts)},
            seconds=None if row.listed_at is None else (row.listed_at - row.pressed_at).total_seconds(),
            sold=WeightOut(grams=row.grams),
        )
