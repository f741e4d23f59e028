"""SELECTs of `regions`' tables. What is in force has no `until`."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session

from agrimarket.regions.models import RegionLevel, RiskLevel
from agrimarket.regions.rules import normalise
from agrimarket.regions.types import BulletinSummary, RegionInfo, RestrictionInfo
from agrimarket.regions.variants import simplified

_REGION = "g.code, g.name, g.level, g.parent_code, g.full_name, g.parts"
_RESTRICTION = """
    r.region_code, r.level AS risk, r.place, r.stated, r.whole_area, r.resolved,
    coalesce(rg.full_name, r.stated) AS region_name, b.number, b.id AS bulletin_id, b.source
"""


def _region(row: Row[Any]) -> RegionInfo:
    return RegionInfo(
        row.code, row.name, RegionLevel(row.level), row.parent_code, row.full_name, tuple(row.parts or ())
    )


def _restriction(row: Row[Any]) -> RestrictionInfo:
    return RestrictionInfo(
        level=RiskLevel(row.risk),
        communities=list(row.communities or ()),
        community_count=row.community_count,
        since=row.since,
        bulletin_number=row.number,
        bulletin_id=row.bulletin_id,
        source=row.source,
        region_code=row.region_code or "",
        region_name=row.region_name,
        place=row.place if row.resolved else row.stated,
        whole_area=row.whole_area,
        resolved=row.resolved,
    )


def region(session: Session, code: str) -> RegionInfo | None:
    """The division of that code."""
    row = session.connection().execute(_ONE, {"code": code}).one_or_none()
    return _region(row) if row else None


def children(session: Session, parent: str | None) -> list[RegionInfo]:
    """The divisions right beneath `parent` (None: the provinces)."""
    rows = session.connection().execute(_CHILDREN, {"parent": parent})
    return [_region(row) for row in rows]


def all_regions(session: Session) -> list[RegionInfo]:
    """The whole tree, in code order."""
    return [_region(row) for row in session.connection().execute(_ALL)]


def regions_named(session: Session, typed: str, limit: int) -> list[RegionInfo]:
    """Divisions whose names hold every word of `typed`; whole names before beginnings before the rest."""
    words = [key for word in simplified(typed).split() if (key := normalise(word))]
    if not words:
        return []
    rows = session.connection().execute(
        _NAMED, {"words": [f"%{word}%" for word in words], "last": words[-1], "limit": limit}
    )
    return [_region(row) for row in rows]


@dataclass(slots=True)
class Found:
    """A region with what is in force in it (`here`: its own and its ancestors') and beneath it."""

    region: RegionInfo
    here: list[RestrictionInfo] = field(default_factory=list[RestrictionInfo])
    beneath: list[RestrictionInfo] = field(default_factory=list[RestrictionInfo])
    bulletin_number: str | None = None
    as_of: datetime | None = None


def status(session: Session, code: str) -> Found | None:
    """A region with its restrictions; None if there is no such region."""
    rows = session.connection().execute(_STATUS, {"code": code}).all()
    if not rows:
        return None
    found = Found(_region(rows[0]), bulletin_number=rows[0].newest_number, as_of=rows[0].newest_at)
    for row in rows:
        if row.risk is not None:
            (found.here if row.here else found.beneath).append(_restriction(row))
    return found


@dataclass(slots=True)
class Between:
    """What bears on a delivery. `touched` are those of `destination` with a community that the address names."""

    unknown: list[str] = field(default_factory=list[str])
    origins: list[RestrictionInfo] = field(default_factory=list[RestrictionInfo])
    destination: list[RestrictionInfo] = field(default_factory=list[RestrictionInfo])
    touched: list[RestrictionInfo] = field(default_factory=list[RestrictionInfo])


def between(session: Session, origins: Iterable[str], destination: str, community: str, shown: int) -> Between:
    """What is in force at the origins and at the destination. `community` is normalised, "" for none.

    A restriction that the address touches carries the time and the notice of the communities that it touches.
    """
    codes = [(code, "origin") for code in sorted(origins)] + [(destination, "destination")]
    rows = session.connection().execute(
        _BETWEEN,
        {"codes": [c for c, _ in codes], "roles": [r for _, r in codes], "community": community, "shown": shown},
    )
    found = Between()
    for row in rows:
        if row.name is None:
            found.unknown.append(row.asked)
        elif row.risk is not None:
            info = _restriction(row)
            (found.destination if row.role == "destination" else found.origins).append(info)
            if row.touched:
                found.touched.append(info)
    return found


def bulletins(session: Session, before: tuple[str, UUID] | None, limit: int) -> list[BulletinSummary]:
    """Notices, newest first."""
    number, after = before or (None, None)
    rows = session.connection().execute(_BULLETINS, {"number": number, "id": after, "limit": limit})
    return [_bulletin(row) for row in rows]


def bulletin(session: Session, bulletin_id: UUID) -> BulletinSummary | None:
    """A notice."""
    row = session.connection().execute(text("SELECT * FROM bulletin WHERE id = :id"), {"id": bulletin_id}).one_or_none()
    return _bulletin(row) if row else None


def bulletin_of(session: Session, sha256: bytes) -> BulletinSummary | None:
    """The notice with that content."""
    row = session.connection().execute(text("SELECT * FROM bulletin WHERE sha256 = :h"), {"h": sha256}).one_or_none()
    return _bulletin(row) if row else None


def newest(session: Session) -> Row[Any]:
    """Number and time of the newest notice (None before the first), and the database's time."""
    return session.connection().execute(_NEWEST).one()


def unresolved(session: Session) -> list[RestrictionInfo]:
    """Entries in force that could not be resolved, by their names as stated."""
    return [_restriction(row) for row in session.connection().execute(_UNRESOLVED)]


def _bulletin(row: Row[Any]) -> BulletinSummary:
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


_ONE = text(f"SELECT {_REGION} FROM region g WHERE code = :code")  # noqa: S608
_ALL = text(f"SELECT {_REGION} FROM region g ORDER BY code")  # noqa: S608
_CHILDREN = text(f"""
    SELECT {_REGION} FROM region g WHERE parent_code IS NOT DISTINCT FROM CAST(:parent AS char(6)) ORDER BY code
""")  # noqa: S608
_NAMED = text(f"""
    SELECT {_REGION} FROM region g WHERE search LIKE ALL (CAST(:words AS text[]))
    ORDER BY CASE WHEN g.name = :last OR search = :last THEN 0 WHEN g.name LIKE :last || '%' THEN 1 ELSE 2 END,
             length(search), code
    LIMIT :limit
""")  # noqa: S608
_STATUS = text(f"""
    SELECT {_REGION}, newest.number AS newest_number, newest.published_at AS newest_at, found.*
    FROM region g
    LEFT JOIN LATERAL (SELECT number, published_at FROM bulletin ORDER BY published_at DESC, id DESC LIMIT 1)
        AS newest ON true
    LEFT JOIN LATERAL (
        SELECT {_RESTRICTION}, r.since, here.here, c.community_count, c.communities
        FROM restriction r
        CROSS JOIN LATERAL (
            SELECT r.region_code IN (g.code, left(g.code, 4) || '00', left(g.code, 2) || '0000') AS here
        ) AS here
        JOIN bulletin b ON b.id = r.bulletin_id
        JOIN region rg ON rg.code = r.region_code
        CROSS JOIN LATERAL (
            SELECT count(*) AS community_count,
                   CASE WHEN here.here THEN array_agg(name ORDER BY id) END AS communities
            FROM closed_community WHERE restriction_id = r.id AND until IS NULL
        ) AS c
        WHERE r.until IS NULL AND (
            here.here
            OR g.level = 'province' AND r.region_code BETWEEN left(g.code, 2) || '0000' AND left(g.code, 2) || '9999'
            OR g.level = 'prefecture' AND r.region_code BETWEEN left(g.code, 4) || '00' AND left(g.code, 4) || '99'
        )
    ) AS found ON true
    WHERE g.code = :code
    ORDER BY found.here DESC, found.resolved DESC, array_position(ARRAY['high', 'middle', 'low'], found.risk),
             found.region_code = g.code DESC, found.region_code, found.stated
""")  # noqa: S608
_BETWEEN = text(f"""
    SELECT w.role, w.code AS asked, g.name, found.*
    FROM unnest(CAST(:codes AS char(6)[]), CAST(:roles AS text[])) AS w (code, role)
    LEFT JOIN region g ON g.code = w.code
    LEFT JOIN LATERAL (
        SELECT {_RESTRICTION}, b.published_at AS since, c.*
        FROM restriction r
        JOIN region rg ON rg.code = r.region_code
        CROSS JOIN LATERAL (
            SELECT count(*) AS community_count, coalesce(bool_or(n.named), false) AS touched,
                   min(since) FILTER (WHERE n.named) AS touched_since,
                   (array_agg(name ORDER BY id) FILTER (WHERE n.named OR :community = ''))[1:CAST(:shown AS int)]
                       AS communities
            FROM closed_community
            CROSS JOIN LATERAL (
                SELECT w.role = 'destination' AND :community <> ''
                    AND (strpos(:community, normalised) > 0 OR strpos(normalised, :community) > 0) AS named
            ) AS n
            WHERE restriction_id = r.id AND until IS NULL
        ) AS c
        JOIN LATERAL (
            SELECT * FROM bulletin WHERE published_at = coalesce(c.touched_since, r.since) ORDER BY id DESC LIMIT 1
        ) AS b ON true
        WHERE r.until IS NULL
          AND r.region_code IN (g.code, left(g.code, 4) || '00', left(g.code, 2) || '0000')
          AND (w.role = 'destination' OR r.whole_area)
    ) AS found ON true
    ORDER BY w.role, array_position(ARRAY['high', 'middle', 'low'], found.risk), found.since, found.stated
""")  # noqa: S608
_BULLETINS = text("""
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
_UNRESOLVED = text(f"""
    SELECT {_RESTRICTION}, r.since, c.community_count, c.communities
    FROM restriction r
    JOIN bulletin b ON b.id = r.bulletin_id
    LEFT JOIN region rg ON rg.code = r.region_code
    CROSS JOIN LATERAL (
        SELECT count(*) AS community_count, (array_agg(name ORDER BY id))[1:5] AS communities
        FROM closed_community WHERE restriction_id = r.id AND until IS NULL
    ) AS c
    WHERE r.until IS NULL AND NOT r.resolved ORDER BY r.region_code, r.stated
""")  # noqa: S608
