"""Rows of the database, read without the services, and its clock."""

from concurrent.futures import Future
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from agrimarket.kernel import clock
from agrimarket.kernel.db import Database


def values(db: Database, statement: str) -> list[Any]:
    """Values of the first column of a query."""
    with db.reading() as session:
        return list(session.connection().execute(text(statement)).scalars())


def count(db: Database, table: str) -> int:
    """Number of rows of a table; `table` may go on with a WHERE."""
    return int(values(db, f"SELECT count(*) FROM {table}")[0])


def states(db: Database, table: str) -> list[str]:
    """The states of a table's rows, oldest first."""
    return values(db, f"SELECT state FROM {table} ORDER BY id")


def audited(db: Database, action: str) -> list[Any]:
    """The details of every audit entry of that action."""
    return values(db, f"SELECT details FROM audit_entry WHERE action = '{action}'")


def later(db: Database, by: timedelta) -> None:
    """Move the clock forward."""
    with db.transaction() as session:
        clock.advance(session, by)


def waits_for_lock(db: Database, running: Future[Any]) -> None:
    """Return once somebody in this database waits for a lock, or `running` has ended."""
    statement = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    while not running.done() and not values(db, statement):
        pass
