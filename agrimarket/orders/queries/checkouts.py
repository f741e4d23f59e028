"""Statements about checkouts: purchases are written, placed once they are paid for, and found when they are unpaid."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Interval, Row, Time, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Session

from agrimarket.drive import Calling
from agrimarket.kernel.calling import morning
from agrimarket.kernel.i18n import PEOPLES_ZONE
from agrimarket.kernel.states import arrow
from agrimarket.orders.states import (
    RESERVATION_TRANSITIONS,
    SELLER_ORDER_TRANSITIONS,
    ReservationState,
    SellerOrderState,
)
from agrimarket.orders.types import PaidOrder


def insert(session: Session, group: dict[str, Any], orders: list[Any], lines: list[Any]) -> Row[Any]:
    """Write a purchase with its seller orders, lines and active reservations; returns its (created_at, expires_at).

    One statement.
    """
    return session.connection().execute(_INSERT, {**group, "orders": orders, "lines": lines}).one()


def place_paid(
    session: Session, group_id: UUID, answer_window: timedelta, hours: Calling
) -> tuple[list[PaidOrder], dict[UUID, int]]:
    """Place the orders of a paid group, and commit their stock; returns (those orders, lot id → grams sold).

    Their sellers answer within `answer_window`, which ends within calling hours (`calling.awake`).

    One statement. Rows are locked in id order first, and a reservation changes only with its order, so a
    transaction that waited for the lock finds both up to date.
    """
    said = {"group": group_id, "window": answer_window, "zone": PEOPLES_ZONE.key, "morning": morning(hours)}
    rows = session.connection().execute(_PLACE_PAID, {**said, "from": hours.from_, "until": hours.until}).all()
    sold: dict[str, int] = rows[0].sold if rows else {}
    return [PaidOrder(*row[:-1]) for row in rows], {UUID(lot_id): grams for lot_id, grams in sold.items()}


def unpaid(session: Session, limit: int = 200) -> list[UUID]:
    """Order groups whose payment window is over."""
    return list(session.connection().execute(_UNPAID, {"limit": limit}).scalars())


def lapsed(session: Session, late_window: timedelta, limit: int = 200) -> list[UUID]:
    """Lapsed order groups whose late payment window, in which the payment could still come in, is over."""
    return list(session.connection().execute(_LAPSED, {"limit": limit, "window": late_window}).scalars())


_INSERT = text("""
    WITH bought AS (
        INSERT INTO order_group (id, cart_id, buyer_id, payment_id, method, currency, region_code, community,
                                 mode, address, search_keys, expires_at)
        VALUES (:id, :cart_id, :buyer_id, :payment_id, :method, :currency, :region_code, :community, :mode, :address,
                CAST(:search_keys AS bytea[]), agrimarket_now() + :window)
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
_PLACE = arrow(SELLER_ORDER_TRANSITIONS, [SellerOrderState.PENDING_PAYMENT], SellerOrderState.PLACED)
_COMMIT = arrow(RESERVATION_TRANSITIONS, [ReservationState.ACTIVE], ReservationState.COMMITTED)
_PLACE_PAID = text(f"""
    WITH waiting AS MATERIALIZED (
        SELECT id FROM seller_order WHERE group_id = :group AND state IN ({_PLACE.sources}) ORDER BY id FOR UPDATE
    ), answer AS (
        SELECT CASE WHEN t::time >= :from AND t::time < :until THEN by
                    ELSE (date_trunc('day', t + (interval '24 hours' - :until)) + :morning) AT TIME ZONE :zone END AS by
        FROM (SELECT agrimarket_now() + :window AS by, (agrimarket_now() + :window) AT TIME ZONE :zone AS t) AS ends
    ), placed AS (
        UPDATE seller_order AS o SET state = {_PLACE.to}, placed_at = agrimarket_now(), answer_by = a.by
        FROM waiting AS w, answer AS a WHERE o.id = w.id RETURNING o.*
    ), sold AS (
        UPDATE reservation AS r SET state = {_COMMIT.to} FROM placed AS p
        WHERE r.seller_order_id = p.id AND r.state IN ({_COMMIT.sources}) RETURNING r.lot_id, r.grams
    )
    SELECT p.id, p.group_id, p.seller_id, p.seller_person_id, p.buyer_id, p.buyer_person_id, p.placed_at, p.answer_by,
           (SELECT jsonb_object_agg(lot_id, grams)
                 FROM (SELECT lot_id, sum(grams) AS grams FROM sold GROUP BY lot_id) AS s) AS sold
    FROM placed AS p ORDER BY p.id
""").bindparams(  # noqa: S608  # states alone are put in
    bindparam("window", type_=Interval), *(bindparam(name, type_=Time) for name in ("from", "until", "morning"))
)
_UNPAID = text("""
    SELECT DISTINCT g.id FROM seller_order AS o JOIN order_group AS g ON g.id = o.group_id
    WHERE o.state = 'pending_payment' AND g.expires_at <= agrimarket_now() ORDER BY g.id LIMIT :limit
""")
_LAPSED = text("""
    SELECT DISTINCT group_id FROM seller_order
    WHERE state = 'payment_expired' AND final IS NULL AND ended_at <= agrimarket_now() - :window LIMIT :limit
""").bindparams(bindparam("window", type_=Interval))
