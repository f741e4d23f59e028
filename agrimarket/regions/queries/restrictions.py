"""SELECTs and writes of restrictions. Those in force have no `until`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session

from agrimarket.regions.queries import places
from agrimarket.regions.types import BulletinSummary, EntryKey, RegionInfo, RestrictionInfo, RiskLevel, StagedEntry

COLUMNS = """
    r.region_code, r.level AS risk, r.place, r.stated, r.whole_area, r.resolved,
    coalesce(rg.full_name, r.stated) AS region_name, b.number, b.id AS bulletin_id, b.source
"""


def info(row: Row[Any]) -> RestrictionInfo:
    """The restriction of a row with `COLUMNS`, `since`, `communities`, `community_count`, and perhaps `ends`."""
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
        until=getattr(row, "ends", None),
    )


@dataclass(slots=True)
class InForce:
    """A region with the restrictions in force in it (`here`: its own and its ancestors') and beneath it."""

    region: RegionInfo
    here: list[RestrictionInfo] = field(default_factory=list[RestrictionInfo])
    beneath: list[RestrictionInfo] = field(default_factory=list[RestrictionInfo])
    bulletin_number: str | None = None
    as_of: datetime | None = None


def status(session: Session, code: str) -> InForce | None:
    """A region with its restrictions; None if there is no such region."""
    rows = session.connection().execute(_STATUS, {"code": code}).all()
    if not rows:
        return None
    found = InForce(places.info(rows[0]), bulletin_number=rows[0].newest_number, as_of=rows[0].newest_at)
    for row in rows:
        if row.risk is not None:
            (found.here if row.here else found.beneath).append(info(row))
    return found


def unresolved(session: Session) -> list[RestrictionInfo]:
    """Entries in force that could not be resolved, by their names as stated."""
    return [info(row) for row in session.connection().execute(_UNRESOLVED)]


def in_force(session: Session) -> dict[EntryKey, UUID]:
    """Ids of all restrictions in force."""
    return {
        EntryKey(row.stated, RiskLevel(row.level), row.whole_area, row.region_code, row.place, row.resolved): row.id
        for row in session.connection().execute(_IN_FORCE)
    }


def end(session: Session, bulletin: BulletinSummary, ids: list[UUID]) -> None:
    """End those restrictions at the hour of the notice."""
    if ids:
        at = {"bulletin": bulletin.id, "at": bulletin.published_at}
        session.connection().execute(_END_RESTRICTIONS, {**at, "ids": ids})


def begin(session: Session, bulletin: BulletinSummary, fresh: Mapping[UUID, EntryKey]) -> None:
    """Put restrictions into force from the hour of the notice on."""
    if fresh:
        at = {"bulletin": bulletin.id, "at": bulletin.published_at}
        names = ("stated", "level", "whole", "code", "place", "resolved")
        columns = dict(zip(names, map(list, zip(*fresh.values(), strict=True)), strict=True))
        session.connection().execute(_BEGIN_RESTRICTIONS, {**at, **columns, "ids": list(fresh)})


def replace_communities(
    session: Session, at: datetime, staged: Iterable[StagedEntry]
) -> tuple[Sequence[UUID], Sequence[UUID]]:
    """End communities that are not `staged` and begin those that are new; ids of the restrictions where any did."""
    named = [(entry.id, key, name) for entry in staged for key, name in entry.names.items()]
    columns = {"ids": [n[0] for n in named], "keys": [n[1] for n in named], "names": [n[2] for n in named]}
    ended, begun = session.connection().execute(_COMMUNITIES, {"at": at, **columns}).one()
    return ended or (), begun or ()


_STATUS = text(f"""
    SELECT {places.COLUMNS}, newest.number AS newest_number, newest.published_at AS newest_at, found.*
    FROM region g
    LEFT JOIN LATERAL (SELECT number, published_at FROM bulletin ORDER BY published_at DESC, id DESC LIMIT 1)
        AS newest ON true
    LEFT JOIN LATERAL (
        SELECT {COLUMNS}, r.since, here.here, c.community_count, c.communities
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
_UNRESOLVED = text(f"""
    SELECT {COLUMNS}, r.since, c.community_count, c.communities
    FROM restriction r
    JOIN bulletin b ON b.id = r.bulletin_id
    LEFT JOIN region rg ON rg.code = r.region_code
    CROSS JOIN LATERAL (
        SELECT count(*) AS community_count, (array_agg(name ORDER BY id))[1:5] AS communities
        FROM closed_community WHERE restriction_id = r.id AND until IS NULL
    ) AS c
    WHERE r.until IS NULL AND NOT r.resolved ORDER BY r.region_code, r.stated
""")  # noqa: S608
_IN_FORCE = text("""
    SELECT id, stated, level, whole_area, region_code, place, resolved FROM restriction WHERE until IS NULL
""")
_END_RESTRICTIONS = text("""
    UPDATE restriction SET until = :at, ended_by_id = :bulletin WHERE id = ANY(CAST(:ids AS uuid[]))
""")
_BEGIN_RESTRICTIONS = text("""
    INSERT INTO restriction (id, bulletin_id, region_code, stated, place, level, whole_area, resolved, since)
    SELECT n.id, :bulletin, n.code, n.stated, n.place, n.level, n.whole, n.resolved, :at
    FROM unnest(
        CAST(:ids AS uuid[]), CAST(:code AS text[]), CAST(:stated AS text[]), CAST(:place AS text[]),
        CAST(:level AS text[]), CAST(:whole AS boolean[]), CAST(:resolved AS boolean[])
    ) AS n (id, code, stated, place, level, whole, resolved)
""")
_COMMUNITIES = text("""
    WITH staged AS MATERIALIZED (
        SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:keys AS text[]), CAST(:names AS text[]))
            AS s (restriction_id, normalised, name)
    ), ended AS (
        UPDATE closed_community AS c SET until = :at
        WHERE until IS NULL AND NOT EXISTS (
            SELECT FROM staged s WHERE s.restriction_id = c.restriction_id AND s.normalised = c.normalised
        )
        RETURNING c.restriction_id
    ), begun AS (
        INSERT INTO closed_community (restriction_id, name, normalised, since)
        SELECT s.restriction_id, s.name, s.normalised, :at FROM staged s
        WHERE NOT EXISTS (
            SELECT FROM closed_community c
            WHERE c.until IS NULL AND c.restriction_id = s.restriction_id AND c.normalised = s.normalised
        )
        RETURNING restriction_id
    )
    SELECT (SELECT array_agg(DISTINCT restriction_id) FROM ended) AS ended,
           (SELECT array_agg(DISTINCT restriction_id) FROM begun) AS begun
""")
