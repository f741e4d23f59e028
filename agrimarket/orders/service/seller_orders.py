"""Seller orders: viewed, and moved from placed to completed by sellers, buyers, operators and time.

Every act first locks all parts of the purchase in id order, so that the last one packed sees the others.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session

from agrimarket.catalog.service import lots, stock
from agrimarket.drive import drive
from agrimarket.kernel import outbox, states
from agrimarket.kernel.errors import NotFound, found
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Principal, Role
from agrimarket.kernel.quantity import Weight
from agrimarket.orders.errors import PackedNothing, PackedTooMuch, PackedUnknownLine, PaymentNotSettled
from agrimarket.orders.events import (
    OrderAccepted,
    OrderCancelled,
    OrderCompleted,
    OrderDeclined,
    OrderDelivered,
    OrderDispatched,
    OrderPacked,
)
from agrimarket.orders.models.seller_orders import OrderLine, SellerOrder
from agrimarket.orders.models.shipments import Shipment
from agrimarket.orders.queries import boxes as box_queries
from agrimarket.orders.queries import order_groups as group_queries
from agrimarket.orders.queries import seller_orders as queries
from agrimarket.orders.queries import shipments
from agrimarket.orders.queries.seller_orders import ANYBODY, LockedOrders, bought_by, of_party, sold_by
from agrimarket.orders.rules import SHORT_HARVEST, grams_by_lot, packed_amount
from agrimarket.orders.service import alternatives, order_groups, passes
from agrimarket.orders.service.order_groups import SOURCE
from agrimarket.orders.states import (
    RESERVATION_TRANSITIONS,
    SELLER_ORDER_TRANSITIONS,
    SHIPMENT_TRANSITIONS,
    UNPACKED,
    ReservationState,
    SellerOrderState,
    ShipmentState,
)
from agrimarket.orders.types import Address, Handover, OrderView, Sales
from agrimarket.payments.service import payments, refunds, transfers
from agrimarket.regions.fees import delivery_fee
from agrimarket.regions.service import serviceability
from agrimarket.regions.types.serviceability import Mode

NO_ANSWER = "no_answer"
"""The `end_reason` of an order whose seller did not answer in time."""


@dataclass(frozen=True, slots=True)
class Packed:
    """Packed amount of one line: whole packs, or grams on the scale if it is priced by weight."""

    packs: int | None = None
    grams: int | None = None


def view(session: Session, principal: Principal, order_id: UUID) -> OrderView:
    """A seller order, for its parties or an operator; `NotFound` for others. One statement."""
    rows = queries.of_ids(session, [order_id], of_party(principal))
    return OrderView.seen_by(principal, *found(next(iter(rows), None)))


def page(
    session: Session, principal: Principal, states_: Collection[SellerOrderState], before: UUID | None, limit: int
) -> list[OrderView]:
    """Orders of the seller, or all for an operator, newest first; only in `states_`, if any. Two statements.

    Sellers do not see unpaid orders: they may lapse, and sellers could do nothing about it.
    """
    return _views(session, principal, queries.page(session, principal, states_, before, limit))


def counts(session: Session, principal: Principal) -> dict[SellerOrderState, int]:
    """How many paid orders the seller has, or all sellers for an operator, by state. One statement."""
    return queries.counts(session, principal)


def bought(session: Session, principal: Principal, before: UUID | None, limit: int) -> list[OrderView]:
    """Orders of that person as a buyer, newest first, unpaid ones too. Two statements."""
    if principal.buyer_id is None:
        return []
    return _views(session, principal, queries.bought(session, principal.buyer_id, before, limit))


def of_ids(session: Session, principal: Principal, order_ids: list[UUID]) -> list[OrderView]:
    """These orders as the caller sees them, newest first; the caller has chosen only ids that they may see.

    One statement.
    """
    return _views(session, principal, order_ids)


def _views(session: Session, principal: Principal, ids: list[UUID]) -> list[OrderView]:
    rows = queries.of_ids(session, ids, ANYBODY) if ids else []
    views = [OrderView.seen_by(principal, *row) for row in rows]
    return sorted(views, key=lambda view: view.order.id, reverse=True)


def sales_of(session: Session, seller_id: UUID, since: datetime) -> Sales:
    """Sales of a seller since `since`, in orders that were placed and not cancelled. One statement.

    An order counts with its ordered amount until it is packed, then with its packed amount; without the delivery fee,
    before commission and claims.
    """
    row = queries.sales(session, seller_id, since)
    return Sales(int(row.grams), Money(int(row.gross)), row.orders, row.last_at)


def lock(session: Session, order_id: UUID, party: ColumnElement[bool]) -> tuple[SellerOrder, LockedOrders]:
    """Lock the purchase that an order is part of; returns (the order, all). `NotFound` if `party` does not hold."""
    locked = queries.lock_siblings(session, order_id, party)
    return found(next((order for order in locked.orders if order.id == order_id), None)), locked


def accept(session: Session, seller: Principal, order_id: UUID) -> None:
    """Accept an order, as its seller; a shipment is planned."""
    order, locked = lock(session, order_id, sold_by(seller))
    states.move(order, SellerOrderState.ACCEPTED, SELLER_ORDER_TRANSITIONS)
    order.accepted_at = locked.now
    session.add(Shipment(seller_order_id=order.id))
    outbox.record(session, OrderAccepted.about(order))


def decline(session: Session, seller: Principal, order_id: UUID, reason: str) -> None:
    """Decline an order, as its seller, until it is packed; the buyer pays nothing for it, and the other sellers go on.

    Its stock is no longer sold, and does not go back on sale, since a seller who declines does not have it: the lot has
    so much less. They can raise the lot again.
    """
    order, locked = lock(session, order_id, sold_by(seller))
    _decline(session, order, locked, reason)


def require_seller(principal: Principal, order: SellerOrder) -> None:
    """`NotFound` for whoever does not sell that order, its buyer too; operators may."""
    if not principal.has(Role.OPERATOR) and principal.seller_id != order.seller_id:
        raise NotFound


def unanswered(session: Session) -> list[UUID]:
    """Orders whose seller has not answered in time, for `decline_unanswered`."""
    return queries.unanswered(session)


def decline_unanswered(session: Session, order_id: UUID) -> None:
    """Decline an order whose seller has not answered in time; one that was answered meanwhile stays as it is."""
    order, locked = lock(session, order_id, ANYBODY)
    if order.state == SellerOrderState.PLACED and order.answer_by is not None and order.answer_by <= locked.now:
        _decline(session, order, locked, NO_ANSWER)


def decline_short(session: Session, order: SellerOrder, locked: LockedOrders) -> None:
    """Decline an order that gets nothing of a short harvest; `locked` is its purchase, which the caller has locked."""
    _decline(session, order, locked, SHORT_HARVEST)


def _decline(session: Session, order: SellerOrder, locked: LockedOrders, reason: str) -> None:
    _end(order, SellerOrderState.DECLINED, locked.now, reason)
    _give_up(session, order, stock.withdraw)
    alike = alternatives.alike(session, order, group_queries.find(session, order.group_id))
    outbox.record(session, OrderDeclined.about(order, reason=reason, alike=len(alike)))
    order_groups.settle_when_ready(session, locked.orders)


def cancel(session: Session, who: Principal, order_id: UUID, reason: str) -> None:
    """Cancel an order: its buyer before the seller has accepted, an operator at any time before delivery.

    Stock that is not packed is on sale again; what is packed is no longer the lot's. Money that is captured already
    is refunded.
    """
    order, locked = lock(session, order_id, bought_by(who))
    if order.state != SellerOrderState.PLACED and not who.has(Role.OPERATOR):
        raise states.IllegalTransition.between(order.state, SellerOrderState.CANCELLED)
    unpacked = order.state in UNPACKED
    asked = not any(other.state in UNPACKED for other in locked.orders)
    paid = order.final if order.settled_at is not None else None
    if asked and paid is None:
        payments.cancel(session, SOURCE, order.group_id)  # raises while the payment is being captured
    _end(order, SellerOrderState.CANCELLED, locked.now, reason)
    _give_up(session, order, stock.restock if unpacked else stock.withdraw)
    if paid:
        refunds.request(
            session,
            source_type=SOURCE,
            source_id=order.group_id,
            reference_id=order.id,
            amount=Money(paid, order.currency),
            reason=reason,
            key=f"cancel:{order.id}",
        )
    elif not asked:
        order_groups.settle_when_ready(session, locked.orders)
    outbox.record(session, OrderCancelled.about(order, reason=reason))


def _end(order: SellerOrder, state: SellerOrderState, now: datetime, reason: str) -> None:
    """Move a seller order to an exit state: nothing is charged for it."""
    states.move(order, state, SELLER_ORDER_TRANSITIONS)
    order.final, order.ended_at, order.end_reason = 0, now, reason


def _give_up(session: Session, order: SellerOrder, back: Callable[[Session, Mapping[UUID, int]], None]) -> None:
    """Let go of the stock that is sold to an order which has ended."""
    held = queries.live_reservations(session, [order.id])
    back(session, grams_by_lot(held))
    for reservation in held:
        states.move(reservation, ReservationState.RELEASED, RESERVATION_TRANSITIONS)


def pack(session: Session, seller: Principal, order_id: UUID, boxes: int, packed: Mapping[UUID, Packed]) -> None:
    """Record what is in the boxes, as the seller, which fixes what the buyer pays.

    Priced by weight: the ordered price in proportion to the weight, never above the ceiling. Priced by pack: whole
    packs. A line that is left out was packed as ordered, or as allotted of a harvest that was short. `LotStillExpected`
    before its harvest is in. `PackedTooMuch` above what was ordered, `PackedNothing` for empty boxes (decline instead),
    `PackedUnknownLine`. The purchase's last open part has the money captured. Boxes that were weighed one by one before
    are forgotten.
    """
    order, locked = lock(session, order_id, sold_by(seller))
    box_queries.forget(session, order.id)
    pack_locked(session, order, locked, boxes, packed)


def pack_locked(
    session: Session, order: SellerOrder, locked: LockedOrders, boxes: int, packed: Mapping[UUID, Packed]
) -> None:
    """As `pack`, for an order that the caller has locked and whose boxes were weighed."""
    states.move(order, SellerOrderState.PACKED, SELLER_ORDER_TRANSITIONS)
    lines = queries.lines_of(session, order.id)
    lots.require_harvested(session, {line.lot_id for line in lines})
    if unknown := set(packed) - {line.id for line in lines}:
        raise PackedUnknownLine(pointer="/lines", line_ids=unknown)
    for line in lines:
        _weigh(line, packed.get(line.id, Packed()))
    goods = sum(line.final or 0 for line in lines)
    if goods == 0:
        raise PackedNothing(pointer="/lines")
    order.final, order.packed_at = owed(session, order, lines), locked.now
    shipment = shipments.of_order(session, order.id)
    states.move(shipment, ShipmentState.READY, SHIPMENT_TRANSITIONS)
    shipment.boxes, shipment.grams, shipment.changed_at = (
        boxes,
        sum(line.packed_grams or 0 for line in lines),
        locked.now,
    )
    ceiling = order.goods + order.delivery
    outbox.record(session, OrderPacked.about(order, amount=order.final, ceiling=ceiling, currency=order.currency))
    order_groups.settle_when_ready(session, locked.orders)


def owed(session: Session, order: SellerOrder, lines: Sequence[OrderLine]) -> int:
    """What the buyer pays for packed lines, with the delivery of as much as goes: never more than was agreed."""
    group = group_queries.find(session, order.group_id)
    grams = sum(line.packed_grams or 0 for line in lines)
    fees, mode = drive().fees.delivery, Mode(group.mode)
    fee = delivery_fee(grams, order.origin_region, group.region_code, fees, mode)
    return sum(line.final or 0 for line in lines) + min(order.delivery, fee)


def _weigh(line: OrderLine, packed: Packed) -> None:
    ordered_grams, ordered = line.packs * line.pack_grams, line.packs * line.unit_price
    by_weight = line.priced_by == "weight"
    if (packed.packs is not None and by_weight) or (packed.grams is not None and not by_weight):
        raise PackedUnknownLine(pointer="/lines", line_ids=[line.id])
    grams = packed.packs * line.pack_grams if packed.packs is not None else packed.grams
    most = line.due_grams
    line.packed_grams = most if grams is None else grams
    if line.packed_grams > most:
        raise PackedTooMuch(
            pointer="/lines",
            line_id=line.id,
            ordered=Weight(most),
            title=line.title,
        )
    line.final = packed_amount(ordered, ordered_grams, line.packed_grams)


def dispatch(session: Session, seller: Principal, order_id: UUID, by: Handover) -> None:
    """Hand an order to the carrier.

    `PaymentNotSettled` until its money is captured; `DeliveryRestricted` as of now; `PassRefused` for a way on which
    a transport pass is needed, where there is none that is good.
    """
    order, locked = lock(session, order_id, sold_by(seller))
    states.move(order, SellerOrderState.DISPATCHED, SELLER_ORDER_TRANSITIONS)
    if order.settled_at is None:
        raise PaymentNotSettled(retry_after=5)
    group = group_queries.find(session, order.group_id)
    street = Address.opened(group.address).street
    way = (group.region_code, group.community)
    serviceability.require(session, {order.origin_region}, *way, mode=Mode(group.mode), street=street)
    order.dispatched_at = locked.now
    shipment = shipments.of_order(session, order.id)
    states.move(shipment, ShipmentState.IN_TRANSIT, SHIPMENT_TRANSITIONS)
    passes.put(session, order, group, shipment, by, locked.now)
    shipment.carrier, shipment.tracking_number, shipment.changed_at = by.carrier, by.tracking_number, locked.now
    shipment.vehicle_plate = by.vehicle_plate
    outbox.record(session, OrderDispatched.about(order, carrier=by.carrier, tracking_number=by.tracking_number))


def deliver(session: Session, who: Principal, order_id: UUID) -> None:
    """Record that an order has arrived, as its seller or buyer; the claim window begins."""
    order, locked = lock(session, order_id, of_party(who))
    states.move(order, SellerOrderState.DELIVERED, SELLER_ORDER_TRANSITIONS)
    order.delivered_at, order.claim_until = locked.now, locked.now + drive().windows.claim
    shipment = shipments.of_order(session, order.id)
    if shipment.state == ShipmentState.HELD_AT_CHECKPOINT:
        states.move(shipment, ShipmentState.IN_TRANSIT, SHIPMENT_TRANSITIONS)  # since it arrived, it was released
    states.move(shipment, ShipmentState.DELIVERED, SHIPMENT_TRANSITIONS)
    shipment.changed_at = locked.now
    outbox.record(session, OrderDelivered.about(order, claim_until=order.claim_until))


def completable(session: Session) -> list[UUID]:
    """Orders whose claim window is over and that have no open claim, for `complete`."""
    return queries.completable(session)


def complete(session: Session, order_id: UUID) -> None:
    """Complete an order whose claim window is over, without an open claim; the seller's money is due (invariant 5)."""
    order, locked = lock(session, order_id, ANYBODY)
    if not queries.completable(session, order_id):
        return
    states.move(order, SellerOrderState.COMPLETED, SELLER_ORDER_TRANSITIONS)
    order.completed_at = locked.now
    transfers.schedule(session, order.id, locked.now)
    outbox.record(session, OrderCompleted.about(order))
