"""Boxes: weighed one by one, by one phone or several, until the order is packed; and those that stay behind.

A box holds packs of one line. Priced by weight, the buyer pays for what the scale shows and never for more than was
ordered of those packs, or than is left of their share of a short harvest; priced by pack, a box is counted. The sum of
the boxes is what was packed.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from sqlmodel import Session

from agrimarket.catalog.service import lots
from agrimarket.kernel import outbox, states
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.quantity import Weight
from agrimarket.orders.errors import (
    BoxDoubtful,
    BoxesMissing,
    BoxHeavy,
    BoxNumber,
    BoxTooFull,
    BoxUnknown,
    BoxWeighed,
    BoxWeightNeeded,
    PackedNothing,
    PackedUnknownLine,
    PaymentNotSettled,
)
from agrimarket.orders.events import OrderShort
from agrimarket.orders.models.boxes import Box
from agrimarket.orders.models.seller_orders import OrderLine, SellerOrder
from agrimarket.orders.queries import boxes as queries
from agrimarket.orders.queries import seller_orders as order_queries
from agrimarket.orders.queries import shipments
from agrimarket.orders.queries.seller_orders import LockedOrders, sold_by
from agrimarket.orders.rules import allowed_shortage, doubtful, packed_amount
from agrimarket.orders.service import seller_orders
from agrimarket.orders.service.order_groups import SOURCE
from agrimarket.orders.service.seller_orders import Packed
from agrimarket.orders.states import UNPACKED, SellerOrderState
from agrimarket.orders.types import NextBox, OrderView, Weighing
from agrimarket.payments.service import refunds


def weighing(session: Session, principal: Principal, order_id: UUID) -> Weighing:
    """The boxes of an order and the next one, for its parties and operators; `NotFound` for others. Two statements."""
    return weighings(session, [seller_orders.view(session, principal, order_id)])[0]


def weighings(session: Session, views: Sequence[OrderView]) -> list[Weighing]:
    """The boxes of each of these orders. One statement."""
    boxes = queries.of_orders(session, [view.order.id for view in views]) if views else []
    return [_weighing(view, [box for box in boxes if box.seller_order_id == view.order.id]) for view in views]


def _weighing(view: OrderView, boxes: Sequence[Box]) -> Weighing:
    left = _left(view.lines, boxes) if view.order.state == SellerOrderState.ACCEPTED else {}
    line = next((line for line in view.lines if left.get(line.id)), None)
    return Weighing(view, tuple(boxes), _next(line, left, boxes) if line else None, sum(left.values()))


def _left(lines: Iterable[OrderLine], boxes: Iterable[Box]) -> dict[UUID, int]:
    """Packs of each line that are to be packed and in no box."""
    left = {line.id: line.due_packs for line in lines}
    for box in boxes:
        left[box.order_line_id] -= box.packs
    return left


def _room(line: OrderLine, packs: int, boxes: Iterable[Box]) -> int:
    """Grams that so many further packs of a line hold at most: all of them, or the rest of its share."""
    charged = sum(box.grams for box in boxes if box.order_line_id == line.id)
    return min(packs * line.pack_grams, line.due_grams - charged)


def _next(line: OrderLine, left: Mapping[UUID, int], boxes: Sequence[Box]) -> NextBox:
    return NextBox(
        number=len(boxes) + 1,
        line_id=line.id,
        title=line.title,
        by_weight=line.priced_by == "weight",
        pack_grams=line.pack_grams,
        left=left[line.id],
        left_grams=_room(line, left[line.id], boxes),
        tolerance=allowed_shortage(line.pack_grams),
    )


def weigh(
    session: Session,
    seller: Principal,
    order_id: UUID,
    number: int,
    *,
    line_id: UUID | None = None,
    packs: int = 1,
    scale_grams: int | None = None,
    sure: bool = False,
) -> Box:
    """Weigh the next box of an accepted order, as its seller; of the first line that has packs left, or of `line_id`.

    `number` is the box that the caller sees as the next: `BoxWeighed` if somebody was faster, `BoxNumber` for any
    other. `BoxDoubtful`, or `BoxHeavy` above what is due, unless `sure`. `BoxTooFull`, `BoxWeightNeeded`,
    `PackedUnknownLine` for a line of another order, or a weight for what is counted. `LotStillExpected` before its
    harvest is in and shared out.
    """
    order, _ = _lock_accepted(session, seller, order_id)
    lines, boxes = order_queries.lines_of(session, order.id), queries.of_orders(session, [order.id])
    _require_next(boxes, number)
    left = _left(lines, boxes)
    line = next((each for each in lines if (left[each.id] if line_id is None else each.id == line_id)), None)
    if line is None:
        raise PackedUnknownLine(pointer="/line_id" if line_id else None, line_ids=[line_id] if line_id else [])
    if not 1 <= packs <= left[line.id]:
        raise BoxTooFull(pointer="/packs", left=left[line.id], title=line.title)
    lots.require_harvested(session, {line.lot_id})
    most = _room(line, packs, boxes)
    scale = _scale(line, most, scale_grams, sure=sure)
    box = Box(
        seller_order_id=order.id,
        order_line_id=line.id,
        number=number,
        packs=packs,
        scale_grams=scale,
        grams=min(scale, most),
    )
    session.add(box)
    return box


def _lock_accepted(session: Session, seller: Principal, order_id: UUID) -> tuple[SellerOrder, LockedOrders]:
    order, locked = seller_orders.lock(session, order_id, sold_by(seller))
    if order.state != SellerOrderState.ACCEPTED:
        raise states.IllegalTransition.between(order.state, SellerOrderState.PACKED)
    return order, locked


def _require_next(boxes: Sequence[Box], number: int) -> None:
    if number != len(boxes) + 1:
        there = next((box for box in boxes if box.number == number), None)
        if there is not None:
            grams = there.scale_grams
            raise BoxWeighed(number=number, grams=grams, weight=Weight(grams))
        raise BoxNumber(number=len(boxes) + 1)


def _scale(line: OrderLine, due: int, grams: int | None, *, sure: bool) -> int:
    """What the scale shows, or what was counted."""
    if line.priced_by != "weight":
        if grams is not None:
            raise PackedUnknownLine(pointer="/weight", line_ids=[line.id])
        return due
    if not grams:
        raise BoxWeightNeeded(pointer="/weight")
    if doubtful(grams, due) and not sure:
        kind = BoxHeavy if grams > due else BoxDoubtful
        raise kind(pointer="/weight", grams=grams, ordered=due, shown=Weight(grams), most=Weight(due))
    return grams


def undo(session: Session, seller: Principal, order_id: UUID, number: int) -> None:
    """Take the last box back, as long as the order is not packed; `BoxNumber` for any other."""
    order, _ = _lock_accepted(session, seller, order_id)
    boxes = queries.of_orders(session, [order.id])
    if not boxes or boxes[-1].number != number:
        raise BoxNumber(number=max(1, len(boxes)))
    session.delete(boxes[-1])


def finish(session: Session, seller: Principal, order_id: UUID, reason: str | None = None) -> None:
    """Pack the order with the boxes that were weighed, which fixes what the buyer pays.

    Packs that are in no box are not charged: both sides are told, with the `reason`, without which `BoxesMissing`.
    `PackedNothing` without any box.
    """
    order, locked = _lock_accepted(session, seller, order_id)
    lines, boxes = order_queries.lines_of(session, order.id), queries.of_orders(session, [order.id])
    missing = {line_id: packs for line_id, packs in _left(lines, boxes).items() if packs}
    if not boxes:
        raise PackedNothing
    if missing and not reason:
        raise BoxesMissing(pointer="/reason", packs=sum(missing.values()))
    seller_orders.pack_locked(session, order, locked, len(boxes), {line.id: _packed(line, boxes) for line in lines})
    if missing:
        cost = sum(_worth(line, _room(line, missing.get(line.id, 0), boxes)) for line in lines)
        _tell_short(session, order, sum(missing.values()), cost, reason)


def _worth(line: OrderLine, grams: int) -> int:
    return packed_amount(line.packs * line.unit_price, line.packs * line.pack_grams, grams)


def _packed(line: OrderLine, boxes: Iterable[Box]) -> Packed:
    mine = [box for box in boxes if box.order_line_id == line.id and not box.left_out]
    if line.priced_by == "weight":
        return Packed(grams=sum(box.grams for box in mine))
    return Packed(packs=sum(box.packs for box in mine))


def _tell_short(session: Session, order: SellerOrder, packs: int, cost: int, reason: str | None) -> None:
    order.short_reason = reason
    outbox.record(session, OrderShort.about(order, packs=packs, amount=cost, currency=order.currency))


def leave_out(session: Session, seller: Principal, order_id: UUID, numbers: Collection[int], reason: str) -> None:
    """Say that boxes of a packed order do not go after all; what they cost is not charged, or comes back.

    Both sides are told. `BoxUnknown`; `PackedNothing` if none is left (an operator cancels instead);
    `PaymentNotSettled` while the money is being captured.
    """
    order, locked = seller_orders.lock(session, order_id, sold_by(seller))
    if order.state != SellerOrderState.PACKED:
        raise states.IllegalTransition.between(order.state, SellerOrderState.PACKED)
    boxes = queries.of_orders(session, [order.id])
    going = {box.number: box for box in boxes if not box.left_out}
    if not numbers or not set(numbers) <= going.keys():
        raise BoxUnknown(pointer="/numbers", numbers=sorted(set(numbers) - going.keys()))
    if len(set(numbers)) == len(going):
        raise PackedNothing(pointer="/numbers")
    asked = not any(other.state in UNPACKED for other in locked.orders)
    if asked and order.settled_at is None:
        raise PaymentNotSettled(retry_after=5)
    for number in set(numbers):
        going[number].left_out = True
    saved = _weigh_again(session, order, boxes)
    shipment = shipments.of_order(session, order.id)
    stay = [box for box in boxes if not box.left_out]
    shipment.boxes, shipment.grams, shipment.changed_at = len(stay), sum(box.grams for box in stay), locked.now
    if asked and saved:
        _give_back(session, order, saved, reason, min(numbers))
    _tell_short(session, order, sum(going[number].packs for number in set(numbers)), saved, reason)


def _weigh_again(session: Session, order: SellerOrder, boxes: Sequence[Box]) -> int:
    """Price the order by the boxes that go; returns by how many minor units it became cheaper."""
    before = order.final or 0
    lines = order_queries.lines_of(session, order.id)
    for line in lines:
        packed = _packed(line, boxes)
        line.packed_grams = packed.packs * line.pack_grams if packed.packs is not None else packed.grams or 0
        line.final = _worth(line, line.packed_grams)
    order.final = seller_orders.owed(session, order, lines)
    return before - order.final


def _give_back(session: Session, order: SellerOrder, amount: int, reason: str, first: int) -> None:
    refunds.request(
        session,
        source_type=SOURCE,
        source_id=order.group_id,
        reference_id=order.id,
        amount=Money(amount, order.currency),
        reason=reason,
        key=f"short:{order.id}:{first}",
    )
