"""Pre-orders: orders of a harvest that was not in yet, scaled down where less came in than was sold (decision 27)."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlmodel import Session

from agrimarket.catalog.service import lots
from agrimarket.kernel import outbox
from agrimarket.kernel.money import Money
from agrimarket.orders.events import HarvestShared, OrderAllotted
from agrimarket.orders.models.seller_orders import SellerOrder
from agrimarket.orders.queries import preorders as queries
from agrimarket.orders.queries.seller_orders import LockedOrders
from agrimarket.orders.rules import SHORT_HARVEST, Ordered, allot, packed_amount
from agrimarket.orders.service import seller_orders
from agrimarket.orders.service.order_groups import SOURCE
from agrimarket.payments.service import refunds


@dataclass(frozen=True, slots=True)
class _Part:
    """What one order takes of the lot: grams ordered and allotted, minor units that are not paid.

    `ended`: it gets nothing, of this lot or any other.
    """

    ordered: int
    allotted: int
    less: int
    ended: bool


def due(session: Session) -> list[UUID]:
    """Lots whose harvest was short and that can be shared out now, for `share`."""
    return lots.being_shared(session)


def share(session: Session, lot_id: UUID) -> None:
    """Share a short harvest out over the orders of its lot, in proportion to what they ordered (`rules.allot`).

    An order gets its share and does not pay for the rest: what is only held is not taken, what was captured goes back
    at once. One that gets nothing is declined. Both sides are told. The lot is an ordinary one afterwards. All of it is
    one transaction, and a second run finds nothing to do; so does a run while somebody still pays for some of the lot.

    Orders are locked before the lot, as everywhere; nobody can order more of it meanwhile.
    """
    locked = queries.lock(session, lot_id)
    came_in = lots.lock_short(session, lot_id)
    if came_in is None:
        return
    lines = queries.lines(session, lot_id)
    if not {line.order_id for line in lines} <= {order.id for order in locked.orders}:
        return  # one of them was placed while the others were being locked
    allotted = allot([_ordered(line) for line in lines], came_in)
    queries.put_allotted(session, lot_id, allotted)
    lots.share_out(session, lot_id, sum(allotted.values()))
    parts = {order_id: _part(list(rows), allotted) for order_id, rows in groupby(lines, lambda line: line.order_id)}
    for order in locked.orders:
        if order.id in parts:
            _scale(session, order, parts[order.id], lot_id, locked)
    if lines:
        _tell_seller(session, lot_id, lines, parts, locked.orders, came_in)


def _ordered(line: Row[Any]) -> Ordered:
    unit = 1 if line.priced_by == "weight" else line.pack_grams
    return Ordered(line.id, line.order_id, line.packs * line.pack_grams, unit)


def _part(lines: Sequence[Row[Any]], allotted: dict[UUID, int]) -> _Part:
    paid = sum(
        packed_amount(line.packs * line.unit_price, line.packs * line.pack_grams, allotted[line.id]) for line in lines
    )
    got = sum(allotted[line.id] for line in lines)
    return _Part(
        ordered=sum(line.packs * line.pack_grams for line in lines),
        allotted=got,
        less=sum(line.packs * line.unit_price for line in lines) - paid,
        ended=got == 0 and not lines[0].others,
    )


def _scale(session: Session, order: SellerOrder, part: _Part, lot_id: UUID, locked: LockedOrders) -> None:
    if part.allotted == part.ordered:
        return
    less = Money(part.less + (order.delivery if part.ended else 0), order.currency)
    if less.amount:
        refunds.lower(
            session,
            source_type=SOURCE,
            source_id=order.group_id,
            reference_id=order.id,
            amount=less,
            reason=SHORT_HARVEST,
            key=f"short:{order.id}:{lot_id}",
        )
    if part.ended:
        siblings = [other for other in locked.orders if other.group_id == order.group_id]
        seller_orders.decline_short(session, order, LockedOrders(locked.now, siblings))
        return
    facts = {"ordered": part.ordered, "allotted": part.allotted, "amount": less.amount, "currency": less.currency}
    outbox.record(session, OrderAllotted.about(order, lot_id=lot_id, **facts))


def _tell_seller(
    session: Session,
    lot_id: UUID,
    lines: Sequence[Row[Any]],
    parts: dict[UUID, _Part],
    orders: Sequence[SellerOrder],
    came_in: int,
) -> None:
    seller_id = next(order.seller_id for order in orders if order.id in parts)
    event = HarvestShared(
        lot_id=lot_id,
        listing_id=lines[0].listing_id,
        seller_id=seller_id,
        sold=sum(part.ordered for part in parts.values()),
        came_in=came_in,
        orders=len(parts),
        declined=sum(part.ended for part in parts.values()),
    )
    outbox.record(session, event)
