"""From placed to delivered: what sellers, buyers and operators do with a seller order.

Every act locks all parts of the purchase in id order first, so that the last one packed sees the others.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, true
from sqlmodel import Session

from agrimarket.catalog.service import stock
from agrimarket.kernel import states
from agrimarket.kernel.errors import NotFound
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Principal, Role
from agrimarket.kernel.quantity import Weight
from agrimarket.orders import queries
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
from agrimarket.orders.models import OrderLine, SellerOrder, Shipment
from agrimarket.orders.queries import LockedGroup
from agrimarket.orders.rules import CLAIM_WINDOW, packed_amount
from agrimarket.orders.service.payment import SOURCE, by_lot, end, move_reservations, settle_when_ready
from agrimarket.orders.service.reading import as_buyer, as_party, as_seller
from agrimarket.orders.service.telling import tell
from agrimarket.orders.states import (
    SELLER_ORDER,
    SHIPMENT,
    UNPACKED,
    ReservationState,
    SellerOrderState,
    ShipmentState,
)
from agrimarket.payments.service import payments, refunds, transfers
from agrimarket.regions.service import serviceability

NO_ANSWER = "no_answer"
"""Why an order is declined whose seller did not answer in time."""


@dataclass(frozen=True, slots=True)
class Packed:
    """What went into the boxes for one line: whole packs, or for `priced_by` weight what the scale said."""

    packs: int | None = None
    grams: int | None = None


def lock(session: Session, order_id: UUID, party: ColumnElement[bool]) -> tuple[SellerOrder, LockedGroup]:
    """Lock a purchase and pick the order; `NotFound` for who is not that party of it."""
    locked = queries.lock_siblings(session, order_id, party)
    for order in locked.orders:
        if order.id == order_id:
            return order, locked
    raise NotFound


def accept(session: Session, seller: Principal, order_id: UUID) -> None:
    """The seller takes the order on; a shipment is planned."""
    order, locked = lock(session, order_id, as_seller(seller))
    states.move(order, SellerOrderState.ACCEPTED, SELLER_ORDER)
    order.accepted_at = locked.now
    session.add(Shipment(seller_order_id=order.id))
    tell(session, OrderAccepted, order)


def decline(session: Session, seller: Principal, order_id: UUID, reason: str) -> None:
    """The seller cannot deliver, until it is packed; the buyer pays nothing for it, and the other sellers go on.

    Its stock stays out of the sale: who declines does not have it. The seller can raise the lot again.
    """
    order, locked = lock(session, order_id, as_seller(seller))
    _decline(session, order, locked, reason)


def decline_unanswered(session: Session, order_id: UUID) -> None:
    """Decline an order whose seller let the time pass; one that was answered meanwhile stays as it is."""
    order, locked = lock(session, order_id, true())
    if order.state == SellerOrderState.PLACED and order.answer_by is not None and order.answer_by <= locked.now:
        _decline(session, order, locked, NO_ANSWER)


def _decline(session: Session, order: SellerOrder, locked: LockedGroup, reason: str) -> None:
    end(order, SellerOrderState.DECLINED, locked.now, reason)
    tell(session, OrderDeclined, order, reason=reason)
    settle_when_ready(session, locked.orders)


def cancel(session: Session, who: Principal, order_id: UUID, reason: str) -> None:
    """Call an order off: its buyer before the seller has accepted, an operator at any time before delivery.

    Stock that is not packed is on sale again. What was captured for it already is refunded.
    """
    order, locked = lock(session, order_id, as_buyer(who))
    if order.state != SellerOrderState.PLACED and not who.has(Role.OPERATOR):
        raise states.IllegalTransition.between(order.state, SellerOrderState.CANCELLED)
    unpacked = order.state in UNPACKED
    asked = not any(other.state in UNPACKED for other in locked.orders)
    paid = order.final if order.settled_at is not None else None
    if asked and paid is None:
        payments.cancel(session, SOURCE, order.group_id)  # refused while it is being captured; fine if it is gone
    end(order, SellerOrderState.CANCELLED, locked.now, reason)
    if unpacked:
        held = queries.live_reservations(session, [order.id])
        stock.restock(session, by_lot(held))
        move_reservations(held, ReservationState.RELEASED)
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
        settle_when_ready(session, locked.orders)
    tell(session, OrderCancelled, order, reason=reason)


def pack(session: Session, seller: Principal, order_id: UUID, boxes: int, packed: Mapping[UUID, Packed]) -> None:
    """Say what is in the boxes; that fixes what the buyer pays.

    By weight: the ordered price in proportion to what was weighed, never above the ceiling. By pack: whole packs.
    A line that is left out was packed as ordered. `PackedTooMuch` above what was ordered, `PackedNothing` for empty
    boxes (decline instead), `PackedUnknownLine`. When this was the purchase's last open part, the money is captured.
    """
    order, locked = lock(session, order_id, as_seller(seller))
    states.move(order, SellerOrderState.PACKED, SELLER_ORDER)
    lines = queries.lines_of(session, order.id)
    if unknown := set(packed) - {line.id for line in lines}:
        raise PackedUnknownLine(pointer="/lines", line_ids=unknown)
    for line in lines:
        _weigh(line, packed.get(line.id, Packed()))
    goods = sum(line.final or 0 for line in lines)
    if goods == 0:
        raise PackedNothing(pointer="/lines")
    order.final, order.packed_at = goods + order.delivery, locked.now
    shipment = queries.shipment(session, order.id)
    states.move(shipment, ShipmentState.READY, SHIPMENT)
    shipment.boxes, shipment.grams, shipment.changed_at = (
        boxes,
        sum(line.packed_grams or 0 for line in lines),
        locked.now,
    )
    tell(
        session,
        OrderPacked,
        order,
        amount=order.final,
        ceiling=order.goods + order.delivery,
        currency=order.currency,
    )
    settle_when_ready(session, locked.orders)


def _weigh(line: OrderLine, packed: Packed) -> None:
    ordered_grams, ordered = line.packs * line.pack_grams, line.packs * line.unit_price
    by_weight = line.priced_by == "weight"
    if (packed.packs is not None and by_weight) or (packed.grams is not None and not by_weight):
        raise PackedUnknownLine(pointer="/lines", line_ids=[line.id])
    grams = packed.packs * line.pack_grams if packed.packs is not None else packed.grams
    line.packed_grams = ordered_grams if grams is None else grams
    if line.packed_grams > ordered_grams:
        raise PackedTooMuch(
            pointer="/lines",
            line_id=line.id,
            ordered=Weight(ordered_grams),
            title=line.title,
        )
    line.final = packed_amount(ordered, ordered_grams, line.packed_grams)


def dispatch(
    session: Session, seller: Principal, order_id: UUID, carrier: str | None, tracking_number: str | None
) -> None:
    """Hand it to the carrier. `PaymentNotSettled` until its money is captured; `DeliveryRestricted` as of now."""
    order, locked = lock(session, order_id, as_seller(seller))
    states.move(order, SellerOrderState.DISPATCHED, SELLER_ORDER)
    if order.settled_at is None:
        raise PaymentNotSettled(retry_after=5)
    group = queries.group_of(session, order.group_id)
    serviceability.require(session, {order.origin_region}, group.region_code, group.community)
    order.dispatched_at = locked.now
    shipment = queries.shipment(session, order.id)
    states.move(shipment, ShipmentState.IN_TRANSIT, SHIPMENT)
    shipment.carrier, shipment.tracking_number, shipment.changed_at = carrier, tracking_number, locked.now
    tell(session, OrderDispatched, order, carrier=carrier, tracking_number=tracking_number)


def deliver(session: Session, who: Principal, order_id: UUID) -> None:
    """It has arrived, as the seller or the buyer says; the claim window of 48 hours begins."""
    order, locked = lock(session, order_id, as_party(who))
    states.move(order, SellerOrderState.DELIVERED, SELLER_ORDER)
    order.delivered_at, order.claim_until = locked.now, locked.now + CLAIM_WINDOW
    shipment = queries.shipment(session, order.id)
    if shipment.state == ShipmentState.HELD_AT_CHECKPOINT:
        states.move(shipment, ShipmentState.IN_TRANSIT, SHIPMENT)  # it must have gone on, for it is there
    states.move(shipment, ShipmentState.DELIVERED, SHIPMENT)
    shipment.changed_at = locked.now
    tell(session, OrderDelivered, order, claim_until=locked.now + CLAIM_WINDOW)


def complete(session: Session, order_id: UUID) -> None:
    """End an order whose claim window is over and on which no claim waits; the seller's money is due (invariant 5)."""
    order, locked = lock(session, order_id, true())
    if not queries.completable_orders(session, order_id):
        return
    states.move(order, SellerOrderState.COMPLETED, SELLER_ORDER)
    order.completed_at = locked.now
    transfers.schedule(session, order.id, locked.now)
    tell(session, OrderCompleted, order)
