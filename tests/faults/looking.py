"""Queries that fault tests make."""

from datetime import timedelta
from typing import Any

from sqlalchemy import text

from agrimarket.kernel import clock, deliveries
from tests.support.running import Running, wait_until


def scalar(system: Running, statement: str, **parameters: Any) -> Any:
    """The only value of a statement."""
    with system.db.reading() as session:
        return session.connection().execute(text(statement), parameters).scalar_one()


def advance(system: Running, by: timedelta) -> None:
    """Move the clock of all processes forward."""
    with system.db.transaction() as session:
        clock.advance(session, by)


def waiting(system: Running) -> int:
    """Number of messages and deliveries on their way."""
    with system.db.reading() as session:
        backlog = deliveries.backlog(session)
    return backlog.unrelayed + backlog.waiting


def wait_for_all(system: Running, seconds: float = 120) -> None:
    """Wait until every message is handled or dead."""
    wait_until(lambda: waiting(system) == 0, seconds, "the backlog's end")


def lost_and_doubled(system: Running, sent: int) -> tuple[int, int]:
    """Numbers of `sent` messages without a row in `fault_effect`, and of rows too many."""
    distinct = scalar(system, "SELECT count(DISTINCT number) FROM fault_effect")
    return sent - distinct, scalar(system, "SELECT count(*) FROM fault_effect") - distinct
