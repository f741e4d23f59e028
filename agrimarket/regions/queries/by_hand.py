"""SELECTs and writes of restrictions by hand."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session

from agrimarket.regions.queries import places
from agrimarket.regions.types.by_hand import ByHand, RestrictedByHand
from agrimarket.regions.types.restrictions import RiskLevel


def insert(session: Session, hand_id: UUID, asked: RestrictedByHand, begins: datetime, by: UUID) -> None:
    """Insert a restriction."""
    said = {"region": asked.region_code, "level": asked.level.value, "communities": list(asked.communities)}
    why = {"source": asked.source, "reason": asked.reason, "begins": begins, "ends": asked.ends}
    session.connection().execute(_INSERT, {**said, **why, "id": hand_id, "by": by})


def get(session: Session, hand_id: UUID, *, lock: bool = False) -> ByHand | None:
    """The one with that id, locked until the transaction ends if asked for; None if there is none."""
    row = session.connection().execute(_LOCKED if lock else _ONE, {"id": hand_id}).one_or_none()
    return _info(row) if row else None


def newest_first(session: Session, before: UUID | None, limit: int) -> list[ByHand]:
    """Restrictions by hand, the newest first, also those that ended."""
    rows = session.connection().execute(_NEWEST_FIRST, {"before": before, "limit": limit})
    return [_info(row) for row in rows]


def end(session: Session, hand_id: UUID, by: UUID, why: str) -> None:
    """Note by whom and why it was ended."""
    session.connection().execute(_END, {"id": hand_id, "by": by, "why": why})


def waiting(session: Session) -> tuple[int, datetime | None]:
    """How many are in force without an end, and when the oldest began."""
    row = session.connection().execute(_WAITING).one()
    return row.waiting, row.oldest


def _info(row: Row[Any]) -> ByHand:
    return ByHand(
        id=row.id,
        region=places.info(row),
        level=RiskLevel(row.risk),
        communities=tuple(row.communities),
        source=row.source,
        reason=row.reason,
        begins=row.begins,
        ends=row.ends,
        ended_at=row.ended_at,
        ended_why=row.ended_why or "",
        in_force=row.in_force,
    )


_COLUMNS = f"""
    h.id, h.level AS risk, h.communities, h.source, h.reason, h.begins, h.ends, h.ended_at, h.ended_why,
    h.ended_at IS NULL AND (h.ends IS NULL OR h.ends > agrimarket_now()) AS in_force, {places.COLUMNS}
"""
_FROM = f"SELECT {_COLUMNS} FROM hand_restriction h JOIN region g ON g.code = h.region_code"  # noqa: S608
_ONE = text(f"{_FROM} WHERE h.id = :id")
_LOCKED = text(f"{_FROM} WHERE h.id = :id FOR NO KEY UPDATE OF h")
_NEWEST_FIRST = text(f"""
    {_FROM} WHERE CAST(:before AS uuid) IS NULL OR h.id < CAST(:before AS uuid) ORDER BY h.id DESC LIMIT :limit
""")
_INSERT = text("""
    INSERT INTO hand_restriction (id, region_code, level, communities, source, reason, begins, ends, by_id)
    VALUES (:id, :region, :level, CAST(:communities AS text[]), :source, :reason, :begins, :ends, :by)
""")
_END = text("""
    UPDATE hand_restriction SET ended_at = agrimarket_now(), ended_by_id = :by, ended_why = :why WHERE id = :id
""")
_WAITING = text("""
    SELECT count(*) AS waiting, min(begins) AS oldest FROM hand_restriction WHERE ended_at IS NULL AND ends IS NULL
""")
