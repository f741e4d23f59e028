"""SELECTs and locks of seller orders with their lines and reservations, and conditions by party."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Row, false, func, text, true
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlmodel import Session, col, select

from agrimarket.kernel import clock
from agrimarket.kernel.principal import Principal, Role
from agrimarket.orders.models.order_groups import OrderGroup
from agrimarket.orders.models.seller_orders import OrderLine, Reservation, SellerOrder
from agrimarket.orders.models.shipments import DeliveryPhoto, Shipment, TransportPass
from agrimarket.orders.states import CLAIM_PENDING, ReservationState, SellerOrderState

FRESH = {"populate_existing": True}
ANYBODY: ColumnElement[bool] = true()
"""Condition for acts of the system itself: any party."""


def sold_by(principal: Principal) -> ColumnElement[bool]:
    """Seller orders that this person sells; all of them for an operator."""
    if principal.has(Role.OPERATOR):
        return true()
    return false() if principal.seller_id is None else col(SellerOrder.seller_id) == principal.seller_id


def bought_by(principal: Principal) -> ColumnElement[bool]:
    """Seller orders that this person buys; all of them for an operator."""
    if principal.has(Role.OPERATOR):
        return true()
    return false() if principal.buyer_id is None else col(SellerOrder.buyer_id) == principal.buyer_id


def of_party(principal: Principal) -> ColumnElement[bool]:
    """Seller orders that this person buys or sells; all of them for an operator."""
    return sold_by(principal) | bought_by(principal)


@dataclass(frozen=True, slots=True)
class LockedOrders:
    """Seller orders under their locks, in id order, and the database clock's time."""

    now: datetime
    orders: list[SellerOrder]


def lock_siblings(session: Session, order_id: UUID, party: ColumnElement[bool]) -> LockedOrders:
    """Lock every seller order of the group that `order_id` is part of; none if `party` does not hold for the order."""
    group = select(SellerOrder.group_id).where(col(SellerOrder.id) == order_id, party).scalar_subquery()
    return locked(session, col(SellerOrder.group_id) == group)


def locked(session: Session, condition: ColumnElement[bool]) -> LockedOrders:
    """Lock the seller orders for which `condition` holds, in id order."""
    statement = select(SellerOrder, clock.now()).where(condition).order_by(col(SellerOrder.id))
    rows = session.exec(statement.with_for_update(of=SellerOrder).execution_options(**FRESH)).all()
    return LockedOrders(rows[0][1] if rows else datetime.min.replace(tzinfo=UTC), [row[0] for row in rows])


OrderParts = tuple[
    SellerOrder, OrderGroup, tuple[OrderLine, ...], Shipment | None, TransportPass | None, tuple[UUID, ...]
]
"""An order with its purchase, lines, shipment, transport pass, and the ids of the photos of its arrival."""

_Row = tuple[SellerOrder, OrderGroup, OrderLine, Shipment | None, TransportPass | None, list[UUID] | None]


def of_groups(session: Session, group_ids: Iterable[UUID], party: ColumnElement[bool]) -> list[OrderParts]:
    """Seller orders of these groups for which `party` holds, sorted by group and order; one statement."""
    return _parts(session, col(SellerOrder.group_id).in_(group_ids) & party)


def of_ids(session: Session, order_ids: Iterable[UUID], party: ColumnElement[bool]) -> list[OrderParts]:
    """Seller orders with these ids for which `party` holds, sorted by group and order; one statement."""
    return _parts(session, col(SellerOrder.id).in_(order_ids) & party)


_PHOTOS = (
    select(func.array_agg(aggregate_order_by(col(DeliveryPhoto.id), col(DeliveryPhoto.id))))
    .where(col(DeliveryPhoto.seller_order_id) == col(SellerOrder.id))
    .correlate(SellerOrder)
    .scalar_subquery()
)


def _parts(session: Session, condition: ColumnElement[bool]) -> list[OrderParts]:
    statement = (
        select(SellerOrder, OrderGroup, OrderLine, Shipment)
        .add_columns(TransportPass, _PHOTOS)
        .join(OrderGroup, col(OrderGroup.id) == SellerOrder.group_id)
        .join(OrderLine, col(OrderLine.seller_order_id) == SellerOrder.id)
        .outerjoin(Shipment, col(Shipment.seller_order_id) == SellerOrder.id)
        .outerjoin(TransportPass, col(TransportPass.shipment_id) == Shipment.id)
        .where(condition)
        .order_by(col(SellerOrder.group_id), col(SellerOrder.id), col(OrderLine.id))
    )
    found: list[OrderParts] = []
    parts = cast("Iterable[_Row]", session.exec(statement))  # pyright: ignore[reportCallIssue, reportArgumentType]
    for _, rows in groupby(parts, key=lambda row: row[0].id):
        lines = list(rows)
        order, group, _, shipment, transport_pass, photos = lines[0]
        found.append((order, group, tuple(row[2] for row in lines), shipment, transport_pass, tuple(photos or ())))
    return found


def page(
    session: Session, seller: Principal, states: Collection[SellerOrderState], before: UUID | None, limit: int
) -> list[UUID]:
    """Ids of the seller orders that this person sells, newest first; unpaid ones only for operators.

    Only those in one of `states`, unless that is empty.
    """
    statement = select(SellerOrder.id).where(sold_by(seller)).order_by(col(SellerOrder.id).desc()).limit(limit)
    if not seller.has(Role.OPERATOR):
        statement = statement.where(col(SellerOrder.placed_at).is_not(None))
    if states:
        statement = statement.where(col(SellerOrder.state).in_(states))
    if before is not None:
        statement = statement.where(col(SellerOrder.id) < before)
    return list(session.exec(statement))


def oldest(session: Session, seller: Principal, states: Collection[SellerOrderState], limit: int) -> list[UUID]:
    """Ids of the orders in these states that this person sells, the oldest first."""
    statement = select(SellerOrder.id).where(sold_by(seller), col(SellerOrder.state).in_(states))
    return list(session.exec(statement.order_by(col(SellerOrder.id)).limit(limit)))


def bought(session: Session, buyer_id: UUID, before: UUID | None, limit: int) -> list[UUID]:
    """Ids of the seller orders of that buyer, newest first, unpaid ones too."""
    statement = select(SellerOrder.id).where(SellerOrder.buyer_id == buyer_id).order_by(col(SellerOrder.id).desc())
    if before is not None:
        statement = statement.where(col(SellerOrder.id) < before)
    return list(session.exec(statement.limit(limit)))


def counts(session: Session, seller: Principal) -> dict[SellerOrderState, int]:
    """How many seller orders that were paid for this person sells, by state."""
    statement = (
        select(SellerOrder.state, func.count())
        .where(sold_by(seller), col(SellerOrder.placed_at).is_not(None))
        .group_by(col(SellerOrder.state))
    )
    return {SellerOrderState(state): count for state, count in session.exec(statement)}


def lines_of(session: Session, order_id: UUID) -> list[OrderLine]:
    """A seller order's lines."""
    return list(session.exec(select(OrderLine).where(col(OrderLine.seller_order_id) == order_id).order_by("id")))


def live_reservations(session: Session, order_ids: Iterable[UUID]) -> list[Reservation]:
    """Active and committed reservations of seller orders that the caller has locked, sorted by lot."""
    live = col(Reservation.state).in_([ReservationState.ACTIVE, ReservationState.COMMITTED])
    statement = (
        select(Reservation)
        .where(col(Reservation.seller_order_id).in_(order_ids), live)
        .order_by(col(Reservation.lot_id), col(Reservation.id))
    )
    return list(session.exec(statement.execution_options(**FRESH)))


def all_reservations(session: Session, order_id: UUID) -> list[Reservation]:
    """Every reservation of a seller order, in any state."""
    return list(session.exec(select(Reservation).where(col(Reservation.seller_order_id) == order_id)))


def unanswered(session: Session, limit: int = 200) -> list[UUID]:
    """Placed orders whose seller has not answered in time."""
    return list(session.connection().execute(_UNANSWERED, {"limit": limit}).scalars())


def completable(session: Session, order_id: UUID | None = None, limit: int = 200) -> list[UUID]:
    """Delivered orders (or only that one) whose claim window is over, and that have no claim open or reviewable."""
    row = {"limit": limit, "id": order_id, "pending": [state.value for state in CLAIM_PENDING]}
    return list(session.connection().execute(_COMPLETABLE, row).scalars())


def sales(session: Session, seller_id: UUID, since: datetime) -> Row[Any]:
    """Sums (grams, gross, orders, last_at) of a seller's orders placed since `since` and not cancelled."""
    return session.connection().execute(_SALES, {"seller": seller_id, "since": since}).one()


_UNANSWERED = text("""
    SELECT id FROM seller_order WHERE state = 'placed' AND answer_by <= agrimarket_now() ORDER BY answer_by LIMIT :limit
""")
_COMPLETABLE = text("""
    SELECT o.id FROM seller_order AS o
    WHERE o.state = 'delivered' AND o.claim_until <= agrimarket_now()
      AND o.id = coalesce(CAST(:id AS uuid), o.id) AND NOT EXISTS (
        SELECT FROM claim AS c WHERE c.seller_order_id = o.id AND (
            c.state = ANY(:pending) OR (c.state = 'rejected' AND c.appeal_until > agrimarket_now()))
    )
    ORDER BY o.claim_until LIMIT :limit
""")
_SALES = text("""
    SELECT count(*) AS orders, max(o.placed_at) AS last_at,
           coalesce(sum(coalesce((SELECT sum(l.final) FROM order_line AS l
                                  WHERE l.seller_order_id = o.id), o.goods)), 0) AS gross,
           coalesce(sum((SELECT sum(coalesce(l.packed_grams, l.packs * l.pack_grams)) FROM order_line AS l
                         WHERE l.seller_order_id = o.id)), 0) AS grams
    FROM seller_order AS o
    WHERE o.seller_id = :seller AND o.placed_at >= :since
      AND o.state IN ('placed', 'accepted', 'packed', 'dispatched', 'delivered', 'completed')
""")
