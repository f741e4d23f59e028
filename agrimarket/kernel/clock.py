"""The database's clock, by which every lease, expiry and service level runs.

`agrimarket_now()` is the transaction's time plus a shift that is zero in production; an embedded run may move it, so
that a story or a test passes a claim window without waiting for it.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, DateTime, func, text
from sqlmodel import Session


def now() -> ColumnElement[datetime]:
    """The clock as an SQL expression."""
    return func.agrimarket_now(type_=DateTime(timezone=True))


def read(session: Session) -> datetime:
    """The clock's time in UTC; one statement."""
    return session.connection().execute(text("SELECT agrimarket_now()")).scalar_one()


def world(session: Session) -> datetime:
    """The time of the database's machine, which nothing here moves."""
    return session.connection().execute(text("SELECT clock_timestamp()")).scalar_one()


def shift(session: Session) -> timedelta:
    """By how much the clock was moved."""
    return session.connection().execute(text("SELECT shift FROM clock")).scalar_one()


def advance(session: Session, by: timedelta) -> datetime:
    """Move the clock forward, for everybody. Callers make sure that the run is embedded."""
    session.connection().execute(text("UPDATE clock SET shift = shift + :by"), {"by": by})
    return read(session)
