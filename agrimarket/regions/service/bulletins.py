"""Notices: an imported one becomes the full list in force, and restrictions that it no longer has end."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session

from agrimarket.kernel import outbox
from agrimarket.kernel.ids import new_id
from agrimarket.regions.errors import (
    BulletinFromFuture,
    BulletinIncomplete,
    BulletinOutdated,
    BulletinUnknown,
    RegionsMissing,
)
from agrimarket.regions.events import BulletinImported, RestrictionsChanged
from agrimarket.regions.gazetteer import Gazetteer, Resolution
from agrimarket.regions.queries import bulletins as queries
from agrimarket.regions.queries import places
from agrimarket.regions.rules import community_key, is_whole_area, normalise
from agrimarket.regions.schemas.bulletins import Document, Entry, read
from agrimarket.regions.service import restrictions
from agrimarket.regions.types import BulletinSummary, EntryKey, StagedEntry

AHEAD = timedelta(hours=1)
"""Time by which a notice may be dated ahead: it is published a little before the hour that it carries."""


def newest_first(session: Session, *, before: tuple[str, UUID] | None, limit: int) -> list[BulletinSummary]:
    """Notices, newest first, after the position of a cursor."""
    return queries.newest_first(session, before, limit)


def get(session: Session, bulletin_id: UUID) -> BulletinSummary:
    """A notice; `BulletinUnknown` if there is none."""
    found = queries.get(session, bulletin_id)
    if found is None:
        raise BulletinUnknown
    return found


def import_notice(
    session: Session,
    document: Mapping[str, Any] | Document,
    *,
    source: str,
    by: UUID | None = None,
    accept_counts: bool = False,
) -> BulletinSummary:
    """Put a notice into force from its hour on. One import runs at a time.

    Restrictions that are not in the notice end at its hour; those that go on keep their `since`. Nothing is deleted.
    A notice that was imported before changes nothing. Refused, with nothing written: `InvalidFields` (malformed),
    `BulletinIncomplete` (its lists differ from the counts that it states, unless `accept_counts`),
    `BulletinOutdated` (a newer one is in force), `BulletinFromFuture`. A notice of the same hour with other content
    is a correction and takes effect. Records `RestrictionsChanged` if deliveries are affected.
    """
    notice = document if isinstance(document, Document) else read(document)
    queries.lock_imports(session)
    known = queries.with_content(session, notice.sha256)
    if known is not None:
        return replace(known, repeated=True)
    _admit(session, notice, accept_counts=accept_counts)
    staged = _stage(session, notice)
    summary = _summary(notice, source, staged)
    queries.insert(session, summary)
    opened, closed = restrictions.replace_all(session, summary, staged)
    _tell(session, summary, opened, closed, by)
    return replace(summary, opened=len(opened), closed=len(closed))


def _summary(notice: Document, source: str, staged: Collection[EntryKey]) -> BulletinSummary:
    return BulletinSummary(
        id=new_id(),
        number=notice.data.number,
        source=source,
        published_at=notice.data.published_at,
        sha256=notice.sha256,
        counts=notice.data.counts,
        entries=sum(map(len, notice.data.lists.values())),
        unresolved=sum(not key.resolved for key in staged),
    )


def _tell(session: Session, summary: BulletinSummary, opened: set[str], closed: set[str], by: UUID | None) -> None:
    imported = BulletinImported(
        bulletin_id=summary.id,
        bulletin_number=summary.number,
        source=summary.source,
        sha256=summary.sha256.hex(),
        person_id=by,
    )
    outbox.record(session, imported)
    if opened or closed:
        changed = RestrictionsChanged(bulletin_number=summary.number, opened=sorted(opened), closed=sorted(closed))
        outbox.record(session, changed)


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


def _stage(session: Session, notice: Document) -> dict[EntryKey, StagedEntry]:
    regions = places.tree(session)
    if not regions:
        raise RegionsMissing
    gazetteer = Gazetteer(regions)
    staged: dict[EntryKey, StagedEntry] = {}
    for level, entries in notice.data.lists.items():
        for entry in entries:
            found = gazetteer.resolve(entry.province, entry.city, entry.county)
            whole, named = _split(entry, found)
            stated = " ".join(filter(None, (entry.province, entry.city, entry.county)))
            place = (found.code, found.place, found.resolved)
            if whole:
                staged.setdefault(EntryKey(stated, level, True, *place), StagedEntry(new_id()))
            if named:
                names = staged.setdefault(EntryKey(stated, level, False, *place), StagedEntry(new_id())).names
                for key, name in named.items():
                    names.setdefault(key, name)
    return staged


def _split(entry: Entry, found: Resolution) -> tuple[bool, dict[str, str]]:
    """Whether all of the region is meant, and the named communities. All of a town is a community of its county.

    No list at all means all of it. A blank in a list means nothing: a list of blanks alone closes nothing.
    """
    own = (entry.county, entry.city + entry.county) if entry.county else (entry.city,)
    whole, named = not entry.communitys, dict[str, str]()
    for name in entry.communitys:
        if is_whole_area(name, own):
            whole = True
        elif normalise(name):
            named.setdefault(community_key(name), name)
    if whole and found.place and found.resolved:
        return False, named | {community_key(found.place): found.place}
    return whole, named
