"""History: what a notice says is put between the notices around it, whenever it comes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlmodel import Session

from agrimarket.kernel.ids import new_id
from agrimarket.regions.queries import history as queries
from agrimarket.regions.timeline import Edits, Period, edit
from agrimarket.regions.types.bulletins import BulletinSummary, EntryKey, Found, StagedEntry

Community = tuple[EntryKey, str]


@dataclass(slots=True)
class Difference:
    """Keys of entries that a notice began and ended, with those of which it did so with a community.

    `moved` are names that are taken for another place than before.
    """

    opened: set[EntryKey] = field(default_factory=set[EntryKey])
    closed: set[EntryKey] = field(default_factory=set[EntryKey])
    found: dict[EntryKey, Found] = field(default_factory=dict[EntryKey, Found])
    moved: set[str | None] = field(default_factory=set[str | None])


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A stretch of time in which a series says one thing. `ender` is the notice at its end."""

    begin: datetime
    end: datetime | None
    ender: UUID | None


def record(session: Session, bulletin: BulletinSummary, staged: Mapping[EntryKey, StagedEntry]) -> Difference | None:
    """Let just `staged` be in force from the notice's hour to the next notice of its series, or to its expiry.

    Periods become what they would be had all notices of the series come in the order of their hours. Returns what
    changed at present; None where a newer notice says what is in force. The notice's row is there already.
    """
    around = queries.surroundings(session, bulletin.series, bulletin.published_at, bulletin.id)
    difference = Difference()
    for stretch, says in _stretches(bulletin, around):
        _put(session, bulletin, stretch, staged if says else {}, difference)
    queries.attribute(session, bulletin.series, bulletin.published_at, bulletin.id)
    if bulletin.expires_at is not None and (around.next_at is None or bulletin.expires_at < around.next_at):
        queries.attribute(session, bulletin.series, bulletin.expires_at, bulletin.id)
    return difference if around.next_at is None else None


def end_expired(session: Session, bulletin: BulletinSummary, at: datetime) -> Difference:
    """End at that time all that the newest notice of a series still has in force."""
    difference = Difference()
    _put(session, bulletin, _Stretch(at, None, None), {}, difference)
    return difference


def _stretches(bulletin: BulletinSummary, around: queries.Surroundings) -> Iterable[tuple[_Stretch, bool]]:
    """The stretches from a notice to the next, and whether it says anything then; cut where one expires."""
    begin, expiry = bulletin.published_at, bulletin.expires_at
    inside = sorted(
        cut
        for cut in {around.holder_expires_at, expiry}
        if cut is not None and begin < cut <= around.now and (around.next_at is None or cut < around.next_at)
    )
    edges: list[datetime | None] = [begin, *inside, around.next_at]
    for start, end in pairwise(edges):
        if start is not None:
            ender = around.next_id if end == around.next_at else bulletin.id
            yield _Stretch(start, end, ender), expiry is None or start < expiry


def _put(
    session: Session,
    bulletin: BulletinSummary,
    stretch: _Stretch,
    staged: Mapping[EntryKey, StagedEntry],
    difference: Difference,
) -> None:
    rows = queries.touching(session, bulletin.series, stretch.begin, stretch.end)
    found = {queries.key_of(row): queries.found_of(row) for row in rows}
    _resolve_again(session, bulletin.series, found, staged, difference)
    entries = edit(_by_key((queries.key_of(row), row) for row in rows), staged, stretch.begin, stretch.end)
    keys = {row.id: queries.key_of(row) for row in rows}
    shut = queries.communities_touching(session, list(keys), stretch.begin, stretch.end)
    names: dict[Community, str] = {
        (key, normalised): name for key, entry in staged.items() for normalised, name in entry.names.items()
    }
    periods = _by_key(((keys[row.restriction_id], row.normalised), row) for row in shut)
    communities = edit(periods, names, stretch.begin, stretch.end)
    owners = {row.id: row.restriction_id for row in shut}
    enders = {row.id: row.ended_by_id for row in rows}
    found |= {key: entry.found for key, entry in staged.items()}
    _Writing(session, bulletin, stretch, entries, communities, found, owners, enders).write(staged, names)
    difference.opened |= entries.opened | {key for key, _ in communities.opened}
    difference.closed |= entries.closed | {key for key, _ in communities.closed}
    difference.found |= found


def _by_key(rows: Iterable[tuple[Any, Row[Any]]]) -> dict[Any, list[Period[Any]]]:
    grouped: dict[Any, list[Period[Any]]] = {}
    for key, row in rows:
        grouped.setdefault(key, []).append(Period(row.id, row.since, row.until))
    return grouped


def _resolve_again(
    session: Session,
    series: str,
    before: Mapping[EntryKey, Found],
    staged: Mapping[EntryKey, StagedEntry],
    difference: Difference,
) -> None:
    """Names that are read better than when they came before are read so for all the time."""
    better = {key: entry.found for key, entry in staged.items() if before.get(key, entry.found) != entry.found}
    difference.moved |= {place.code for key in better for place in (before[key], better[key])}
    queries.resolve_again(session, series, {key.stated: found for key, found in better.items()})


@dataclass(frozen=True, slots=True)
class _Writing:
    """Edits of a stretch, written in the order that keeps every constraint: what others point to comes first."""

    session: Session
    bulletin: BulletinSummary
    stretch: _Stretch
    entries: Edits[EntryKey, UUID]
    communities: Edits[Community, int]
    found: Mapping[EntryKey, Found]
    owners: Mapping[int, UUID]
    """Restriction of each community."""
    enders: Mapping[UUID, UUID | None]
    """Notice that ended each restriction."""

    def write(self, staged: Mapping[EntryKey, StagedEntry], names: Mapping[Community, str]) -> None:
        """Write everything."""
        merged = self.entries.merged.values()
        queries.hand_over(self.session, [(second, first, None) for first, second, _ in merged])
        shut = self.communities
        queries.delete_communities(self.session, [*shut.dropped, *(second for _, second, _ in shut.merged.values())])
        queries.delete_restrictions(self.session, [*self.entries.dropped, *(second for _, second, _ in merged)])
        self._move_entries()
        parted = self._begin_entries(staged)
        self._move_communities()
        self._begin_communities(staged, names)
        over = [(self.entries.split[key][0], new, self.stretch.end) for key, new in parted.items()]
        queries.hand_over(self.session, over)

    def _cause(self, at: datetime) -> UUID:
        """The notice for which something begins or ends at an edge of the stretch."""
        return self.bulletin.id if at == self.stretch.begin else self.stretch.ender or self.bulletin.id

    def _move_entries(self) -> None:
        since = {row: (at, self._cause(at)) for row, at in self.entries.since.items()}
        until = {row: (at, self._cause(at) if at else None) for row, at in self.entries.until.items()}
        until |= {row: (self.stretch.begin, self.bulletin.id) for row, _ in self.entries.split.values()}
        until |= {first: (at, self.enders[second]) for first, second, at in self.entries.merged.values()}
        queries.move_restrictions(self.session, since, until)

    def _begin_entries(self, staged: Mapping[EntryKey, StagedEntry]) -> dict[EntryKey, UUID]:
        """Insert new restrictions; returns the ids of those that go on where others were split."""
        begin, end = self.stretch.begin, self.stretch.end
        ender = self._cause(end) if end else None
        rows = [
            queries.NewRestriction(staged[key].id, key, self.found[key], begin, until, self.bulletin.id, ender)
            for key, until in self.entries.begun.items()
        ]
        parted = {key: new_id() for key in self.entries.split}
        if end is not None:
            rows += [
                queries.NewRestriction(
                    parted[key], key, self.found[key], end, until, self._cause(end), self.enders[old]
                )
                for key, (old, until) in self.entries.split.items()
            ]
        queries.insert_restrictions(self.session, self.bulletin.series, rows)
        return parted

    def _move_communities(self) -> None:
        until: dict[int, datetime | None] = {**self.communities.until}
        until |= {row: self.stretch.begin for row, _ in self.communities.split.values()}
        until |= {first: at for first, _, at in self.communities.merged.values()}
        queries.move_communities(self.session, self.communities.since, until)

    def _begin_communities(self, staged: Mapping[EntryKey, StagedEntry], names: Mapping[Community, str]) -> None:
        """Insert new communities in the order of the notice, which lists keep; what was split goes on beside itself."""
        begin, end = self.stretch.begin, self.stretch.end
        ids = self.entries.kept | {key: staged[key].id for key in self.entries.begun}
        begun = self.communities.begun
        rows = [(ids[at[0]], name, at[1], begin, begun[at]) for at, name in names.items() if at in begun]
        queries.insert_communities(self.session, rows)
        if end is not None:
            queries.go_on(self.session, [(row, end, until) for row, until in self.communities.split.values()])
