"""Statements about orders that wait too long: alerts are opened on them, and closed once they moved on."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session

from agrimarket.kernel.ids import new_id

MOST = 1_000
"""Alerts that are opened at once; the next sweep goes on."""


def late(session: Session, windows: Mapping[str, timedelta]) -> Sequence[Row[Any]]:
    """Orders (id, kind) on which an alert is due, those that wait longest first. One statement.

    `windows`: `answer` (of which half is waited), `pack`, `send`, `arrive`, and `lapse`, after which the bank will soon
    let the money go. An alert that an operator closed comes again after the same time.
    """
    return session.connection().execute(_LATE, {**windows, "most": MOST}).all()


def open_on(session: Session, found: Sequence[tuple[UUID, str]]) -> int:
    """Open an alert of that kind on each of these orders, unless one is open; returns how many. One statement."""
    row = {
        "ids": [new_id() for _ in found],
        "orders": [order_id for order_id, _ in found],
        "kinds": [kind for _, kind in found],
    }
    return session.connection().execute(_OPEN, row).rowcount


def close_passed(session: Session) -> int:
    """Close the alerts whose orders have moved on; returns how many. One statement."""
    return session.connection().execute(_CLOSE).rowcount


_LATE = text("""
    WITH waits AS (
        SELECT id, 'late_answer' AS kind, placed_at AS since, CAST(:answer AS interval) / 2 AS most
        FROM seller_order WHERE state = 'placed'
        UNION ALL
        SELECT id, 'not_packed', accepted_at, CAST(:pack AS interval) FROM seller_order WHERE state = 'accepted'
        UNION ALL
        SELECT id, 'not_sent', packed_at, CAST(:send AS interval) FROM seller_order WHERE state = 'packed'
        UNION ALL
        SELECT id, 'not_arrived', dispatched_at, CAST(:arrive AS interval)
        FROM seller_order WHERE state = 'dispatched'
        UNION ALL
        SELECT o.id, 'lapsing', o.placed_at, CAST(:lapse AS interval)
        FROM seller_order AS o JOIN order_group AS g ON g.id = o.group_id
        WHERE o.state IN ('placed', 'accepted') AND g.method = 'card'
    )
    SELECT w.id, w.kind FROM waits AS w
    WHERE w.since + w.most <= agrimarket_now() AND NOT EXISTS (
        SELECT FROM order_alert AS a
        WHERE a.seller_order_id = w.id AND a.kind = w.kind
          AND (a.resolved_at IS NULL OR a.resolved_at + w.most > agrimarket_now()))
    ORDER BY w.since, w.id LIMIT :most
""")
_OPEN = text("""
    INSERT INTO order_alert (id, seller_order_id, kind, details)
    SELECT w.id, w.seller_order, w.kind, '{}'
    FROM unnest(CAST(:ids AS uuid[]), CAST(:orders AS uuid[]), CAST(:kinds AS text[])) AS w (id, seller_order, kind)
    ON CONFLICT (seller_order_id, kind) WHERE resolved_at IS NULL DO NOTHING
""")
_CLOSE = text("""
    UPDATE order_alert AS a SET resolved_at = agrimarket_now()
    FROM seller_order AS o
    WHERE o.id = a.seller_order_id AND a.resolved_at IS NULL AND CASE
        WHEN a.kind = 'late_answer' THEN o.state <> 'placed'
        WHEN a.kind = 'not_packed' THEN o.state <> 'accepted'
        WHEN a.kind = 'not_sent' THEN o.state <> 'packed'
        WHEN a.kind = 'not_arrived' THEN o.state <> 'dispatched'
        WHEN a.kind = 'lapsing' THEN o.state NOT IN ('placed', 'accepted')
        WHEN a.kind IN ('restricted', 'shipment_failed')
            THEN o.state IN ('delivered', 'completed', 'declined', 'cancelled')
        ELSE false END
""")
