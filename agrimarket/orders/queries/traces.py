"""Statements from a lot to everybody who bought of it."""

from collections.abc import Iterator
from typing import Any, Final, LiteralString, cast
from uuid import UUID

import psycopg
from sqlalchemy import Uuid, bindparam, text
from sqlmodel import Session

from agrimarket.orders.states import ADDRESS_NEEDED
from agrimarket.orders.types import TraceLine, TraceSort

_FROM: Final = """
    FROM order_line AS l
    JOIN seller_order AS o ON o.id = l.seller_order_id
    JOIN order_group AS g ON g.id = o.group_id
    LEFT JOIN shipment AS s ON s.seller_order_id = o.id
"""
_NEEDED: Final = ", ".join(f"'{state.value}'" for state in sorted(ADDRESS_NEEDED))
_PAGE = text(f"""
    SELECT l.id, o.id, o.buyer_id, o.state, l.title, l.packs, l.packs * l.pack_grams, l.packed_grams,
           o.placed_at, o.packed_at, o.dispatched_at, o.delivered_at, g.region_code,
           s.boxes, s.carrier, s.tracking_number, s.vehicle_plate,
           CASE WHEN :all OR o.state IN ({_NEEDED}) THEN g.address END
    {_FROM}
    WHERE l.lot_id = :lot AND (:after IS NULL OR l.id > :after) AND (:all OR o.placed_at IS NOT NULL)
    ORDER BY l.id LIMIT :limit
""").bindparams(bindparam("after", type_=Uuid()), bindparam("lot", type_=Uuid()))  # made of constants
_ORDERS: Final[dict[TraceSort, LiteralString]] = {
    TraceSort.LINE: "l.id",
    TraceSort.PLACED: "o.placed_at, l.id",
    TraceSort.STATE: "o.state, l.id",
    TraceSort.REGION: "g.region_code, l.id",
    TraceSort.BUYER: "o.buyer_id, l.id",
}


def _safe(column: str) -> str:
    """A typed text that no spreadsheet runs, as `sheets.escape` writes it; most are told by their first character."""
    first = "''''"  # an apostrophe in SQL
    runs = f"left({column}, 1) IN ({first}, '=', '+', '-', '@', '＝', '＋', '－', '＠')"
    return f"CASE WHEN {runs} AND {column} ~ '^''*[-=+@＝＋－＠]' THEN {first} || {column} ELSE {column} END"


def _time(column: str) -> str:
    return f"({column} AT TIME ZONE 'Asia/Shanghai')::timestamp(0)"


_COPY: Final = f"""
    COPY (
        SELECT CASE WHEN %(all)s OR o.state IN ({_NEEDED}) THEN encode(g.address, 'hex') END,
               upper(right(o.id::text, 6)), coalesce(%(states)s::jsonb ->> o.state, o.state), {_safe("l.title")},
               l.packs, (l.packs * l.pack_grams) / 1000.0, l.packed_grams / 1000.0,
               {_time("o.placed_at")}, {_time("o.packed_at")}, {_time("o.dispatched_at")}, {_time("o.delivered_at")},
               g.region_code, s.boxes, {_safe("s.carrier")}, {_safe("s.tracking_number")}, {_safe("s.vehicle_plate")}
        {_FROM}
        WHERE l.lot_id = %(lot)s AND (%(all)s OR o.placed_at IS NOT NULL)
        ORDER BY {{order}}
    ) TO STDOUT (FORMAT csv)
"""  # made of constants


def page(session: Session, lot_id: UUID, *, everything: bool, after: UUID | None, limit: int) -> list[TraceLine]:
    """Lines of a lot with their orders, beyond the line `after`. One statement.

    Unless `everything`: only of orders that were paid for, and addresses only where their seller may see them.
    """
    params = {"lot": lot_id, "after": after, "limit": limit, "all": everything}
    return [TraceLine._make(row) for row in session.connection().execute(_PAGE, params)]


def copied(session: Session, lot_id: UUID, sort: TraceSort, states: str, *, everything: bool) -> Iterator[bytes]:
    """The same as lines of a CSV, in one statement that the server streams; what comes first is the sealed address.

    Weights in kilograms, times in China's; `states` are the words for each state, as JSON.
    """
    raw: psycopg.Connection[Any] = cast("Any", session.connection().connection.driver_connection)
    statement = cast("LiteralString", _COPY.format(order=_ORDERS[sort]))
    with (
        raw.cursor() as cursor,
        cursor.copy(statement, {"lot": lot_id, "all": everything, "states": states}) as rows,
    ):
        yield from map(bytes, rows)
