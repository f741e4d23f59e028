"""Statements of recalls and drills: who bought of a lot, and what became known of them."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, text
from sqlmodel import Session, col, select

from agrimarket.kernel.db import locked
from agrimarket.kernel.ids import new_id
from agrimarket.orders.models.recalls import RecallDrill
from agrimarket.orders.states import AlertKind
from agrimarket.orders.types import ToTell

_HAD = """
    l.lot_id = :lot AND o.placed_at IS NOT NULL
    AND (o.state NOT IN ('declined', 'cancelled', 'payment_expired') OR o.dispatched_at IS NOT NULL)
"""
"""Lines whose buyers have goods of a lot, or are about to."""
_BUYERS = f"""
    SELECT DISTINCT ON (o.buyer_id) o.id, o.group_id, o.seller_id, o.seller_person_id, o.buyer_id, o.buyer_person_id
    FROM order_line AS l JOIN seller_order AS o ON o.id = l.seller_order_id
    WHERE {_HAD} AND (:after IS NULL OR o.buyer_id > :after)
    ORDER BY o.buyer_id, o.id DESC
"""  # noqa: S608  # made of constants
_IDS = tuple(bindparam(name, type_=Uuid()) for name in ("lot", "after"))
_EVERY = text(_BUYERS).bindparams(*_IDS)
_SOME = text(f"{_BUYERS} LIMIT :limit").bindparams(*_IDS)
_SUMS = text(f"""
    SELECT count(DISTINCT o.id) AS orders, coalesce(sum(coalesce(l.packed_grams, l.packs * l.pack_grams)), 0) AS grams
    FROM order_line AS l JOIN seller_order AS o ON o.id = l.seller_order_id WHERE {_HAD}
""").bindparams(bindparam("lot", type_=Uuid()))  # noqa: S608  # made of constants
_BEGIN = text("""
    INSERT INTO recall_drill (id, lot_id, seller_id, drill, told, reason, pressed_at,
                              orders, buyers, by_phone, by_email, unreachable, grams)
    VALUES (:id, :lot, :seller, false, true, :reason, :pressed_at, 0, 0, 0, 0, 0, 0)
    ON CONFLICT (lot_id) WHERE NOT drill DO NOTHING RETURNING id
""")
_OPEN = text("""
    INSERT INTO order_alert (id, seller_order_id, kind, details)
    SELECT a.id, a.seller_order_id, :kind, jsonb_build_object('reason', CAST(:reason AS text))
    FROM unnest(CAST(:ids AS uuid[]), CAST(:orders AS uuid[])) AS a (id, seller_order_id)
    ON CONFLICT (seller_order_id, kind) WHERE resolved_at IS NULL DO NOTHING
""")
_OF_ORDER = text("""
    SELECT r.id FROM recall_drill AS r
    WHERE NOT r.drill AND r.lot_id IN (SELECT l.lot_id FROM order_line AS l WHERE l.seller_order_id = :order)
    ORDER BY r.id LIMIT 1
""")


def begin(session: Session, lot_id: UUID, seller_id: UUID, reason: str, pressed_at: Any) -> UUID | None:
    """Insert the recall of a lot; None if it was recalled before."""
    row = {"id": new_id(), "lot": lot_id, "seller": seller_id, "reason": reason, "pressed_at": pressed_at}
    return session.connection().execute(_BEGIN, row).scalar_one_or_none()


def one(session: Session, recall_id: UUID, *, lock: bool = False) -> RecallDrill | None:
    """The recall or drill."""
    statement = select(RecallDrill).where(col(RecallDrill.id) == recall_id)
    return session.exec(locked(statement) if lock else statement).one_or_none()


def page(
    session: Session, seller_id: UUID | None, lot_id: UUID | None, before: UUID | None, limit: int
) -> list[RecallDrill]:
    """Recalls of a seller's lots, newest first; None: everybody's, and drills too. Only of `lot_id`, if given."""
    statement = select(RecallDrill).order_by(col(RecallDrill.id).desc()).limit(limit)
    if seller_id is not None:
        statement = statement.where(col(RecallDrill.seller_id) == seller_id, ~col(RecallDrill.drill))
    if lot_id is not None:
        statement = statement.where(col(RecallDrill.lot_id) == lot_id)
    if before is not None:
        statement = statement.where(col(RecallDrill.id) < before)
    return list(session.exec(statement))


def buyers(session: Session, lot_id: UUID, size: int) -> Iterator[Sequence[ToTell]]:
    """Every buyer of a lot with their newest order of it, `size` at a time. One statement, whose rows are streamed."""
    streamed = _EVERY.execution_options(stream_results=True, yield_per=size)
    for rows in session.connection().execute(streamed, {"lot": lot_id, "after": None}).partitions(size):
        yield [ToTell(*row) for row in rows]


def some_buyers(session: Session, lot_id: UUID, after: UUID | None, limit: int) -> list[ToTell]:
    """Buyers of a lot beyond the buyer `after`. One statement."""
    rows = session.connection().execute(_SOME, {"lot": lot_id, "after": after, "limit": limit})
    return [ToTell(*row) for row in rows]


def sums(session: Session, lot_id: UUID) -> tuple[int, int]:
    """Number of orders that have goods of the lot, and the grams that they have. One statement."""
    row = session.connection().execute(_SUMS, {"lot": lot_id}).one()
    return row.orders, int(row.grams)


def open_alerts(session: Session, order_ids: Sequence[UUID], reason: str) -> int:
    """Open an alert on each of these orders that has no open one of a recall; returns how many. One statement."""
    row = {"ids": [new_id() for _ in order_ids], "orders": list(order_ids), "reason": reason}
    return session.connection().execute(_OPEN, {**row, "kind": AlertKind.RECALLED.value}).rowcount


def of_order(session: Session, order_id: UUID) -> UUID | None:
    """The recall of a lot that the order has goods of."""
    return session.connection().execute(_OF_ORDER, {"order": order_id}).scalar_one_or_none()
