"""What waits for one seller: money on its way to them, and the account that it goes to."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session


def lines(session: Session, seller_id: UUID) -> Sequence[Row[Any]]:
    """Payouts that have not arrived or did these three days, and the stage of the account; one statement.

    The account's stage is `missing`, `unfinished`, or that of a bank account that is not verified; a row less if all
    is well. A payout that failed is told until the next one is written.
    """
    return session.connection().execute(_LINES, {"seller": seller_id}).all()


_LINES = text("""
    SELECT 'payout' AS source, p.id, p.state, p.amount, p.currency,
           coalesce(p.arrives_at, p.promised_by) AS by, p.created_at AS at
    FROM payout AS p
    WHERE p.seller_id = :seller AND (
        p.state IN ('scheduled', 'held', 'in_transit', 'unresolved')
        OR p.state = 'paid' AND coalesce(p.checked_at, p.created_at) > agrimarket_now() - interval '3 days'
        OR p.state IN ('failed', 'returned')
            AND NOT EXISTS (SELECT FROM payout AS n WHERE n.seller_id = p.seller_id AND n.id > p.id))
    UNION ALL
    SELECT 'account', s.id, CASE WHEN a.id IS NULL THEN 'missing' ELSE coalesce(b.state, 'unfinished') END,
           NULL, NULL, b.promised_by, s.at
    FROM (SELECT CAST(:seller AS uuid) AS id, agrimarket_now() AS at) AS s
    LEFT JOIN payout_account AS a ON a.seller_id = s.id
    LEFT JOIN bank_account AS b ON b.payout_account_id = a.id AND b.state <> 'replaced'
    WHERE a.id IS NULL OR b.state IN ('given', 'checked') OR b.id IS NULL AND NOT a.payouts_enabled
""")
