"""Importing a notice: it becomes the full list in force, and what it no longer has ends."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from agrimarket.kernel import outbox
from agrimarket.kernel.ids import new_id
from agrimarket.regions import queries
from agrimarket.regions.documents import Document, Entry, read
from agrimarket.regions.errors import BulletinFromFuture, BulletinIncomplete, BulletinOutdated, RegionsMissing
from agrimarket.regions.events import BulletinImported, RestrictionsChanged
from agrimarket.regions.gazetteer import Gazetteer, Resolution
from agrimarket.regions.models import RiskLevel
from agrimarket.regions.rules import CLOSING, community_key, is_whole_area
from agrimarket.regions.types import BulletinSummary

AHEAD = timedelta(hours=1)
"""How far a notice may be dated ahead: it is published a little before the hour that it carries."""
Key = tuple[str, RiskLevel, bool, str | None, str, bool]
"""stated, level, whole_area, region_code, place, resolved: what makes an entry of two notices the same."""


@dataclass(slots=True)
class Staged:
    """An entry read: the names of its communities by what they are compared by."""

    id: UUID
    names: dict[str, str] = field(default_factory=dict[str, str])


def import_bulletin(
    session: Session,
    document: Mapping[str, Any] | Document,
    *,
    source: str,
    by: UUID | None = None,
    accept_counts: bool = False,
) -> BulletinSummary:
    """Put a notice into force from its hour on. One import runs at a time.

    What was in force and is not in the notice ends at its hour; what goes on keeps its `since`. Nothing is deleted.
    A notice that was imported before changes nothing. Refused, with nothing written: `InvalidFields` (malformed),
    `BulletinIncomplete` (its lists differ from the counts that it states, unless `accept_counts`),
    `BulletinOutdated` (a newer one is in force), `BulletinFromFuture`. A notice of the same hour with other content
    is a correction and takes effect. Records `RestrictionsChanged` if deliveries are affected.
    """
    notice = document if isinstance(document, Document) else read(document)
    sha256 = notice.sha256
    session.connection().execute(text("SELECT pg_advisory_xact_lock(hashtextextended('regions.import', 0))"))
    known = queries.bulletin_of(session, sha256)
    if known is not None:
        return replace(known, repeated=True)
    _admit(session, notice, accept_counts=accept_counts)
    staged = _stage(session, notice)
    summary = BulletinSummary(
        id=new_id(),
        number=notice.data.number,
        source=source,
        published_at=notice.data.published_at,
        sha256=sha256,
        counts=notice.data.counts,
        entries=sum(map(len, notice.data.lists.values())),
        unresolved=sum(not resolved for *_, resolved in staged),
    )
    _insert_bulletin(session, summary)
    opened, closed = _put_in_force(session, summary, staged)
    outbox.record(
        session,
        BulletinImported(
            bulletin_id=summary.id,
            bulletin_number=summary.number,
            source=source,
            sha256=sha256.hex(),
            person_id=by,
        ),
    )
    if opened or closed:
        changed = RestrictionsChanged(bulletin_number=summary.number, opened=sorted(opened), closed=sorted(closed))
        outbox.record(session, changed)
    return replace(summary, opened=len(opened), closed=len(closed))


def _admit(session: Session, notice: Document, *, accept_counts: bool) -> None:
    data = notice.data
    for level, (stated, parsed) in data.counts.items():
        if stated is not None and stated != parsed and not accept_counts:
            raise BulletinIncomplete(
                pointer=f"/data/{level.value}list",
                level=level.value,
                stated=stated,
                parsed=parsed,
            )
    newest = queries.newest(session)
    if data.published_at > newest.now + AHEAD:
        raise BulletinFromFuture(pointer="/data/end_update_time", time=data.published_at)
    if newest.published_at is not None and data.published_at < newest.published_at:
        raise BulletinOutdated(pointer="/data/end_update_time", number=data.number, newest=newest.number)


def _stage(session: Session, notice: Document) -> dict[Key, Staged]:
    regions = queries.all_regions(session)
    if not regions:
        raise RegionsMissing
    gazetteer = Gazetteer(regions)
    staged: dict[Key, Staged] = {}
    for level, entries in notice.data.lists.items():
        for entry in entries:
            found = gazetteer.resolve(entry.province, entry.city, entry.county)
            whole, named = _split(entry, found)
            stated = " ".join(filter(None, (entry.province, entry.city, entry.county)))
            place = (found.code, found.place, found.resolved)
            if whole:
                staged.setdefault((stated, level, True, *place), Staged(new_id()))
            if named:
                names = staged.setdefault((stated, level, False, *place), Staged(new_id())).names
                for key, name in named.items():
                    names.setdefault(key, name)
    return staged


def _split(entry: Entry, found: Resolution) -> tuple[bool, dict[str, str]]:
    """Whether all of the region is meant, and the named communities. All of a town is a community of its county."""
    own = (entry.county, entry.city + entry.county) if entry.county else (entry.city,)
    whole, named = not entry.communitys, dict[str, str]()
    for name in entry.communitys:
        if is_whole_area(name, own):
            whole = True
        else:
            named.setdefault(community_key(name) or name, name)
    if whole and found.place and found.resolved:
        return False, named | {community_key(found.place): found.place}
    return whole, named


def _insert_bulletin(session: Session, summary: BulletinSummary) -> None:
    columns = {
        f"{level.value}_{kind}": count
        for level, pair in summary.counts.items()
        for kind, count in zip(("stated", "parsed"), pair, strict=True)
    }
    session.connection().execute(
        _BULLETIN,
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


def _put_in_force(session: Session, summary: BulletinSummary, staged: dict[Key, Staged]) -> tuple[set[str], set[str]]:
    """Bring what is in force to `staged`; the codes of regions opened and closed. Five statements, set-based."""
    connection = session.connection()
    at = {"bulletin": summary.id, "at": summary.published_at}
    in_force: dict[Key, UUID] = {}
    for row in connection.execute(_IN_FORCE):
        key = (row.stated, RiskLevel(row.level), row.whole_area, row.region_code, row.place, row.resolved)
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
    ended, begun = connection.execute(_COMMUNITIES, {"at": summary.published_at, **columns}).one()
    by_id = {entry.id: key for key, entry in staged.items()} | {in_force[key]: key for key in gone}
    opened = _closing_codes([*gone, *(by_id[changed] for changed in ended or ())])
    closed = _closing_codes([*fresh, *(by_id[changed] for changed in begun or ())])
    return opened, closed


def _closing_codes(keys: list[Key]) -> set[str]:
    return {code for _, level, _, code, _, _ in keys if code is not None and level in CLOSING}


_BULLETIN = text("""
    INSERT INTO bulletin (id, number, source, published_at, sha256, high_stated, middle_stated, low_stated,
                          high_parsed, middle_parsed, low_parsed, entries, unresolved)
    VALUES (:id, :number, :source, :published_at, :sha256, :high_stated, :middle_stated, :low_stated,
            :high_parsed, :middle_parsed, :low_parsed, :entries, :unresolved)
""")
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
