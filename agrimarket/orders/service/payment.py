"""What a payment does to a purchase: placed when it succeeds, lapsed when it does not, settled when it is captured.

However often and in whatever order the provider's news come, each of these changes a purchase once.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from agrimarket.catalog import service as catalog
from agrimarket.catalog.errors import LotPerished, LotSoldOut
from agrimarket.kernel import states
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.money import Money
from agrimarket.orders import queries
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
from agrimarket.payments import service as payments

SOURCE = "order_group"
"""What `payments` knows a purchase by; the references of its splits are seller orders."""


def mark_paid(session: Session, group_id: UUID) -> None:
    """The buyer's money is held or captured: the stock is sold and the sellers are asked.

    Where the reservation had lapsed, stock is reserved anew for each seller order that still can be had; what cannot
    is not charged, and with nothing left the whole payment goes back.
    """
    locked = queries.lock_group(session, group_id)
    pending = [order for order in locked.orders if order.state == SellerOrderState.PENDING_PAYMENT]
    lapsed = [order for order in locked.orders if order.state == SellerOrderState.PAYMENT_EXPIRED]
    if pending:
        held = queries.live_reservations(session, [order.id for order in pending])
        catalog.commit(session, by_lot(held))
        move_reservations(held, ReservationState.COMMITTED)
        _place(session, pending, locked.now)
    elif lapsed and len(lapsed) == len(locked.orders):
        _place(session, [order for order in lapsed if _reserve_anew(session, order)], locked.now)
        if all(order.state == SellerOrderState.PAYMENT_EXPIRED for order in lapsed):
            payments.cancel(session, SOURCE, group_id)


def _place(session: Session, orders: Collection[SellerOrder], now: datetime) -> None:
    for order in orders:
        states.move(order, SellerOrderState.PLACED, SELLER_ORDER)
        order.placed_at, order.answer_by = now, now + ANSWER_WINDOW
        order.final = order.ended_at = order.end_reason = None
        tell(session, OrderPlaced, order, answer_by=now + ANSWER_WINDOW)


def _reserve_anew(session: Session, order: SellerOrder) -> bool:
    wanted = by_lot(queries.all_reservations(session, [order.id]))
    try:
        with session.begin_nested():
            catalog.reserve(session, wanted)
            catalog.commit(session, wanted)
    except (LotSoldOut, LotPerished):
        return False
    for lot_id, grams in wanted.items():
        session.add(Reservation(seller_order_id=order.id, lot_id=lot_id, grams=grams, state=ReservationState.COMMITTED))
    return True


def lapse(session: Session, group_id: UUID) -> None:
    """End a purchase whose payment failed or whose window is over: its stock is on sale again.

    One that was paid meanwhile stays as it is.
    """
    locked = queries.lock_group(session, group_id)
    pending = [order for order in locked.orders if order.state == SellerOrderState.PENDING_PAYMENT]
    if not pending:
        return
    held = queries.live_reservations(session, [order.id for order in pending])
    catalog.release(session, by_lot(held))
    move_reservations(held, ReservationState.EXPIRED)
    for order in pending:
        end(order, SellerOrderState.PAYMENT_EXPIRED, locked.now, None)
        tell(session, OrderPaymentExpired, order)
    payments.cancel(session, SOURCE, pending[0].group_id)


def payment_cancelled(session: Session, group_id: UUID) -> None:
    """Nothing is held for a purchase any more: an unpaid one lapses.

    Where sellers are at work on it already, because the bank let the authorisation go before they had packed, an
    operator is told; nothing is cancelled silently.
    """
    lapse(session, group_id)
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
    finals = {order.id: Money(order.final or 0, order.currency) for order in orders}
    payments.settle(session, SOURCE, orders[0].group_id, finals)


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
