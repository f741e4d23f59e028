"""Recalls and drills: first the list is complete, then each buyer is told."""

from uuid import UUID

from agrimarket.kernel.db import Database
from agrimarket.orders.service import recalls


def run(db: Database, recall_id: UUID) -> None:
    """List everybody who bought of the lot, and tell them, in two transactions; running it again tells nobody twice."""
    with db.transaction() as session:
        row = recalls.list_buyers(session, recall_id)
    with db.transaction() as session:
        recalls.tell(session, row)
