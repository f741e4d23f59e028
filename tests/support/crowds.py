"""Thousands of people at once, and the query plans among their rows."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import TextClause, text
from sqlmodel import Session

Result = TypeVar("Result")
PHONES = "+86139%"
"""Pattern of their phones; those of the other factories begin otherwise."""
_PEOPLE = text("""
    INSERT INTO person (id, phone, display_name, language)
    SELECT gen_random_uuid(), '+86139' || lpad(i::text, 8, '0'), '', 'zh-Hans' FROM generate_series(1, :count) AS i
""")


def people(session: Session, count: int = 12_000) -> None:
    """Insert that many people with phones like `PHONES`."""
    session.connection().execute(_PEOPLE, {"count": count})
    # Statistics first: else rows that foreign keys refer to are sought by a plan made for an almost empty table.
    session.connection().execute(text("ANALYZE person"))


def plan(session: Session, query: TextClause, values: dict[str, Any]) -> str:
    """Plan by which PostgreSQL ran that query."""
    return "\n".join(session.connection().execute(text(f"EXPLAIN (ANALYZE) {query.text}"), values).scalars())


def timed(act: Callable[[], Result]) -> tuple[Result, float]:
    """Call `act`; returns its result and the milliseconds that it took."""
    started = time.perf_counter()
    result = act()
    return result, (time.perf_counter() - started) * 1_000
