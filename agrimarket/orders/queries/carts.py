"""Statements about carts and their lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from agrimarket.orders.types import CartView, Line, Way
from agrimarket.regions.types.serviceability import Mode


def insert(session: Session, cart_id: UUID, buyer_id: UUID, lines: Sequence[Line]) -> None:
    """Write a cart with its lines; one statement."""
    rows = {"listings": [line.listing_id for line in lines], "packs": [line.packs for line in lines]}
    session.connection().execute(_INSERT_CART, {"cart": cart_id, "buyer": buyer_id, **rows})


def put_lines(session: Session, cart_id: UUID, lines: Sequence[Line]) -> None:
    """Add packs to the cart's lines, and lines for listings that it does not have."""
    rows = {"listings": [line.listing_id for line in lines], "packs": [line.packs for line in lines]}
    session.connection().execute(_PUT_LINES, {"cart": cart_id, **rows})


def set_line(session: Session, cart_id: UUID, listing_id: UUID, packs: int) -> bool:
    """Set a line's packs, or with 0 remove the line; returns whether the cart had such a line."""
    statement = _SET_LINE if packs else _DROP_LINE
    return (
        session.connection().execute(statement, {"cart": cart_id, "listing": listing_id, "packs": packs}).rowcount > 0
    )


@dataclass(frozen=True, slots=True)
class LockedCart:
    """A cart under its lock; `parcels` is what its quote promised for `mode`, None if it is bought without one."""

    id: UUID
    parcels: list[Any] | None
    quote_expired: bool
    mode: Mode


def lock(session: Session, buyer_id: UUID, *, cart_id: UUID | None, quote_id: UUID | None) -> LockedCart | None:
    """Lock the buyer's cart, given by its id or by a quote of it; None if it is not this buyer's."""
    ids = {"cart": cart_id, "quote": quote_id, "buyer": buyer_id}
    row = session.connection().execute(_LOCK_CART if quote_id is None else _LOCK_CART_OF_QUOTE, ids).one_or_none()
    return None if row is None else LockedCart(row.id, row.parcels, row.expired, Mode(row.mode))


def view(session: Session, cart_id: UUID, buyer_id: UUID) -> CartView | None:
    """The buyer's cart with its lines; one statement."""
    rows = session.connection().execute(_CART, {"cart": cart_id, "buyer": buyer_id}).all()
    if not rows:
        return None
    lines = tuple(Line(row.listing_id, row.packs, row.created_at) for row in rows if row.listing_id is not None)
    return CartView(cart_id, lines, rows[0].group_id)


def way(session: Session, cart_id: UUID) -> Way | None:
    """Where the newest quote of a cart goes, and the prices that it told."""
    row = session.connection().execute(_WAY, {"cart": cart_id}).one_or_none()
    if row is None:
        return None
    items = [item for parcel in row.parcels for item in parcel["items"]]
    quoted = {UUID(item["listing_id"]): int(item["unit_price"]) for item in items}
    return Way(row.region_code, row.community, Mode(row.mode), quoted)


_WAY = text("SELECT region_code, community, mode, parcels FROM quote WHERE cart_id = :cart ORDER BY id DESC LIMIT 1")
_INSERT_CART = text("""
    WITH cart AS (INSERT INTO cart (id, buyer_id) VALUES (:cart, :buyer))
    INSERT INTO cart_line (id, cart_id, listing_id, packs)
    SELECT gen_random_uuid(), :cart, l.listing_id, l.packs
    FROM unnest(CAST(:listings AS uuid[]), CAST(:packs AS integer[])) AS l (listing_id, packs)
""")
_PUT_LINES = text("""
    INSERT INTO cart_line (id, cart_id, listing_id, packs)
    SELECT gen_random_uuid(), :cart, l.listing_id, l.packs
    FROM unnest(CAST(:listings AS uuid[]), CAST(:packs AS integer[])) AS l (listing_id, packs)
    ON CONFLICT (cart_id, listing_id) DO UPDATE SET packs = cart_line.packs + excluded.packs
""")
_SET_LINE = text("UPDATE cart_line SET packs = :packs WHERE cart_id = :cart AND listing_id = :listing")
_DROP_LINE = text("DELETE FROM cart_line WHERE cart_id = :cart AND listing_id = :listing")
_LOCK_CART = text("""
    SELECT id, NULL AS parcels, false AS expired, 'truck' AS mode
    FROM cart WHERE id = :cart AND buyer_id = :buyer FOR UPDATE
""")
_LOCK_CART_OF_QUOTE = text("""
    SELECT c.id, q.parcels, q.expires_at <= agrimarket_now() AS expired, q.mode
    FROM cart AS c JOIN quote AS q ON q.cart_id = c.id
    WHERE q.id = :quote AND c.buyer_id = :buyer FOR UPDATE OF c
""")
_CART = text("""
    SELECT g.id AS group_id, l.listing_id, l.packs, l.created_at
    FROM cart AS c LEFT JOIN order_group AS g ON g.cart_id = c.id LEFT JOIN cart_line AS l ON l.cart_id = c.id
    WHERE c.id = :cart AND c.buyer_id = :buyer ORDER BY l.created_at, l.listing_id
""")
