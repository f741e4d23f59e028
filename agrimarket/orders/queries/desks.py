"""How many orders and claims wait for operators, and for how long."""

from sqlalchemy import text
from sqlmodel import Session

from agrimarket.kernel.waiting import Waiting


def waiting(session: Session) -> tuple[Waiting, Waiting]:
    """Open alerts about orders, and claims that operators have to decide; one statement."""
    row = session.connection().execute(_WAITING).one()
    return Waiting(row.alerts, row.oldest_alert), Waiting(row.claims, row.oldest_claim)


_WAITING = text("""
    WITH alerts AS (
        SELECT count(*) AS n, min(created_at) AS oldest FROM order_alert WHERE resolved_at IS NULL
    ), claims AS (
        SELECT count(*) AS n, min(created_at) AS oldest FROM claim
        WHERE state IN ('submitted', 'under_review', 'review_requested')
    )
    SELECT alerts.n AS alerts, alerts.oldest AS oldest_alert, claims.n AS claims, claims.oldest AS oldest_claim
    FROM alerts, claims
""")
