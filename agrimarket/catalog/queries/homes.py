"""What waits for one person who sells: harvests that they expect."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session

MOST = 20
"""Harvests that are read at most; those that are expected first come first."""


def lines(session: Session, seller_id: UUID) -> Sequence[Row[Any]]:
    """The seller's lots with a listing whose harvest is not in: (listing_id, title, quantity, day, due); one statement.

    `due` tells whether the day has come. One that was recalled is left out unless some of it is sold.
    """
    return session.connection().execute(_LINES, {"seller": seller_id, "most": MOST}).all()


_LINES = text("""
    SELECT i.id AS listing_id, i.title, l.quantity, l.harvested_on AS day,
           l.harvested_on <= (agrimarket_now() AT TIME ZONE 'Asia/Shanghai')::date AS due
    FROM harvest_lot AS l
    JOIN LATERAL (SELECT id, title FROM listing WHERE lot_id = l.id ORDER BY id LIMIT 1) AS i ON true
    WHERE l.seller_id = :seller AND l.expected_share IS NOT NULL AND l.came_in IS NULL
      AND (l.recalled_at IS NULL OR l.committed > 0)
    ORDER BY l.harvested_on, l.id LIMIT :most
""")
