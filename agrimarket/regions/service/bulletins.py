"""Notices: each says what is in force in its series from its hour to that of the next."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session

from agrimarket.kernel import outbox
from agrimarket.kernel.ids import new_id
from agrimarket.regions.adapters.risk_level import Document, read
from agrimarket.regions.errors import BulletinEmpty, BulletinFromFuture, BulletinIncomplete, BulletinUnknown
from agrimarket.regions.events import BulletinImported, RestrictionsChanged
from agrimarket.regions.notices import Notice
from agrimarket.regions.queries import bulletins as queries
from agrimarket.regions.rules import CLOSING
from agrimarket.regions.service import history
from agrimarket.regions.service.staging import stage
from agrimarket.regions.types.bulletins import (
    OFFICIAL,
    BulletinDetail,
    BulletinSummary,
    Change,
    Changes,
    EntryKey,
    SetAsideRow,
    StagedEntry,
)
from agrimarket.regions.types.restrictions import RiskLevel

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


def detail(session: Session, bulletin_id: UUID) -> BulletinDetail:
    """A notice, what it opened, closed and changed against the notice before it, and what of it could not be read.

    `BulletinUnknown` if there is none. A notice that was corrected changed nothing: its correction did. Once an
    older notice comes in between, the changes are those against that one.
    """
    summary = get(session, bulletin_id)
    changes = Changes() if summary.corrected else queries.changes(session, summary)
    return BulletinDetail(_counted(summary, changes), changes, set_aside(session, bulletin_id))


def set_aside(session: Session, bulletin_id: UUID) -> list[SetAsideRow]:
    """What of a notice could not be read, for an operator to look at."""
    return queries.set_aside(session, bulletin_id)


def import_notice(
    session: Session,
    document: Mapping[str, Any] | Document | Notice,
    *,
    source: str,
    by: UUID | None = None,
    accept_counts: bool = False,
) -> BulletinSummary:
    """Put a notice where it belongs by its hour, whenever it comes. One import runs at a time.

    Restrictions that are not in the notice end at its hour; those that go on keep their `since`. A notice older than
    the newest changes the past and not the present. The notice that counts for its hour changes nothing if it comes
    again; another one of that hour is a correction and takes its place, also if it was there before. What could not
    be read is kept beside the notice. Refused, with nothing written: `InvalidFields` (malformed),
    `BulletinIncomplete` (its lists differ from the counts that it states, unless `accept_counts`), `BulletinEmpty`
    (nothing is listed, and it does not say that there is nothing), `BulletinFromFuture`. Records
    `RestrictionsChanged` if deliveries are affected.
    """
    notice = _notice(document)
    queries.lock_imports(session)
    known = queries.of_hour(session, notice.series, notice.published_at)
    if known is not None and known.sha256 == notice.sha256:
        return replace(known, repeated=True)
    _admit(session, notice, accept_counts=accept_counts)
    staged = stage(session, notice)
    summary = _summary(notice, source, staged)
    queries.insert(session, summary)
    queries.keep_aside(session, summary.id, notice.set_aside)
    difference = history.record(session, summary, staged)
    _tell(session, summary, by)
    if difference is not None:
        _tell_changes(session, summary.number, difference)
    return _counted(summary, queries.changes(session, summary))


def end_expired(session: Session) -> int:
    """End what notices say that have expired; returns how many did. For the schedule."""
    queries.lock_imports(session)
    expired = queries.expired(session)
    for summary in expired:
        if summary.expires_at is not None:
            _tell_changes(session, summary.number, history.end_expired(session, summary, summary.expires_at))
    return len(expired)


def _notice(document: Mapping[str, Any] | Document | Notice) -> Notice:
    if isinstance(document, Notice):
        return document
    return (document if isinstance(document, Document) else read(document)).notice()


def _summary(notice: Notice, source: str, staged: Mapping[EntryKey, StagedEntry]) -> BulletinSummary:
    return BulletinSummary(
        id=new_id(),
        number=notice.number,
        source=source,
        published_at=notice.published_at,
        sha256=notice.sha256,
        counts=dict(notice.counts),
        entries=sum(map(len, notice.lists.values())),
        unresolved=sum(not entry.found.resolved for entry in staged.values()),
        series=notice.series,
        licence=notice.licence,
        expires_at=notice.expires_at,
    )


def _counted(summary: BulletinSummary, changes: Changes) -> BulletinSummary:
    closing = [*changes.changed, *changes.opened]
    opened = _places(change for change in closing if change.ended or change in changes.opened)
    closing = [*changes.changed, *changes.closed]
    return replace(summary, opened=opened, closed=_places(c for c in closing if c.begun or c in changes.closed))


def _places(changes: Iterable[Change]) -> int:
    return len({change.region_code for change in changes if change.region_code and change.level in CLOSING})


def _tell(session: Session, summary: BulletinSummary, by: UUID | None) -> None:
    imported = BulletinImported(
        bulletin_id=summary.id,
        bulletin_number=summary.number,
        source=summary.source,
        sha256=summary.sha256.hex(),
        person_id=by,
    )
    outbox.record(session, imported)


def _tell_changes(session: Session, number: str, difference: history.Difference) -> None:
    def codes(keys: Collection[EntryKey]) -> set[str]:
        places = (difference.found[key].code for key in keys if key.level in CLOSING)
        return {code for code in places if code is not None}

    moved = {code for code in difference.moved if code is not None}
    opened, closed = codes(difference.opened) | moved, codes(difference.closed) | moved
    if opened or closed:
        changed = RestrictionsChanged(bulletin_number=number, opened=sorted(opened), closed=sorted(closed))
        outbox.record(session, changed)


def _admit(session: Session, notice: Notice, *, accept_counts: bool) -> None:
    for level, (stated, parsed) in notice.counts.items():
        most = parsed + notice.missing.get(level, 0)
        if stated is not None and not parsed <= stated <= most and not accept_counts:
            raise BulletinIncomplete(
                pointer=notice.pointers.get(level),
                level=level.value,
                stated=stated,
                parsed=parsed,
            )
    if notice.series == OFFICIAL:
        _require_something(notice)
    if notice.published_at > queries.newest(session, notice.series).now + AHEAD:
        raise BulletinFromFuture(pointer=notice.pointers.get("hour"), time=notice.published_at)


def _require_something(notice: Notice) -> None:
    """Refuse a notice that closes nothing without saying so, since it would open everything."""
    closing = (RiskLevel.HIGH, RiskLevel.MIDDLE)
    if any(notice.lists[level] for level in closing):
        return
    if any(notice.counts[level][0] is None for level in closing):
        raise BulletinEmpty(pointer=notice.pointers.get(RiskLevel.HIGH))
