"""Stock of lots under any concurrency (invariant 1): one set-based statement each, rows locked in id order first.

Lots are given as lot id → grams. Each statement changes all of them or none; the CHECK `never_oversold` backs
them up.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Row, TextClause, Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Session

from agrimarket.catalog.states import LISTING_TRANSITIONS, OPEN, ListingState
from agrimarket.kernel.states import arrow


def reserve(session: Session, wanted: Mapping[UUID, int]) -> Sequence[Row[Any]]:
    """Hold grams of lots. Nothing is held if rows come back: those of lots that do not exist, and of lots that refused.

    Each row has `refused` and the reason: `perished`, `recalled`, `shared` (its harvest was short and is being shared
    out), or `free` grams and `others` open lots of the kind. Of an expected harvest no more than its share is held.
    """
    return _change(session, _RESERVE, wanted)


def release(session: Session, held: Mapping[UUID, int]) -> bool:
    """Reserved grams become free; False if less is reserved."""
    return len(_change(session, _RELEASE, held)) == len(held)


def commit(session: Session, held: Mapping[UUID, int]) -> list[UUID] | None:
    """Reserved grams become sold; the lots of which a listing can no longer fill an order. None if less is reserved."""
    rows = _change(session, _COMMIT, held)
    return [row.id for row in rows if row.ends] if len(rows) == len(held) else None


def restock(session: Session, sold: Mapping[UUID, int]) -> bool:
    """Sold grams become free; False if less is sold."""
    return len(_change(session, _RESTOCK, sold)) == len(sold)


def withdraw(session: Session, sold: Mapping[UUID, int]) -> bool:
    """Sold grams leave their lots; False if less is sold."""
    return len(_change(session, _WITHDRAW, sold)) == len(sold)


def end_sold_out(session: Session, lot_ids: Iterable[UUID]) -> Sequence[Row[Any]]:
    """End listings whose lot can fill no other order; returns (lot_id, seller_id) of lots whose last listing ended.

    None of an expected lot ends: more than was expected may come in.
    """
    return session.connection().execute(_END_SOLD_OUT, {"ids": sorted(lot_ids)}).all()


def others_open(session: Session, lot_id: UUID) -> int:
    """Number of other lots of the same product from the same place of which a listing can be bought now."""
    return session.connection().execute(_OTHERS_OPEN, {"id": lot_id}).scalar_one()


def _change(session: Session, statement: TextClause, wanted: Mapping[UUID, int]) -> Sequence[Row[Any]]:
    ids = sorted(wanted)
    return session.connection().execute(statement, {"ids": ids, "grams": [wanted[i] for i in ids]}).all()


_PARAMS = (bindparam("ids", type_=ARRAY(Uuid())), bindparam("grams", type_=ARRAY(BigInteger())))
_WANTED = """
    WITH wanted AS (SELECT id, grams FROM unnest(:ids, :grams) AS w (id, grams)),
    locked AS MATERIALIZED (
        SELECT l.id, l.seller_id, l.product_id, l.region_code, l.sellable, l.reserved, l.committed, l.recalled_at,
               l.came_in IS NOT NULL AS shared,
               l.perish_by <= agrimarket_now() AS perished, w.grams
        FROM harvest_lot AS l JOIN wanted AS w USING (id) ORDER BY l.id FOR NO KEY UPDATE OF l
    )"""
_OTHERS = """
               SELECT count(DISTINCT o.id) FROM harvest_lot AS o JOIN listing AS i ON i.lot_id = o.id
               WHERE o.product_id = r.product_id AND o.region_code = r.region_code AND o.id <> r.id
                 AND i.state = 'published' AND o.perish_by > agrimarket_now() AND o.recalled_at IS NULL
                 AND o.sellable - o.reserved - o.committed >= i.pack_grams * i.min_packs"""
_OTHERS_OPEN = text(f"SELECT ({_OTHERS}) FROM harvest_lot AS r WHERE r.id = :id")  # noqa: S608  # literals alone
_RESERVE = text(f"""{_WANTED},
    refused AS (
        SELECT * FROM locked
        WHERE sellable - reserved - committed < grams OR perished OR recalled_at IS NOT NULL
    ),
    done AS (
        UPDATE harvest_lot AS l SET reserved = l.reserved + k.grams FROM locked AS k
        WHERE l.id = k.id AND NOT EXISTS (SELECT FROM refused)
          AND (SELECT count(*) FROM locked) = (SELECT count(*) FROM wanted)
        RETURNING l.id
    )
    SELECT w.id, r.id IS NOT NULL AS refused, r.perished, r.recalled_at IS NOT NULL AS recalled,
           r.sellable - r.reserved - r.committed AS free, r.shared,
           CASE WHEN r.id IS NOT NULL THEN ({_OTHERS}
           ) END AS others
    FROM wanted AS w LEFT JOIN done AS d ON d.id = w.id LEFT JOIN refused AS r ON r.id = w.id
    WHERE d.id IS NULL ORDER BY w.id
""").bindparams(*_PARAMS)  # noqa: S608  # no value from outside is in the text


def _moving(guard: str, change: str, ends: str = "false") -> TextClause:
    return text(f"""{_WANTED},
        done AS (
            UPDATE harvest_lot AS l SET {change} FROM locked AS k
            WHERE l.id = k.id AND NOT EXISTS (SELECT FROM locked WHERE NOT ({guard}))
              AND (SELECT count(*) FROM locked) = (SELECT count(*) FROM wanted)
            RETURNING l.id, {ends} AS ends
        )
        SELECT id, ends FROM done
    """).bindparams(*_PARAMS)  # noqa: S608  # all parts are literals of this module


_SELL_OUT = arrow(LISTING_TRANSITIONS, OPEN, ListingState.SOLD_OUT)
_RELEASE = _moving("reserved >= grams", "reserved = l.reserved - k.grams")
_COMMIT = _moving(
    "reserved >= grams",
    "reserved = l.reserved - k.grams, committed = l.committed + k.grams",
    f"""EXISTS (SELECT FROM listing AS i WHERE i.lot_id = l.id AND i.state IN ({_SELL_OUT.sources})
                AND l.expected_share IS NULL AND l.quantity - l.committed < i.pack_grams * i.min_packs)""",
)
_RESTOCK = _moving("committed >= grams", "committed = l.committed - k.grams")
_WITHDRAW = _moving(
    "committed >= grams",
    """committed = l.committed - k.grams,
       quantity = l.quantity - k.grams * 10000 / coalesce(l.expected_share, 10000)""",
)
_END_SOLD_OUT = text(f"""
    WITH ended AS (
        UPDATE listing AS i SET state = {_SELL_OUT.to}, version = i.version + 1 FROM harvest_lot AS l
        WHERE l.id = i.lot_id AND l.id = ANY(:ids) AND i.state IN ({_SELL_OUT.sources})
          AND l.expected_share IS NULL AND l.quantity - l.committed < i.pack_grams * i.min_packs
        RETURNING i.lot_id, i.seller_id
    )
    SELECT DISTINCT e.lot_id, e.seller_id FROM ended AS e
    WHERE NOT EXISTS (
        SELECT FROM listing AS o JOIN harvest_lot AS l ON l.id = o.lot_id
        WHERE o.lot_id = e.lot_id AND o.state IN ({_SELL_OUT.sources})
          AND l.quantity - l.committed >= o.pack_grams * o.min_packs
    )
""").bindparams(bindparam("ids", type_=ARRAY(Uuid())))  # noqa: S608  # states alone are put in
