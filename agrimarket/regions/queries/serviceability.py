"""SELECTs of facts that bear on a delivery, now or on another day, and of origins that are closed."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session

from agrimarket.regions import communities
from agrimarket.regions.queries import restrictions
from agrimarket.regions.rules import lies_in, normalise
from agrimarket.regions.types.restrictions import RestrictionInfo, Verdict

_MUNICIPALITIES = ("11", "12", "31", "50")
_TOWN = re.compile(r"(?:街道|办事处|镇|乡|苏木)$")


@dataclass(slots=True)
class DeliveryFacts:
    """Facts that bear on a delivery.

    `unknown` are codes that do not exist; `touched` are restrictions of `destination` in which the address lies or
    may lie.
    """

    unknown: list[str] = field(default_factory=list[str])
    origins: list[RestrictionInfo] = field(default_factory=list[RestrictionInfo])
    destination: list[RestrictionInfo] = field(default_factory=list[RestrictionInfo])
    touched: list[RestrictionInfo] = field(default_factory=list[RestrictionInfo])


@dataclass(frozen=True, slots=True)
class Listed:
    """A listed community that the address may touch, since when, and the notice that began it."""

    name: str
    since: datetime
    notice: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """What an address says: its community, and its street, which counts only together with a community."""

    community: str
    street: str = ""

    @property
    def whole(self) -> str:
        """All that it says."""
        return f"{self.community} {self.street}".strip() if self.community.strip() else ""

    def verdict(self, listed: str) -> Verdict:
        """As `communities.verdict`. A community that lies in what is listed is closed, whatever the street says."""
        alone = communities.verdict(listed, self.community)
        if alone is Verdict.CLOSED or not self.street.strip():
            return alone
        return communities.verdict(listed, self.whole)


def between(
    session: Session,
    origins: Iterable[str],
    destination: str,
    said: Said,
    shown: int,
    at: datetime | None = None,
) -> DeliveryFacts:
    """Restrictions in force at the origins and at the destination, now or `at` another moment.

    Those at the destination are its own, those of what it lies in and those of the counties beneath it. `said` is
    what the address says, as it was typed. A restriction that the address touches names the communities that it
    touches, those that it lies in before those that it may lie in, with the time and the notice of the first. Without
    an address it names the first `shown`.
    """
    codes = [(code, "origin") for code in sorted(origins)] + [(destination, "destination")]
    asked = {
        "codes": [c for c, _ in codes],
        "roles": [r for _, r in codes],
        "words": sorted({*communities.words(said.community), *communities.words(said.whole)}),
        "always": communities.ALWAYS,
        "asked": bool(said.community.strip()),
        "shown": shown,
    }
    rows = session.connection().execute(_BETWEEN if at is None else _AT, asked if at is None else {**asked, "at": at})
    found = DeliveryFacts()
    for row in rows:
        if row.name is None:
            found.unknown.append(row.asked)
        elif row.risk is not None:
            info = _touched(row, said) if row.role == "destination" else restrictions.info(row)
            (found.destination if row.role == "destination" else found.origins).append(info)
            if info.touch is not None:
                found.touched.append(info)
    return found


def _touched(row: Row[Any], said: Said) -> RestrictionInfo:
    """The restriction of a row, and how the address stands to it.

    An address that gives only its city or province may lie in any county of it: none of their restrictions leaves it
    untouched.
    """
    info = restrictions.info(row)
    if not lies_in(row.asked, row.region_code):
        if info.whole_area:
            return replace(info, touch=Verdict.PARTIAL)
        judged = _judged(row, info, said) if said.community.strip() else info
        return judged if judged.touch is not None else replace(info, touch=Verdict.PARTIAL)
    return _judged(row, info, said)


def _judged(row: Row[Any], info: RestrictionInfo, said: Said) -> RestrictionInfo:
    if not said.community.strip():
        return info
    if info.whole_area and not info.resolved:
        return replace(info, touch=_somewhere(row, said))
    judged = [(_verdict(row, one.name, said), one) for one in _candidates(row)]
    touched = [(verdict, one) for verdict, one in judged if verdict is not Verdict.OPEN]
    if not touched:
        return info if not communities.says_where(said.whole) else replace(info, communities=[])
    touched.sort(key=lambda pair: pair[0] is not Verdict.CLOSED)
    touch = touched[0][0]
    first = min((one for verdict, one in touched if verdict is touch), key=lambda one: one.since)
    return replace(
        info,
        touch=touch,
        communities=[one.name for _, one in touched],
        since=first.since,
        bulletin_number=first.notice["number"],
        bulletin_id=UUID(first.notice["id"]),
        source=first.notice["source"],
    )


def _candidates(row: Row[Any]) -> list[Listed]:
    return [Listed(one["name"], datetime.fromisoformat(one["since"]), one["notice"]) for one in row.candidates or ()]


def _verdict(row: Row[Any], name: str, said: Said) -> Verdict:
    """As `communities.verdict`, in the town of the entry. A zone of a province does not make all of it unsure."""
    listed = f"{row.place}{name}" if row.place and _TOWN.search(row.place) else name
    verdict = said.verdict(listed)
    if verdict is Verdict.CLOSED or not (communities.is_a_zone(name) or _is_own_zone(row, name)):
        return verdict
    return Verdict.OPEN if _in_a_province(row) else Verdict.PARTIAL


def _is_own_zone(row: Row[Any], name: str) -> bool:
    """Whether the listed name is all of the zone that the entry is of: 某某区 of 成都某某区."""
    return bool(row.zone_name) and normalise(row.zone_name).endswith(normalise(name))


def _somewhere(row: Row[Any], said: Said) -> Verdict | None:
    """Of all of a place that is only known to lie in this city or province: any address in the city may lie there."""
    if said.verdict(row.place or row.stated) is Verdict.CLOSED:
        return Verdict.CLOSED
    return None if _in_a_province(row) else Verdict.PARTIAL


def _in_a_province(row: Row[Any]) -> bool:
    return row.region_code.endswith("0000") and not row.region_code.startswith(_MUNICIPALITIES)


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
    CROSS JOIN LATERAL (
        SELECT CASE WHEN w.role = 'origin' THEN g.code WHEN g.level = 'province' THEN left(g.code, 2) || '9999'
                    WHEN g.level = 'prefecture' THEN left(g.code, 4) || '99' ELSE g.code END AS highest
    ) AS beneath
    LEFT JOIN LATERAL (
        SELECT {restrictions.COLUMNS}, b.published_at AS since, r.until AS ends, c.*, n.candidates
        FROM restriction r
        JOIN bulletin own ON own.id = r.bulletin_id
        JOIN region rg ON rg.code = r.region_code
        CROSS JOIN LATERAL (
            SELECT count(*) AS community_count,
                   (array_agg(name ORDER BY id))[1:CAST(:shown AS int)] AS communities
            FROM closed_community
            WHERE restriction_id = r.id AND until IS NULL
        ) AS c
        CROSS JOIN LATERAL (
            SELECT jsonb_agg(
                jsonb_build_object('name', listed.name, 'since', listed.since, 'notice', notice.told)
                ORDER BY listed.id
            ) AS candidates
            FROM closed_community AS listed
            CROSS JOIN LATERAL (
                SELECT jsonb_build_object('number', number, 'id', id, 'source', source) AS told
                FROM bulletin WHERE published_at = listed.since AND series = own.series ORDER BY id DESC LIMIT 1
            ) AS notice
            WHERE listed.restriction_id = r.id AND listed.until IS NULL
              AND w.role = 'destination' AND CAST(:asked AS boolean)
              AND (listed.normalised LIKE ANY(CAST(:words AS text[])) OR listed.normalised ~ :always
                   OR EXISTS (SELECT FROM zone z WHERE z.id = r.zone_id AND z.name LIKE '%' || listed.name))
        ) AS n
        JOIN LATERAL (
            SELECT * FROM bulletin WHERE published_at = r.since AND series = own.series ORDER BY id DESC LIMIT 1
        ) AS b ON true
        WHERE r.until IS NULL
          AND (r.region_code IN (g.code, left(g.code, 4) || '00', left(g.code, 2) || '0000')
               OR r.region_code BETWEEN g.code AND beneath.highest)
          AND (w.role = 'destination' OR r.whole_area) AND {restrictions.IN_ZONE}
    ) AS found ON true
    ORDER BY w.role, array_position(ARRAY['high', 'middle', 'low'], found.risk), found.since, found.stated
""")  # noqa: S608
_AT = text(re.sub(r"(\w+\.)?until IS NULL", r"(\1since <= :at AND (\1until IS NULL OR \1until > :at))", _BETWEEN.text))
_CLOSED_ORIGINS = text(f"""
    SELECT DISTINCT ON (w.code) w.code AS asked, {restrictions.COLUMNS}, r.since,
           0 AS community_count, ARRAY[]::text[] AS communities
    FROM unnest(CAST(:codes AS char(6)[])) AS w (code)
    JOIN region g ON g.code = w.code
    JOIN restriction r ON r.region_code IN (g.code, left(g.code, 4) || '00', left(g.code, 2) || '0000')
    JOIN region rg ON rg.code = r.region_code
    JOIN bulletin b ON b.id = r.bulletin_id
    WHERE r.until IS NULL AND r.whole_area AND r.resolved AND r.level IN ('high', 'middle')
      AND {restrictions.IN_ZONE}
    ORDER BY w.code, r.since, r.id
""")  # noqa: S608
_DAYS = text("""
    SELECT agrimarket_now() AS now, (SELECT min(published_at) FROM bulletin) AS oldest
""")
