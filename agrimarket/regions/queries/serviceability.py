"""The SELECT of facts that bear on a delivery."""

from collections.abc import Iterable
from dataclasses import dataclass, field

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


def between(session: Session, origins: Iterable[str], destination: str, community: str, shown: int) -> DeliveryFacts:
    """Restrictions in force at the origins and at the destination. `community` is normalised, "" for none.

    A restriction that the address touches carries the time and the notice of the communities that it touches.
    """
    codes = [(code, "origin") for code in sorted(origins)] + [(destination, "destination")]
    rows = session.connection().execute(
        _BETWEEN,
        {"codes": [c for c, _ in codes], "roles": [r for _, r in codes], "community": community, "shown": shown},
    )
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


_BETWEEN = text(f"""
    SELECT w.role, w.code AS asked, g.name, found.*
    FROM unnest(CAST(:codes AS char(6)[]), CAST(:roles AS text[])) AS w (code, role)
    LEFT JOIN region g ON g.code = w.code
    LEFT JOIN LATERAL (
        SELECT {restrictions.COLUMNS}, b.published_at AS since, c.*
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
          AND (w.role = 'destination' OR r.whole_area) AND {restrictions.IN_ZONE}
    ) AS found ON true
    ORDER BY w.role, array_position(ARRAY['high', 'middle', 'low'], found.risk), found.since, found.stated
""")  # noqa: S608
