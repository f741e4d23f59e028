"""Restrictions in force: all replaced by each new notice, and read by region."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from agrimarket.regions.errors import RegionUnknown
from agrimarket.regions.queries import restrictions as queries
from agrimarket.regions.rules import CLOSING, is_code, verdict_of
from agrimarket.regions.types import BulletinSummary, RegionStatus, RestrictionInfo, RiskLevel, Verdict


class EntryKey(NamedTuple):
    """Key by which entries of two notices are the same."""

    stated: str
    level: RiskLevel
    whole_area: bool
    region_code: str | None
    place: str
    resolved: bool


@dataclass(slots=True)
class StagedEntry:
    """An entry to put into force. `names` are its communities by their normalised names."""

    id: UUID
    names: dict[str, str] = field(default_factory=dict[str, str])


def status(session: Session, code: str) -> RegionStatus:
    """Restrictions in force in a region; `RegionUnknown` if there is no such region. One statement.

    Restrictions of the region itself and of its ancestors name all their communities; those beneath it only count
    them. An unresolved entry of an ancestor is listed, but does not affect the verdict.
    """
    found = queries.status(session, code) if is_code(code) else None
    if found is None:
        raise RegionUnknown(codes=[code])
    verdict = verdict_of(found.here)
    if verdict is Verdict.OPEN and verdict_of(found.beneath) is not Verdict.OPEN:
        verdict = Verdict.PARTIAL
    restrictions = [*found.here, *found.beneath]
    return RegionStatus(code, verdict, restrictions, found.region, found.bulletin_number, found.as_of)


def unresolved(session: Session) -> list[RestrictionInfo]:
    """Entries in force whose names could not be resolved; for operators, who may extend `data/aliases.csv`."""
    return queries.unresolved(session)


def replace_all(
    session: Session, bulletin: BulletinSummary, staged: Mapping[EntryKey, StagedEntry]
) -> tuple[set[str], set[str]]:
    """Put `staged` into force in place of everything that is; returns the codes of regions opened and closed.

    Entries that stay in force keep their `since`; their staged counterparts take their ids. Four statements.
    """
    connection = session.connection()
    at = {"bulletin": bulletin.id, "at": bulletin.published_at}
    in_force: dict[EntryKey, UUID] = {}
    for row in connection.execute(_IN_FORCE):
        key = EntryKey(row.stated, RiskLevel(row.level), row.whole_area, row.region_code, row.place, row.resolved)
        in_force[key] = row.id
    for key, entry in staged.items():
        entry.id = in_force.get(key, entry.id)
    gone = [key for key in in_force if key not in staged]
    fresh = [key for key in staged if key not in in_force]
    if gone:
        connection.execute(_END_RESTRICTIONS, {**at, "ids": [in_force[key] for key in gone]})
    if fresh:
        columns = dict(
            zip(
                ("stated", "level", "whole", "code", "place", "resolved"),
                map(list, zip(*fresh, strict=True)),
                strict=True,
            )
        )
        connection.execute(_BEGIN_RESTRICTIONS, {**at, **columns, "ids": [staged[key].id for key in fresh]})
    pairs = [(entry.id, key, name) for entry in staged.values() for key, name in entry.names.items()]
    columns = {"ids": [p[0] for p in pairs], "keys": [p[1] for p in pairs], "names": [p[2] for p in pairs]}
    ended, begun = connection.execute(_COMMUNITIES, {"at": bulletin.published_at, **columns}).one()
    by_id = {entry.id: key for key, entry in staged.items()} | {in_force[key]: key for key in gone}
    opened = _closing_codes([*gone, *(by_id[changed] for changed in ended or ())])
    closed = _closing_codes([*fresh, *(by_id[changed] for changed in begun or ())])
    return opened, closed


def _closing_codes(keys: Iterable[EntryKey]) -> set[str]:
    return {key.region_code for key in keys if key.region_code is not None and key.level in CLOSING}


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
