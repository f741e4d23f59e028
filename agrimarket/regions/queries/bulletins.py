"""SELECTs and writes of notices."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session

from agrimarket.regions.types import BulletinSummary, RiskLevel


def newest_first(session: Session, before: tuple[str, UUID] | None, limit: int) -> list[BulletinSummary]:
    """Notices before the (number, id) of another, newest first."""
    number, after = before or (None, None)
    rows = session.connection().execute(_NEWEST_FIRST, {"number": number, "id": after, "limit": limit})
    return [_summary(row) for row in rows]


def get(session: Session, bulletin_id: UUID) -> BulletinSummary | None:
    """The notice with that id; None if there is none."""
    row = session.connection().execute(text("SELECT * FROM bulletin WHERE id = :id"), {"id": bulletin_id}).one_or_none()
    return _summary(row) if row else None


def with_content(session: Session, sha256: bytes) -> BulletinSummary | None:
    """The notice whose content has that hash; None if there is none."""
    row = session.connection().execute(text("SELECT * FROM bulletin WHERE sha256 = :h"), {"h": sha256}).one_or_none()
    return _summary(row) if row else None


def newest(session: Session) -> Row[Any]:
    """Number and time of the newest notice (None before the first), and the database's time."""
    return session.connection().execute(_NEWEST).one()


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
        },
    )


_NEWEST_FIRST = text("""
    SELECT * FROM bulletin
    WHERE CAST(:number AS text) IS NULL OR (number, id) < (CAST(:number AS char(10)), CAST(:id AS uuid))
    ORDER BY number DESC, id DESC LIMIT :limit
""")
_NEWEST = text("""
    SELECT b.number, b.published_at, agrimarket_now() AS now
    FROM (SELECT 1) AS one
    LEFT JOIN LATERAL (SELECT number, published_at FROM bulletin ORDER BY published_at DESC, id DESC LIMIT 1) AS b
        ON true
""")
_INSERT = text("""
    INSERT INTO bulletin (id, number, source, published_at, sha256, high_stated, middle_stated, low_stated,
                          high_parsed, middle_parsed, low_parsed, entries, unresolved)
    VALUES (:id, :number, :source, :published_at, :sha256, :high_stated, :middle_stated, :low_stated,
            :high_parsed, :middle_parsed, :low_parsed, :entries, :unresolved)
""")
