"""The version of all that regions show: an answer that was kept is good while it stays the same."""

from typing import Final

from sqlalchemy import text
from sqlmodel import Session

CURRENT: Final = """
    (SELECT coalesce(sum(changes), 0) || ' ' || coalesce(max(CAST(CAST(xmin AS text) AS bigint)), 0)
     FROM region_version) || ' '
        || CAST(agrimarket_now() AT TIME ZONE 'Asia/Shanghai' AS date)
"""
"""The sum of the counters, the last transaction that raised one, which tells databases apart that count alike, and the
day in China."""


def current(session: Session) -> str:
    """A text that differs as soon as anything that a region's answers show has changed, or the day in China has."""
    return session.connection().execute(_VERSION).scalar_one()


_VERSION = text(f"SELECT {CURRENT}")  # made of constants
