"""SELECTs and writes of rumours and of what is published about them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session

from agrimarket.regions.types.rumours import Finding, RebuttalInfo, RumourInfo, Word


def report(session: Session, rumour_id: UUID, said: str, key: bytes, region_code: str | None) -> UUID:
    """Insert a rumour, or count it on the same one; the id of that."""
    params = {"id": rumour_id, "said": said, "key": key, "region": region_code}
    return session.connection().execute(_REPORT, params).scalar_one()


def get(session: Session, rumour_id: UUID) -> RumourInfo | None:
    """A rumour with all that was published about it; None if there is none."""
    rows = session.connection().execute(_ONE, {"id": rumour_id}).all()
    return _info(rows) if rows else None


def lock(session: Session, rumour_id: UUID) -> bool:
    """Wait until nobody else decides on it; whether there is such a rumour."""
    statement = text("SELECT id FROM rumour WHERE id = :id FOR NO KEY UPDATE")
    return session.connection().execute(statement, {"id": rumour_id}).one_or_none() is not None


def published(
    session: Session, words: str, region: str, before: tuple[datetime, UUID] | None, limit: int
) -> list[RumourInfo]:
    """Rumours about which something is published, the newest word first, after a position.

    `words` are normalised, "" for all. With a region, those of it, of what it lies in, and of everywhere.
    """
    at, last = before or (None, None)
    params = {"words": words, "region": region, "at": at, "id": last, "limit": limit}
    return [_info([row]) for row in session.connection().execute(_PUBLISHED, params)]


def unanswered(session: Session, limit: int) -> list[RumourInfo]:
    """Rumours about which nothing is published and that are not set aside, the most reported first."""
    return [_info([row]) for row in session.connection().execute(_UNANSWERED, {"limit": limit})]


def waiting(session: Session) -> tuple[int, datetime | None]:
    """How many of those there are, and when the oldest was first seen."""
    row = session.connection().execute(_WAITING).one()
    return row.waiting, row.oldest


def publish(session: Session, rumour_id: UUID, rebuttal_id: UUID, word: Word, by: UUID) -> None:
    """Insert a word about a rumour."""
    said = {"verdict": word.verdict.value, "why": word.why, "authority": word.authority, "source_url": word.source_url}
    ids = {"id": rebuttal_id, "rumour": rumour_id, "by": by, "supersedes": word.supersedes}
    session.connection().execute(_PUBLISH, said | ids)


def set_aside(session: Session, rumour_id: UUID, by: UUID, why: str) -> None:
    """Note that nothing will be said about a rumour, by whom and why."""
    session.connection().execute(_SET_ASIDE, {"id": rumour_id, "by": by, "why": why})


def _info(rows: Sequence[Row[Any]]) -> RumourInfo:
    first = rows[0]
    words = tuple(_word(row) for row in rows if row.rebuttal_id is not None)
    return RumourInfo(
        id=first.id,
        said=first.said,
        region_code=first.region_code,
        region_name=first.region_name or "",
        latin=first.latin or "",
        reports=first.reports,
        first_seen=first.first_seen,
        last_seen=first.last_seen,
        set_aside_why=first.set_aside_why or "",
        words=words,
    )


def _word(row: Row[Any]) -> RebuttalInfo:
    return RebuttalInfo(
        id=row.rebuttal_id,
        verdict=Finding(row.verdict),
        why=row.why,
        authority=row.authority,
        source_url=row.source_url,
        at=row.at,
        supersedes_id=row.supersedes_id,
    )


_COLUMNS = """
    m.*, g.full_name AS region_name, g.latin, v.id AS rebuttal_id, v.verdict, v.why, v.authority, v.source_url, v.at,
    v.supersedes_id
"""
_CURRENT = "NOT EXISTS (SELECT FROM rebuttal later WHERE later.supersedes_id = v.id)"
_OPEN = "m.set_aside_at IS NULL AND NOT EXISTS (SELECT FROM rebuttal v WHERE v.rumour_id = m.id)"
_REPORT = text("""
    INSERT INTO rumour AS m (id, region_code, said, key, reports) VALUES (:id, :region, :said, :key, 1)
    ON CONFLICT (key, coalesce(region_code, '')) DO UPDATE SET reports = m.reports + 1, last_seen = agrimarket_now()
    RETURNING id
""")
_ONE = text(f"""
    SELECT {_COLUMNS} FROM rumour m
    LEFT JOIN region g ON g.code = m.region_code
    LEFT JOIN rebuttal v ON v.rumour_id = m.id
    WHERE m.id = :id ORDER BY v.id DESC
""")  # noqa: S608  # made of constants
_PUBLISHED = text(f"""
    SELECT {_COLUMNS} FROM rebuttal v
    JOIN rumour m ON m.id = v.rumour_id
    LEFT JOIN region g ON g.code = m.region_code
    WHERE {_CURRENT}
      AND (:words = '' OR strpos(lower(m.said), :words) > 0 OR strpos(lower(v.why), :words) > 0)
      AND (:region = '' OR m.region_code IS NULL
           OR m.region_code IN (:region, left(:region, 4) || '00', left(:region, 2) || '0000'))
      AND (CAST(:at AS timestamptz) IS NULL OR (v.at, v.id) < (CAST(:at AS timestamptz), CAST(:id AS uuid)))
    ORDER BY v.at DESC, v.id DESC LIMIT :limit
""")  # noqa: S608  # made of constants
_UNANSWERED = text(f"""
    SELECT m.*, g.full_name AS region_name, g.latin, NULL AS rebuttal_id FROM rumour m
    LEFT JOIN region g ON g.code = m.region_code
    WHERE {_OPEN} ORDER BY m.reports DESC, m.first_seen, m.id LIMIT :limit
""")  # noqa: S608  # made of constants
_WAITING = text(f"SELECT count(*) AS waiting, min(first_seen) AS oldest FROM rumour m WHERE {_OPEN}")  # noqa: S608
_PUBLISH = text("""
    INSERT INTO rebuttal (id, rumour_id, verdict, why, authority, source_url, by_id, supersedes_id)
    VALUES (:id, :rumour, :verdict, :why, :authority, :source_url, :by, :supersedes)
""")
_SET_ASIDE = text("""
    UPDATE rumour SET set_aside_at = agrimarket_now(), set_aside_by_id = :by, set_aside_why = :why WHERE id = :id
""")
