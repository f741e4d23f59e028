"""SELECTs and writes of names that no region was found for, and of operators' answers."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session

from agrimarket.kernel.ids import new_id


class Name(NamedTuple):
    """Names as notices state them, with how many entries, past ones too, have them, and since when."""

    stated: str
    entries: int
    in_force: int
    since: datetime


def answers(session: Session) -> dict[str, str]:
    """Operators' answers: key of names → code."""
    rows = session.connection().execute(text("SELECT key, region_code FROM name_answer"))
    return {row.key: row.region_code for row in rows}


def names(session: Session) -> list[Name]:
    """All names that are not resolved, those in force first, then the most frequent."""
    return [Name(*row) for row in session.connection().execute(_NAMES)]


def stated(session: Session) -> list[str]:
    """Every name that any entry has, as stated."""
    return list(session.connection().execute(text("SELECT DISTINCT stated FROM restriction")).scalars())


def remember(session: Session, key: str, said: str, code: str, by: UUID | None) -> None:
    """Keep an answer in place of an earlier one."""
    session.connection().execute(_REMEMBER, {"id": new_id(), "key": key, "stated": said, "code": code, "by": by})


def apply(session: Session, spellings: list[str], code: str) -> list[Row[Any]]:
    """Let all entries with those names mean that region; returns each one's former code, level, and if in force."""
    return list(session.connection().execute(_APPLY, {"stated": spellings, "code": code}))


def waiting(session: Session) -> tuple[int, datetime | None]:
    """How many names in force are not resolved, and since when the oldest is."""
    row = session.connection().execute(_WAITING).one()
    return row.waiting, row.oldest


_WAITING = text("""
    SELECT count(DISTINCT stated) AS waiting, min(since) AS oldest FROM restriction WHERE until IS NULL AND NOT resolved
""")
_NAMES = text("""
    SELECT stated, count(*), count(*) FILTER (WHERE until IS NULL), min(since)
    FROM restriction WHERE NOT resolved GROUP BY stated ORDER BY 3 DESC, 2 DESC, stated LIMIT 10000
""")
_REMEMBER = text("""
    INSERT INTO name_answer (id, key, stated, region_code, answered_by) VALUES (:id, :key, :stated, :code, :by)
    ON CONFLICT (key) DO UPDATE SET stated = excluded.stated, region_code = excluded.region_code,
        answered_by = excluded.answered_by, answered_at = agrimarket_now()
""")
_APPLY = text("""
    WITH former AS (
        SELECT id, region_code, level, until IS NULL AS in_force FROM restriction
        WHERE stated = ANY(CAST(:stated AS text[]))
          AND (region_code, zone_id, place, resolved) IS DISTINCT FROM (CAST(:code AS char(6)), NULL, '', true)
        FOR UPDATE
    ), moved AS (
        UPDATE restriction r SET region_code = :code, zone_id = NULL, place = '', resolved = true
        FROM former WHERE r.id = former.id
    )
    SELECT region_code, level, in_force FROM former
""")
