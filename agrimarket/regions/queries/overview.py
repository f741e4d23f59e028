"""The SELECT of all that a region's page shows, with the version that it is of."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session

from agrimarket.regions.queries import places, restrictions

Position = tuple[int, str, UUID, int]
"""Keys by which the list of closed places is ordered: its group, region, restriction, and community (0: all of it)."""


def read(
    session: Session,
    code: str,
    *,
    needle: str,
    closing: bool,
    after: Position | None,
    limit: int,
    touched: Sequence[int] = (),
) -> Row[Any] | None:
    """All that the page of a region shows; None if there is no such region. One statement.

    `needle` is a normalised name that the listed places contain, or that contains theirs; "" for all. `touched` are ids
    of communities that are listed beside them. `closing`: those of levels that close, else of those that inform.
    """
    group, region, restriction, community = after or (-1, "", UUID(int=0), 0)
    params = {"code": code, "needle": needle, "closing": closing, "limit": limit, "group": group, "region": region}
    keys = {"restriction": restriction, "community": community, "touched": list(touched)}
    return session.connection().execute(_OVERVIEW, params | keys).one_or_none()


def candidates(session: Session, code: str, words: Sequence[str], always: str, limit: int) -> list[tuple[int, str]]:
    """Listed communities in or around a region that an address with these `communities.words` may touch.

    (id, its name, behind that of its town if the entry is of one), the first `limit`.
    """
    params = {"code": code, "words": list(words), "always": always, "limit": limit}
    return [(row.id, row.listed) for row in session.connection().execute(_CANDIDATES, params)]


_DAY = "CAST({} AT TIME ZONE 'Asia/Shanghai' AS date)"
_OVERVIEW = text(f"""
    WITH g AS (
        SELECT *, CASE level WHEN 'province' THEN left(code, 2) || '0000' WHEN 'prefecture' THEN left(code, 4) || '00'
                  ELSE code END AS lowest,
               CASE level WHEN 'province' THEN left(code, 2) || '9999' WHEN 'prefecture' THEN left(code, 4) || '99'
                  ELSE code END AS highest,
               ARRAY[code, left(code, 4) || '00', left(code, 2) || '0000'] AS around
        FROM region WHERE code = :code
    ), f AS MATERIALIZED (
        SELECT r.id, r.region_code, r.level, r.place, r.stated, r.whole_area, r.resolved, r.since,
               r.series, rg.full_name, rg.latin, b.id AS bulletin_id, b.number, b.source,
               r.region_code = ANY(g.around) AS here, r.level <> 'low' AS closes,
               (SELECT count(*) FROM closed_community c WHERE c.restriction_id = r.id AND c.until IS NULL) AS places
        FROM g
        JOIN restriction r ON r.until IS NULL
            AND (r.region_code = ANY(g.around) OR r.region_code BETWEEN g.lowest AND g.highest)
            AND {restrictions.IN_ZONE}
        JOIN bulletin b ON b.id = r.bulletin_id
        JOIN region rg ON rg.code = r.region_code
    ), grouped AS (
        SELECT *, CASE WHEN whole_area THEN 0 ELSE 4 END + CASE WHEN here THEN 0 ELSE 2 END
                  + CASE level WHEN 'high' THEN 0 ELSE 1 END AS ordered
        FROM f WHERE closes = :closing
    ), listed AS (
        SELECT ordered, region_code, id, CAST(0 AS bigint) AS community, '' AS name, since FROM grouped
        WHERE whole_area AND (:needle = '' OR strpos(full_name || place, :needle) > 0)
        UNION ALL
        SELECT n.ordered, n.region_code, n.id, c.id, c.name, c.since FROM grouped n
        JOIN closed_community c ON c.restriction_id = n.id AND c.until IS NULL
        WHERE :needle = '' OR strpos(c.normalised, :needle) > 0 OR strpos(:needle, c.normalised) > 0
            OR strpos(n.full_name || n.place, :needle) > 0 OR c.id = ANY(CAST(:touched AS bigint[]))
    ), shown AS (
        SELECT * FROM listed
        WHERE (ordered, region_code, id, community)
            > (CAST(:group AS int), CAST(:region AS char(6)), CAST(:restriction AS uuid), CAST(:community AS bigint))
        ORDER BY ordered, region_code, id, community LIMIT :limit
    ), periods AS (
        SELECT r.since, r.until FROM g JOIN restriction r ON r.region_code BETWEEN g.lowest AND g.highest
        WHERE r.whole_area AND r.level <> 'low'
        UNION ALL
        SELECT c.since, c.until FROM g JOIN restriction r ON r.region_code BETWEEN g.lowest AND g.highest
        JOIN closed_community c ON c.restriction_id = r.id
        WHERE r.level <> 'low'
    ), days AS (
        SELECT day, sum(sum(change)) OVER (ORDER BY day) AS places FROM (
            SELECT {_DAY.format("since")} AS day, 1 AS change FROM periods
            UNION ALL
            SELECT {_DAY.format("until")}, -1 FROM periods WHERE until IS NOT NULL
        ) AS changes GROUP BY day
    ), counted AS (
        SELECT left(r.region_code, 2) AS province,
               count(c.id) + count(DISTINCT r.id) FILTER (WHERE r.whole_area) AS places
        FROM restriction r LEFT JOIN closed_community c ON c.restriction_id = r.id AND c.until IS NULL
        WHERE r.until IS NULL AND r.level <> 'low' AND r.region_code IS NOT NULL
        GROUP BY 1
    ), told AS (
        SELECT m.id, m.said, m.first_seen, v.verdict, v.why, v.authority, v.source_url, v.at
        FROM g JOIN rumour m ON m.region_code IS NULL OR m.region_code = ANY(g.around)
        JOIN rebuttal v ON v.rumour_id = m.id
        WHERE NOT EXISTS (SELECT FROM rebuttal later WHERE later.supersedes_id = v.id)
        ORDER BY m.region_code = g.code DESC NULLS LAST, v.at DESC LIMIT 4
    )
    SELECT {places.COLUMNS}, {restrictions.VERSION} AS version, agrimarket_now() AS now, newest.number AS newest_number,
           newest.published_at AS newest_at,
           (SELECT json_agg(f) FROM f WHERE here) AS here,
           (SELECT json_agg(x) FROM (
               SELECT level, whole_area, resolved, min(since) AS since FROM f WHERE NOT here GROUP BY 1, 2, 3) AS x
           ) AS beneath,
           (SELECT json_agg(x ORDER BY level) FROM (
               SELECT level, sum(places) AS places, count(*) FILTER (WHERE whole_area) AS whole, min(since) AS since,
                      count(DISTINCT region_code) AS regions
               FROM f GROUP BY level) AS x) AS levels,
           (SELECT json_agg(x) FROM (
               SELECT source FROM f GROUP BY source ORDER BY max(number) DESC LIMIT 5) AS x) AS sources,
           (SELECT json_agg(x) FROM (
               SELECT s.ordered, s.region_code, s.id, s.community, s.name, s.since, f.full_name, f.latin, f.place,
                      f.stated, f.level, f.resolved, coalesce(began.number, f.number) AS number,
                      f.series LIKE 'by-hand:%' AS by_hand, f.source
               FROM shown s JOIN f ON f.id = s.id
               LEFT JOIN LATERAL (
                   SELECT number FROM bulletin
                   WHERE series = f.series AND published_at = s.since ORDER BY id DESC LIMIT 1) AS began ON true
               ORDER BY s.ordered, s.region_code, s.id, s.community) AS x) AS listed,
           (SELECT count(*) FROM listed) AS total,
           (SELECT json_agg(x ORDER BY day) FROM (SELECT day, places FROM days) AS x) AS days,
           (SELECT json_agg(x ORDER BY code) FROM (
               SELECT code, name, latin, coalesce(places, 0) AS places FROM region
               LEFT JOIN counted ON province = left(code, 2) WHERE level = 'province') AS x) AS provinces,
           (SELECT json_agg(told) FROM told) AS rumours
    FROM g
    LEFT JOIN LATERAL (
        SELECT number, published_at FROM bulletin WHERE series = 'risk-level'
        ORDER BY published_at DESC, id DESC LIMIT 1) AS newest ON true
""")  # noqa: S608  # made of constants
_CANDIDATES = text("""
    SELECT c.id, CASE WHEN r.place ~ '(街道|办事处|镇|乡|苏木)$' THEN r.place ELSE '' END || c.name AS listed
    FROM region g
    JOIN restriction r ON r.until IS NULL AND (
        r.region_code IN (g.code, left(g.code, 4) || '00', left(g.code, 2) || '0000')
        OR r.region_code BETWEEN g.code AND CASE g.level WHEN 'province' THEN left(g.code, 2) || '9999'
                                            WHEN 'prefecture' THEN left(g.code, 4) || '99' ELSE g.code END)
    JOIN closed_community c ON c.restriction_id = r.id AND c.until IS NULL
    WHERE g.code = :code AND (c.normalised LIKE ANY(CAST(:words AS text[])) OR c.normalised ~ :always)
    ORDER BY c.id LIMIT :limit
""")
