"""Purchases and their parts: written, locked, read, and what of them falls due."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Interval, Row, bindparam, or_, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Session, col, select

from agrimarket.kernel import clock
from agrimarket.orders.models import (
    OrderGroup,
    OrderLine,
    Reservation,
    SellerOrder,
    Shipment,
)
from agrimarket.orders.rules import ANSWER_WINDOW, LATE_WINDOW
from agrimarket.orders.states import CLAIM_PENDING, SellerOrderState

FRESH = {"populate_existing": True}


def insert_purchase(session: Session, group: dict[str, Any], orders: list[Any], lines: list[Any]) -> Row[Any]:
    """A purchase with its seller orders, lines and active reservations; one statement. (created_at, expires_at)."""
    return session.connection().execute(_INSERT_PURCHASE, {**group, "orders": orders, "lines": lines}).one()


def place_paid(session: Session, group_id: UUID) -> tuple[list[SellerOrder], dict[UUID, int]]:
    """Place what waits for its payment and commit its reservations; (the orders placed, lot id → grams sold).

    One statement. Rows are locked in id order first, and a reservation changes only with its order, so that whoever
    waits for the lock finds both as they are then.
    """
    rows = session.connection().execute(_PLACE_PAID, {"group": group_id, "window": ANSWER_WINDOW}).mappings().all()
    orders = [SellerOrder.model_validate({k: v for k, v in row.items() if k != "sold"}) for row in rows]
    sold: dict[str, int] = rows[0]["sold"] if rows else {}
    return orders, {UUID(lot_id): grams for lot_id, grams in sold.items()}


@dataclass(frozen=True, slots=True)
class LockedGroup:
    """All seller orders of a purchase under their locks, in id order, and the clock's time."""

    now: datetime
    orders: list[SellerOrder]


def lock_group(session: Session, group_id: UUID) -> LockedGroup:
    """Lock every seller order of a purchase."""
    return locked(session, col(SellerOrder.group_id) == group_id)


def lock_siblings(session: Session, order_id: UUID, party: ColumnElement[bool]) -> LockedGroup:
    """Lock every seller order of the purchase that `order_id` is part of; none if `party` does not hold for it."""
    mine = select(SellerOrder.group_id).where(col(SellerOrder.id) == order_id, party).scalar_subquery()
    return locked(session, col(SellerOrder.group_id) == mine)


def locked(session: Session, condition: ColumnElement[bool]) -> LockedGroup:
    """Lock the seller orders of which `condition` holds, in id order."""
    statement = select(SellerOrder, clock.now()).where(condition).order_by(col(SellerOrder.id))
    rows = session.exec(statement.with_for_update(of=SellerOrder).execution_options(**FRESH)).all()
    return LockedGroup(rows[0][1] if rows else datetime.min.replace(tzinfo=UTC), [row[0] for row in rows])


def group_of(session: Session, group_id: UUID) -> OrderGroup:
    """A purchase's own row."""
    return session.exec(select(OrderGroup).where(col(OrderGroup.id) == group_id)).one()


OrderRow = tuple[SellerOrder, OrderGroup, OrderLine, Shipment | None]


def order_rows(session: Session, condition: ColumnElement[bool]) -> Sequence[OrderRow]:
    """Seller orders with their purchase, lines and shipment, by order and line; one statement."""
    statement = (
        select(SellerOrder, OrderGroup, OrderLine, Shipment)
        .join(OrderGroup, col(OrderGroup.id) == SellerOrder.group_id)
        .join(OrderLine, col(OrderLine.seller_order_id) == SellerOrder.id)
        .outerjoin(Shipment, col(Shipment.seller_order_id) == SellerOrder.id)
        .where(condition)
        .order_by(col(SellerOrder.group_id), col(SellerOrder.id), col(OrderLine.id))
    )
    return [row._tuple() for row in session.exec(statement)]  # type: ignore[misc]  # pyright: ignore[reportReturnType]


def group_page(session: Session, party: ColumnElement[bool], before: UUID | None, limit: int) -> list[UUID]:
    """Ids of purchases, the newest first."""
    statement = select(OrderGroup.id).where(party).order_by(col(OrderGroup.id).desc()).limit(limit)
    if before is not None:
        statement = statement.where(col(OrderGroup.id) < before)
    return list(session.exec(statement))


def order_page(
    session: Session, party: ColumnElement[bool], state: SellerOrderState | None, before: UUID | None, limit: int
) -> list[UUID]:
    """Ids of seller orders, the newest first."""
    statement = select(SellerOrder.id).where(party).order_by(col(SellerOrder.id).desc()).limit(limit)
    if state is not None:
        statement = statement.where(col(SellerOrder.state) == state)
    if before is not None:
        statement = statement.where(col(SellerOrder.id) < before)
    return list(session.exec(statement))


def lines_of(session: Session, order_id: UUID) -> list[OrderLine]:
    """A seller order's lines."""
    return list(session.exec(select(OrderLine).where(col(OrderLine.seller_order_id) == order_id).order_by("id")))


def live_reservations(session: Session, order_ids: Iterable[UUID]) -> list[Reservation]:
    """Active and committed reservations of seller orders that the caller has locked, by lot."""
    statement = (
        select(Reservation)
        .where(
            col(Reservation.seller_order_id).in_(order_ids),
            or_(col(Reservation.state) == "active", col(Reservation.state) == "committed"),
        )
        .order_by(col(Reservation.lot_id), col(Reservation.id))
    )
    return list(session.exec(statement.execution_options(**FRESH)))


def all_reservations(session: Session, order_ids: Iterable[UUID]) -> list[Reservation]:
    """Every reservation of seller orders, whatever became of it."""
    return list(session.exec(select(Reservation).where(col(Reservation.seller_order_id).in_(order_ids))))


def shipment(session: Session, order_id: UUID) -> Shipment:
    """The shipment of an order that was accepted; the order is locked."""
    statement = select(Shipment).where(col(Shipment.seller_order_id) == order_id)
    return session.exec(statement.execution_options(**FRESH)).one()


def unpaid_groups(session: Session, limit: int = 200) -> list[UUID]:
    """Purchases whose payment window is over."""
    return list(session.connection().execute(_UNPAID, {"limit": limit}).scalars())


def lapsed_groups(session: Session, limit: int = 200) -> list[UUID]:
    """Lapsed purchases whose payment can still come in, and whose hour for that is over."""
    return list(session.connection().execute(_LAPSED, {"limit": limit, "window": LATE_WINDOW}).scalars())


def unanswered_orders(session: Session, limit: int = 200) -> list[UUID]:
    """Placed orders whose seller has not answered in time."""
    return list(session.connection().execute(_UNANSWERED, {"limit": limit}).scalars())


def completable_orders(session: Session, order_id: UUID | None = None, limit: int = 200) -> list[UUID]:
    """Delivered orders (or that one) whose claim window is over, on which no claim waits or can still be appealed."""
    row = {"limit": limit, "id": order_id, "pending": [state.value for state in CLAIM_PENDING]}
    return list(session.connection().execute(_COMPLETABLE, row).scalars())


def sales(session: Session, seller_id: UUID, since: datetime) -> Row[Any]:
    """(grams, gross, orders) of a seller's live orders that were placed since then."""
    return session.connection().execute(_SALES, {"seller": seller_id, "since": since}).one()


_INSERT_PURCHASE = text("""
    WITH bought AS (
        INSERT INTO order_group (id, cart_id, buyer_id, payment_id, method, currency, region_code, community, address,
                                 expires_at)
        VALUES (:id, :cart_id, :buyer_id, :payment_id, :method, :currency, :region_code, :community, :address,
                agrimarket_now() + :window)
        RETURNING created_at, expires_at
    ), parts AS (
        INSERT INTO seller_order (id, group_id, seller_id, seller_person_id, buyer_id, buyer_person_id, state,
                                  origin_region, currency, goods, delivery, commission_bps)
        SELECT o.id, :id, o.seller_id, o.seller_person_id, :buyer_id, :buyer_person_id, 'pending_payment',
               o.origin_region, :currency, o.goods, o.delivery, o.commission_bps
        FROM jsonb_to_recordset(:orders) AS o (id uuid, seller_id uuid, seller_person_id uuid, origin_region text,
                                               goods bigint, delivery bigint, commission_bps integer)
    ), line AS (
        SELECT * FROM jsonb_to_recordset(:lines) AS l (
            id uuid, seller_order_id uuid, listing_id uuid, lot_id uuid, product_id uuid, title text, packs bigint,
            pack_grams bigint, unit_price bigint, priced_by text)
    ), made AS (
        INSERT INTO order_line (id, seller_order_id, listing_id, lot_id, product_id, title, packs, pack_grams,
                                unit_price, priced_by)
        SELECT id, seller_order_id, listing_id, lot_id, product_id, title, packs, pack_grams, unit_price, priced_by
        FROM line
    ), held AS (
        INSERT INTO reservation (id, seller_order_id, lot_id, grams, state)
        SELECT gen_random_uuid(), seller_order_id, lot_id, sum(packs * pack_grams), 'active'
        FROM line GROUP BY seller_order_id, lot_id
    )
    SELECT created_at, expires_at FROM bought
""").bindparams(bindparam("orders", type_=JSONB), bindparam("lines", type_=JSONB))
_PLACE_PAID = text("""
    WITH waiting AS MATERIALIZED (
        SELECT id FROM seller_order WHERE group_id = :group AND state = 'pending_payment' ORDER BY id FOR UPDATE
    ), placed AS (
        UPDATE seller_order AS o
        SET state = 'placed', placed_at = agrimarket_now(), answer_by = agrimarket_now() + :window
        FROM waiting AS w WHERE o.id = w.id RETURNING o.*
    ), sold AS (
        UPDATE reservation AS r SET state = 'committed' FROM placed AS p
        WHERE r.seller_order_id = p.id AND r.state = 'active' RETURNING r.lot_id, r.grams
    )
    SELECT p.*, (SELECT jsonb_object_agg(lot_id, grams)
                 FROM (SELECT lot_id, sum(grams) AS grams FROM sold GROUP BY lot_id) AS s) AS sold
    FROM placed AS p ORDER BY p.id
""")
_UNPAID = text("""
    SELECT DISTINCT g.id FROM seller_order AS o JOIN order_group AS g ON g.id = o.group_id
    WHERE o.state = 'pending_payment' AND g.expires_at <= agrimarket_now() ORDER BY g.id LIMIT :limit
""")
_LAPSED = text("""
    SELECT DISTINCT group_id FROM seller_order
    WHERE state = 'payment_expired' AND final IS NULL AND ended_at <= agrimarket_now() - :window LIMIT :limit
""").bindparams(bindparam("window", type_=Interval))
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
           coalesce(sum(coalesce(o.final - o.delivery, o.goods)), 0) AS gross,
           coalesce(sum((SELECT sum(coalesce(l.packed_grams, l.packs * l.pack_grams)) FROM order_line AS l
                         WHERE l.seller_order_id = o.id)), 0) AS grams
    FROM seller_order AS o
    WHERE o.seller_id = :seller AND o.placed_at >= :since
      AND o.state IN ('placed', 'accepted', 'packed', 'dispatched', 'delivered', 'completed')
""")
