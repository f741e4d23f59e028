"""What is in the database, and what time it is there."""

from datetime import timedelta

from sqlalchemy import text

from agrimarket.kernel import clock
from agrimarket.kernel.db import Database


def count(db: Database, table: str) -> int:
    """How many rows `table` has."""
    with db.transaction() as session:
        return session.connection().execute(text(f"SELECT count(*) FROM {table}")).scalar_one()


def later(db: Database, by: timedelta) -> None:
    """Move the clock forward."""
    with db.transaction() as session:
        clock.advance(session, by)
