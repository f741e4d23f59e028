"""What a payment does to a purchase: placed when it succeeds, lapsed when it does not, settled when it is captured.

However often and in whatever order the provider's news come, each of these changes a purchase once.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from agrimarket.catalog.errors import LotPerished, LotSoldOut
from agrimarket.catalog.service import stock
from agrimarket.kernel import states
from agrimarket.kernel.errors import NotFound
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.money import Money
from agrimarket.orders import queries
from agrimarket.orders.errors import PaymentGone
from agrimarket.orders.events import OrderPaymentExpired, OrderPlaced
from agrimarket.orders.models import Reservation, SellerOrder
from agrimarket.orders.rules import ANSWER_WINDOW
from agrimarket.orders.service.telling import tell
from agrimarket.orders.states import (
    OPEN,
    RESERVATION,
    SELLER_ORDER,
    UNPACKED,
    AlertKind,
    ReservationState,
    SellerOrderState,
)
from agrimarket.orders.types import GroupView
from agrimarket.payments.service import payments

SOURCE = "order_group"
"""What `payments` knows a purchase by; the references of its splits are seller orders."""


def mark_paid(session: Session, group_id: UUID) -> list[SellerOrder]:
    """The buyer's money is held or captured: the stock is sold and the sellers are asked. The orders placed by this.

    Called by the checkout and by the provider's news, whichever comes first; the other finds nothing to do. Where
    the reservation had lapsed, stock is reserved anew for each seller order that still can be had; what cannot is not
    charged, and with nothing left the whole payment goes back.
    """
    placed, sold = queries.place_paid(session, group_id)
    if placed:
        stock.commit(session, sold)
    else:
        placed = _place_late(session, group_id)
    for order in placed:
        tell(session, OrderPlaced, order, answer_by=order.answer_by)
    return placed


def _place_late(session: Session, group_id: UUID) -> list[SellerOrder]:
    locked = queries.lock_group(session, group_id)
    waiting = [order for order in locked.orders if _may_be_late(order)]
    if not waiting or not payments.funds_held(session, SOURCE, group_id):
        return []
    placed = [order for order in waiting if _reserve_anew(session, order)]
    for order in waiting:
        order.final = None if order in placed else 0
    for order in placed:
        states.move(order, SellerOrderState.PLACED, SELLER_ORDER)
        order.placed_at, order.answer_by, order.ended_at = locked.now, locked.now + ANSWER_WINDOW, None
    if not placed:
        payments.cancel(session, SOURCE, group_id)
    return placed


def _may_be_late(order: SellerOrder) -> bool:
    return order.state == SellerOrderState.PAYMENT_EXPIRED and order.final is None


def paid_view(session: Session, placed: GroupView) -> GroupView:
    """`mark_paid`, and the purchase as it is then."""
    by_id = {order.id: order for order in mark_paid(session, placed.group.id)}
    views = tuple(replace(view, order=by_id.get(view.order.id, view.order)) for view in placed.orders)
    return replace(placed, orders=views)


def _reserve_anew(session: Session, order: SellerOrder) -> bool:
    wanted = by_lot(queries.all_reservations(session, [order.id]))
    try:
        with session.begin_nested():
            stock.reserve(session, wanted)
            stock.commit(session, wanted)
    except (LotSoldOut, LotPerished):
        return False
    for lot_id, grams in wanted.items():
        session.add(Reservation(seller_order_id=order.id, lot_id=lot_id, grams=grams, state=ReservationState.COMMITTED))
    return True


def lapse(session: Session, group_id: UUID) -> None:
    """End a purchase whose payment window is over: its stock is on sale again. One that is paid is placed instead.

    For another hour a payment that was under way may still come in (see `mark_paid`); `give_up` ends that.
    """
    locked = queries.lock_group(session, group_id)
    pending = [order for order in locked.orders if order.state == SellerOrderState.PENDING_PAYMENT]
    if not pending:
        return
    if payments.funds_held(session, SOURCE, group_id):
        mark_paid(session, group_id)
        return
    held = queries.live_reservations(session, [order.id for order in pending])
    stock.release(session, by_lot(held))
    move_reservations(held, ReservationState.EXPIRED)
    for order in pending:
        states.move(order, SellerOrderState.PAYMENT_EXPIRED, SELLER_ORDER)
        order.ended_at = locked.now
        tell(session, OrderPaymentExpired, order)


def give_up(session: Session, group_id: UUID) -> None:
    """Cancel the payment of a purchase that lapsed an hour ago; what comes in now goes back to the buyer."""
    locked = queries.lock_group(session, group_id)
    waiting = [order for order in locked.orders if _may_be_late(order)]
    if waiting and payments.funds_held(session, SOURCE, group_id):
        mark_paid(session, group_id)
    elif waiting:
        for order in waiting:
            order.final = 0
        payments.cancel(session, SOURCE, group_id)


def payment_cancelled(session: Session, group_id: UUID, *, lapsed: bool) -> None:
    """Nothing is held for a purchase any more: an unpaid one lapses.

    Where the bank let the authorisation go (`lapsed`) while sellers are at work on it, an operator is told; nothing
    is cancelled silently.
    """
    lapse(session, group_id)
    if not lapsed:
        return
    for order in queries.lock_group(session, group_id).orders:
        if order.state in OPEN and order.settled_at is None:
            queries.open_alert(session, new_id(), order.id, AlertKind.AUTHORISATION_LAPSED, {})


def mark_settled(session: Session, group_id: UUID) -> None:
    """The final amounts are captured: what is packed may go out."""
    locked = queries.lock_group(session, group_id)
    for order in locked.orders:
        order.settled_at = order.settled_at or locked.now


def settle_when_ready(session: Session, orders: Sequence[SellerOrder]) -> None:
    """Once every part of a purchase is packed or ended, ask `payments` for exactly what was packed.

    The caller holds the locks of all of `orders`, which are the whole purchase, and has just moved one of them out of
    `UNPACKED`, so that this asks once.
    """
    if any(order.state in UNPACKED for order in orders):
        return
    group_id, currency = orders[0].group_id, orders[0].currency
    if not any(order.final for order in orders):
        payments.cancel(session, SOURCE, group_id)
        return
    try:
        payments.settle(session, SOURCE, group_id, {order.id: Money(order.final or 0, currency) for order in orders})
    except NotFound as error:
        raise PaymentGone from error


def end(order: SellerOrder, state: SellerOrderState, now: datetime, reason: str | None) -> None:
    """Move a seller order to an exit: nothing is charged for it."""
    states.move(order, state, SELLER_ORDER)
    order.final, order.ended_at, order.end_reason = 0, now, reason


def by_lot(reservations: Collection[Reservation]) -> dict[UUID, int]:
    """Grams of each lot."""
    grams: dict[UUID, int] = {}
    for reservation in reservations:
        grams[reservation.lot_id] = grams.get(reservation.lot_id, 0) + reservation.grams
    return grams


def move_reservations(reservations: Collection[Reservation], state: ReservationState) -> None:
    """Move all of them."""
    for reservation in reservations:
        states.move(reservation, state, RESERVATION)
