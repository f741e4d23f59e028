"""SELECTs of restrictions. Those in force have no `until`."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text
from sqlmodel import Session

from agrimarket.regions.queries import places
from agrimarket.regions.types.places import PlaceText, RegionInfo
from agrimarket.regions.types.restrictions import RestrictionInfo, RiskLevel

COLUMNS = """
    r.region_code, r.level AS risk, r.place, r.stated, r.whole_area, r.resolved,
    coalesce(rg.full_name, r.stated) AS region_name, rg.latin AS region_latin, b.number, b.id AS bulletin_id, b.source,
    r.note, (SELECT z.name FROM zone z WHERE z.id = r.zone_id) AS zone_name
"""

IN_ZONE = """
    (r.zone_id IS NULL OR g.level = 'province' OR EXISTS (
        SELECT FROM zone z WHERE z.id = r.zone_id AND (z.counties = '{}' OR EXISTS (
            SELECT FROM unnest(z.counties) AS x (code)
            WHERE x.code = g.code OR g.level = 'prefecture' AND left(x.code, 4) = left(g.code, 4)
        ))
    ))
"""
"""Whether a restriction `r` may touch the region `g`: one of a zone whose counties are known touches only these, and
the cities that they lie in. For every read of what is in force."""

VERSION = """
    (SELECT coalesce(sum(changes), 0) || ' ' || coalesce(max(CAST(CAST(xmin AS text) AS bigint)), 0)
     FROM region_version) || ' '
        || CAST(agrimarket_now() AT TIME ZONE 'Asia/Shanghai' AS date)
"""
"""The sum of the counters, the last transaction that raised one, which tells databases apart that count alike, and the
day in China."""


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
        region_name=PlaceText(row.region_name, row.region_latin or ""),
        place=row.place if row.resolved else row.stated,
        whole_area=row.whole_area,
        resolved=row.resolved,
        zone=row.zone_name or "",
        note=row.note,
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
    version: str = ""
    """`version` as of the same moment."""


def status(session: Session, code: str) -> InForce | None:
    """A region with its restrictions; None if there is no such region."""
    rows = session.connection().execute(_STATUS, {"code": code}).all()
    if not rows:
        return None
    first = rows[0]
    found = InForce(places.info(first), [], [], first.newest_number, first.newest_at, first.version)
    for row in rows:
        if row.risk is not None:
            (found.here if row.here else found.beneath).append(info(row))
    return found


def version(session: Session) -> str:
    """A text that differs as soon as anything that a region's answers show has changed, or the day in China has."""
    return session.connection().execute(_VERSION).scalar_one()


def unresolved(session: Session) -> list[RestrictionInfo]:
    """Entries in force that could not be resolved, by their names as stated."""
    return [info(row) for row in session.connection().execute(_UNRESOLVED)]


_VERSION = text(f"SELECT {VERSION}")  # made of constants
_STATUS = text(f"""
    SELECT {places.COLUMNS}, newest.number AS newest_number, newest.published_at AS newest_at,
           {VERSION} AS version, found.*
    FROM region g
    LEFT JOIN LATERAL (
        SELECT number, published_at FROM bulletin WHERE series = 'risk-level'
        ORDER BY published_at DESC, id DESC LIMIT 1
    ) AS newest ON true
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
        WHERE r.until IS NULL AND {IN_ZONE} AND (
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
