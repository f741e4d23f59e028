"""What waits for one person who buys or sells: orders that go on, and claims about them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session

MOST = 60
"""Orders and claims that are read at most; those that run out first come first."""


def lines(session: Session, seller_id: UUID | None, buyer_id: UUID | None) -> Sequence[Row[Any]]:
    """Orders and claims of that seller and that buyer that are not over; one statement."""
    return session.connection().execute(_LINES, {"seller": seller_id, "buyer": buyer_id, "most": MOST}).all()


_LINES = text("""
    WITH theirs AS MATERIALIZED (
        SELECT 'sold' AS side, o.* FROM seller_order AS o
        WHERE o.seller_id = :seller AND o.state IN ('placed', 'accepted', 'packed', 'dispatched', 'delivered')
        UNION ALL
        SELECT 'bought', o.* FROM seller_order AS o
        WHERE o.buyer_id = :buyer AND (
            o.state IN ('pending_payment', 'placed', 'accepted', 'packed', 'dispatched')
            OR o.state = 'delivered' AND o.claim_until > agrimarket_now())
    )
    SELECT o.side, 'order' AS source, o.id, o.id AS order_id, o.state,
           coalesce(o.final, o.goods + o.delivery) AS amount, o.currency,
           coalesce(o.answer_by, g.expires_at) AS by, o.claim_until, NULL AS question,
           (SELECT array_agg(l.title || ' × ' || l.packs ORDER BY l.id) FROM order_line AS l
            WHERE l.seller_order_id = o.id) AS goods
    FROM theirs AS o JOIN order_group AS g ON g.id = o.group_id
    WHERE o.state <> 'pending_payment' OR g.expires_at > agrimarket_now()
    UNION ALL
    SELECT CASE WHEN o.buyer_id = :buyer THEN 'bought' ELSE 'sold' END, 'claim', c.id, o.id, c.state, c.claimed,
           c.currency, c.appeal_until, NULL, c.question, NULL
    FROM claim AS c JOIN seller_order AS o ON o.id = c.seller_order_id
    WHERE (o.seller_id = :seller OR o.buyer_id = :buyer) AND (
        c.state IN ('submitted', 'evidence_requested', 'under_review', 'review_requested', 'approved')
        OR c.state = 'rejected' AND c.appeal_until > agrimarket_now())
    ORDER BY by NULLS LAST
    LIMIT :most
""")
