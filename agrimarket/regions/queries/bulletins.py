"""SELECTs and writes of notices."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session

from agrimarket.regions.types.bulletins import BulletinSummary, Change, Changes, SetAsideRow
from agrimarket.regions.types.places import PlaceText
from agrimarket.regions.types.restrictions import RiskLevel


def newest_first(session: Session, before: tuple[str, UUID] | None, limit: int) -> list[BulletinSummary]:
    """Notices before the (number, id) of another, newest first."""
    number, after = before or (None, None)
    rows = session.connection().execute(_NEWEST_FIRST, {"number": number, "id": after, "limit": limit})
    return [_summary(row) for row in rows]


def get(session: Session, bulletin_id: UUID) -> BulletinSummary | None:
    """The notice with that id; None if there is none."""
    row = session.connection().execute(_ONE, {"id": bulletin_id}).one_or_none()
    return _summary(row) if row else None


def of_hour(session: Session, series: str, at: datetime) -> BulletinSummary | None:
    """The notice of a series that counts for an hour: the last imported. None if there is none."""
    row = session.connection().execute(_OF_HOUR, {"series": series, "at": at}).one_or_none()
    return _summary(row) if row else None


def newest(session: Session, series: str) -> Row[Any]:
    """Number and time of the newest notice of a series (None before the first), and the database's time."""
    return session.connection().execute(_NEWEST, {"series": series}).one()


def expired(session: Session) -> list[BulletinSummary]:
    """The newest notices of those series in which they have expired and still have something in force."""
    return [_summary(row) for row in session.connection().execute(_EXPIRED)]


def set_aside(session: Session, bulletin_id: UUID) -> list[SetAsideRow]:
    """What of a notice could not be read, in its order."""
    rows = session.connection().execute(_SET_ASIDE, {"id": bulletin_id})
    return [SetAsideRow(row.pointer, row.said, row.why) for row in rows]


def keep_aside(session: Session, bulletin_id: UUID, rows: Sequence[SetAsideRow]) -> None:
    """Keep what of a notice could not be read."""
    if rows:
        columns = {
            "pointers": [row.pointer for row in rows],
            "said": [row.said for row in rows],
            "whys": [row.why for row in rows],
        }
        session.connection().execute(_KEEP_ASIDE, {"id": bulletin_id, **columns})


def changes(session: Session, bulletin: BulletinSummary) -> Changes:
    """What a notice opened, closed and changed against the one before it, from the periods as they are now."""
    found = Changes()
    for row in session.connection().execute(_CHANGES, {"series": bulletin.series, "at": bulletin.published_at}):
        change = Change(
            RiskLevel(row.level),
            row.region_code,
            PlaceText(row.region_name, row.latin or ""),
            row.place,
            row.whole_area,
            row.begun,
            row.ended,
            list(row.begun_names or ()),
            list(row.ended_names or ()),
        )
        (found.closed if row.began else found.opened if row.over else found.changed).append(change)
    return found


def _summary(row: Row[Any]) -> BulletinSummary:
    return BulletinSummary(
        id=row.id,
        number=row.number,
        source=row.source,
        published_at=row.published_at,
        sha256=bytes(row.sha256),
        counts={
            RiskLevel.HIGH: (row.high_stated, row.high_parsed),
            RiskLevel.MIDDLE: (row.middle_stated, row.middle_parsed),
            RiskLevel.LOW: (row.low_stated, row.low_parsed),
        },
        entries=row.entries,
        unresolved=row.unresolved,
        series=row.series,
        licence=row.licence,
        expires_at=row.expires_at,
        corrected=row.corrected,
    )


def lock_imports(session: Session) -> None:
    """Wait until nobody else imports a notice."""
    session.connection().execute(text("SELECT pg_advisory_xact_lock(hashtextextended('regions.import', 0))"))


def insert(session: Session, summary: BulletinSummary) -> None:
    """Insert a notice."""
    columns = {
        f"{level.value}_{kind}": count
        for level, pair in summary.counts.items()
        for kind, count in zip(("stated", "parsed"), pair, strict=True)
    }
    session.connection().execute(
        _INSERT,
        {
            **columns,
            "id": summary.id,
            "number": summary.number,
            "source": summary.source,
            "published_at": summary.published_at,
            "sha256": summary.sha256,
            "entries": summary.entries,
            "unresolved": summary.unresolved,
            "series": summary.series,
            "licence": summary.licence,
            "expires_at": summary.expires_at,
        },
    )


_COLUMNS = """
    b.*, EXISTS (
        SELECT FROM bulletin later
        WHERE later.series = b.series AND later.published_at = b.published_at AND later.id > b.id
    ) AS corrected
"""
_ONE = text(f"SELECT {_COLUMNS} FROM bulletin b WHERE id = :id")  # noqa: S608
_OF_HOUR = text(f"""
    SELECT {_COLUMNS} FROM bulletin b WHERE series = :series AND published_at = :at ORDER BY id DESC LIMIT 1
""")  # noqa: S608
_NEWEST_FIRST = text(f"""
    SELECT {_COLUMNS} FROM bulletin b
    WHERE CAST(:number AS text) IS NULL OR (number, id) < (CAST(:number AS char(10)), CAST(:id AS uuid))
    ORDER BY number DESC, id DESC LIMIT :limit
""")  # noqa: S608
_NEWEST = text("""
    SELECT b.number, b.published_at, agrimarket_now() AS now
    FROM (SELECT 1) AS one
    LEFT JOIN LATERAL (
        SELECT number, published_at FROM bulletin WHERE series = :series ORDER BY published_at DESC, id DESC LIMIT 1
    ) AS b ON true
""")
_EXPIRED = text(f"""
    SELECT {_COLUMNS} FROM bulletin b
    WHERE expires_at <= agrimarket_now()
      AND EXISTS (SELECT FROM restriction r WHERE r.series = b.series AND r.until IS NULL)
      AND NOT EXISTS (
          SELECT FROM bulletin newer
          WHERE newer.series = b.series AND (newer.published_at, newer.id) > (b.published_at, b.id)
      )
    ORDER BY id
""")  # noqa: S608
_SET_ASIDE = text("SELECT pointer, said, why FROM bulletin_set_aside WHERE bulletin_id = :id ORDER BY id")
_KEEP_ASIDE = text("""
    INSERT INTO bulletin_set_aside (bulletin_id, pointer, said, why)
    SELECT :id, n.pointer, n.said, n.why
    FROM unnest(CAST(:pointers AS text[]), CAST(:said AS text[]), CAST(:whys AS text[])) AS n (pointer, said, why)
""")
_CHANGES = text("""
    SELECT r.level, r.region_code, coalesce(g.full_name, r.stated) AS region_name, g.latin,
           CASE WHEN r.resolved THEN r.place ELSE r.stated END AS place, r.whole_area, c.*,
           r.since = :at AS began, r.until IS NOT DISTINCT FROM :at AS over
    FROM restriction r
    LEFT JOIN region g ON g.code = r.region_code
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE since = :at) AS begun, count(*) FILTER (WHERE until = :at) AS ended,
               (array_agg(name ORDER BY id) FILTER (WHERE since = :at))[1:5] AS begun_names,
               (array_agg(name ORDER BY id) FILTER (WHERE until = :at))[1:5] AS ended_names
        FROM closed_community WHERE restriction_id = r.id AND (since = :at OR until = :at)
            AND (until IS NULL OR until > since)
    ) AS c
    WHERE r.series = :series AND r.since <= :at AND (r.until IS NULL OR r.until >= :at AND r.until > r.since)
      AND (r.since = :at OR r.until = :at OR c.begun > 0 OR c.ended > 0)
    ORDER BY array_position(ARRAY['high', 'middle', 'low'], r.level), r.region_code, r.stated
""")
_INSERT = text("""
    INSERT INTO bulletin (id, number, source, published_at, sha256, high_stated, middle_stated, low_stated,
                          high_parsed, middle_parsed, low_parsed, entries, unresolved, series, licence, expires_at)
    VALUES (:id, :number, :source, :published_at, :sha256, :high_stated, :middle_stated, :low_stated,
            :high_parsed, :middle_parsed, :low_parsed, :entries, :unresolved, :series, :licence, :expires_at)
""")
