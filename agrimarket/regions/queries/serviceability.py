"""SELECTs of facts that bear on a delivery, now or on another day, and of origins that are closed."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

from agrimarket.regions.queries import restrictions
from agrimarket.regions.types import RestrictionInfo


@dataclass(slots=True)
class DeliveryFacts:
    """Facts that bear on a delivery.

    `unknown` are codes that do not exist; `touched` are restrictions of `destination` that name its community.
    """

    unknown: list[str] = field(default_factory=list[str])
    origins: list[RestrictionInfo] = field(default_factory=list[RestrictionInfo])
    destination: list[RestrictionInfo] = field(default_factory=list[RestrictionInfo])
    touched: list[RestrictionInfo] = field(default_factory=list[RestrictionInfo])


def between(
    session: Session,
    origins: Iterable[str],
    destination: str,
    community: str,
    shown: int,
    at: datetime | None = None,
) -> DeliveryFacts:
    """Restrictions in force at the origins and at the destination, now or `at` another moment.

    `community` is normalised, "" for none. A restriction that the address touches carries the time and the notice of
    the communities that it touches.
    """
    codes = [(code, "origin") for code in sorted(origins)] + [(destination, "destination")]
    asked = {"codes": [c for c, _ in codes], "roles": [r for _, r in codes], "community": community, "shown": shown}
    rows = session.connection().execute(_BETWEEN if at is None else _AT, asked if at is None else {**asked, "at": at})
    found = DeliveryFacts()
    for row in rows:
        if row.name is None:
            found.unknown.append(row.asked)
        elif row.risk is not None:
            info = restrictions.info(row)
            (found.destination if row.role == "destination" else found.origins).append(info)
            if row.touched:
                found.touched.append(info)
    return found


def closed_origins(session: Session, codes: Collection[str]) -> dict[str, RestrictionInfo]:
    """Those of `codes` that are closed as a whole, alone or with all around them, and what closed them first."""
    rows = session.connection().execute(_CLOSED_ORIGINS, {"codes": sorted(codes)})
    return {row.asked: restrictions.info(row) for row in rows}


def days(session: Session) -> tuple[datetime, datetime | None]:
    """(the clock's time, the hour of the oldest notice)."""
    row = session.connection().execute(_DAYS).one()
    return row.now, row.oldest


_BETWEEN = text(f"""
    SELECT w.role, w.code AS asked, g.name, found.*
    FROM unnest(CAST(:codes AS char(6)[]), CAST(:roles AS text[])) AS w (code, role)
    LEFT JOIN region g ON g.code = w.code
    LEFT JOIN LATERAL (
        SELECT {restrictions.COLUMNS}, b.published_at AS since, r.until AS ends, c.*
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
_AT = text(re.sub(r"(\w+\.)?until IS NULL", r"(\1since <= :at AND (\1until IS NULL OR \1until > :at))", _BETWEEN.text))
_CLOSED_ORIGINS = text(f"""
    SELECT DISTINCT ON (w.code) w.code AS asked, {restrictions.COLUMNS}, r.since,
           0 AS community_count, ARRAY[]::text[] AS communities
    FROM unnest(CAST(:codes AS char(6)[])) AS w (code)
    JOIN restriction r ON r.region_code IN (w.code, left(w.code, 4) || '00', left(w.code, 2) || '0000')
    JOIN region rg ON rg.code = r.region_code
    JOIN bulletin b ON b.id = r.bulletin_id
    WHERE r.until IS NULL AND r.whole_area AND r.resolved AND r.level IN ('high', 'middle')
    ORDER BY w.code, r.since, r.id
""")  # noqa: S608
_DAYS = text("""
    SELECT agrimarket_now() AS now, (SELECT min(published_at) FROM bulletin) AS oldest
""")
