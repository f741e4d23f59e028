"""Boxes on the wire."""

from typing import Annotated

from pydantic import Field

from agrimarket.kernel.ids import short_number
from agrimarket.kernel.resources import LineId, SellerOrderId
from agrimarket.kernel.wire import Count, In, Instant, LongText, Number, Out, Several, WeightIn, WeightOut
from agrimarket.orders.models.boxes import Box
from agrimarket.orders.rules import MAX_PACKS
from agrimarket.orders.types import NextBox, Weighing

BoxNo = Annotated[int, Field(strict=True, ge=1, le=MAX_PACKS, examples=[1])]
Packs = Annotated[int, Field(strict=True, ge=1, le=MAX_PACKS, examples=[1])]


class BoxIn(In):
    """The next box: what the scale shows, or, of goods sold by the pack, that it is there."""

    number: Annotated[BoxNo, Field(description="`next.number`: so two phones never weigh one box twice.")]
    line_id: Annotated[LineId | None, Field(description="Of another line than `next.line_id`.")] = None
    packs: Annotated[Packs, Field(description="Packs that it holds.")] = 1
    weight: Annotated[WeightIn | None, Field(examples=[{"grams": 2400}, "4.8斤"])] = None
    sure: Annotated[
        bool,
        Field(description="Take a weight above what was ordered, which is not charged, or below half of it."),
    ] = False


class UndoIn(In):
    """The last box, which is taken back."""

    number: BoxNo


class FinishIn(In):
    """That all boxes are weighed."""

    reason: Annotated[
        LongText | None, Field(max_length=500, description="Why packs are in no box, which the buyer reads.")
    ] = None


class LeaveOutIn(In):
    """Boxes of a packed order that do not go after all."""

    numbers: Annotated[list[BoxNo], Field(min_length=1, max_length=MAX_PACKS)]
    reason: Annotated[LongText, Field(max_length=500, examples=["One box fell off the cart."])]


class BoxOut(Out):
    """A box. `charged` is what the buyer pays for: never more than was ordered of its packs, or than their share."""

    number: Count
    line_id: LineId
    packs: Count
    weight: WeightOut
    charged: WeightOut
    left_out: bool
    weighed_at: Instant

    @classmethod
    def of(cls, box: Box) -> "BoxOut":
        """The box's row, for the wire."""
        return cls(
            number=box.number,
            line_id=box.order_line_id,
            packs=box.packs,
            weight=WeightOut(grams=box.scale_grams),
            charged=WeightOut(grams=box.grams),
            left_out=box.left_out,
            weighed_at=box.weighed_at,
        )


class NextBoxOut(Out):
    """The box that is weighed next; `tolerance` is how much less a pack may weigh and still be what was ordered."""

    number: Count
    line_id: LineId
    title: str
    by_weight: bool
    pack: WeightOut
    packs_left: Count
    weight_left: Annotated[WeightOut, Field(description="What the rest may weigh: of a short harvest, the share.")]
    tolerance: WeightOut

    @classmethod
    def of(cls, box: NextBox) -> "NextBoxOut":
        """The next box, for the wire."""
        return cls(
            number=box.number,
            line_id=box.line_id,
            title=box.title,
            by_weight=box.by_weight,
            pack=WeightOut(grams=box.pack_grams),
            packs_left=box.left,
            weight_left=WeightOut(grams=box.left_grams),
            tolerance=WeightOut(grams=box.tolerance),
        )


class BoxesOut(Out):
    """The boxes of an order, and the next one; null where none is left or the order is packed."""

    seller_order_id: SellerOrderId
    order_number: Number
    boxes: Annotated[list[BoxOut], Several]
    next: NextBoxOut | None
    packs_missing: Annotated[Count, Field(description="Packs of an accepted order that are in no box yet.")]

    @classmethod
    def of(cls, found: Weighing) -> "BoxesOut":
        """The boxes as the service sees them, for the wire."""
        order = found.view.order
        return cls(
            seller_order_id=order.id,
            order_number=short_number(order.id),
            boxes=[BoxOut.of(box) for box in found.boxes],
            next=None if found.next is None else NextBoxOut.of(found.next),
            packs_missing=found.missing,
        )
