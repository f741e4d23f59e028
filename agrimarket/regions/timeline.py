"""History of what is in force, put right where a notice comes in: pure, over periods of any kind of key.

A notice says what is in force from its hour to the hour of the next one. `edit` changes the periods of keys so that
in this stretch just those are in force that it names, and nothing changes before or after. Whatever order notices
come in, the periods are the same in the end.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

K = TypeVar("K")
I = TypeVar("I")  # noqa: E741  # an identifier of a row


@dataclass(frozen=True, slots=True)
class Period(Generic[I]):
    """A stored period of a key. `until` is None where it goes on."""

    id: I
    since: datetime
    until: datetime | None


@dataclass(slots=True)
class Edits(Generic[K, I]):
    """What is to be done to the periods. `opened` and `closed` are the keys that the stretch loses and gains."""

    begun: dict[K, datetime | None] = field(default_factory=dict[K, datetime | None])
    """New periods from the beginning of the stretch; value: until."""
    split: dict[K, tuple[I, datetime | None]] = field(default_factory=dict[K, tuple[I, datetime | None]])
    """Periods that reach over the stretch and end at its beginning; a new one goes from its end to this `until`."""
    merged: dict[K, tuple[I, I, datetime | None]] = field(default_factory=dict[K, tuple[I, I, datetime | None]])
    """The first period goes on through the stretch and takes in the second; value: both, and the new `until`."""
    since: dict[I, datetime] = field(default_factory=dict[I, datetime])
    until: dict[I, datetime | None] = field(default_factory=dict[I, datetime | None])
    dropped: list[I] = field(default_factory=list[I])
    """Periods that had only this stretch."""
    kept: dict[K, I] = field(default_factory=dict[K, I])
    """Period of each wanted key in the stretch, new ones excepted."""
    opened: set[K] = field(default_factory=set[K])
    closed: set[K] = field(default_factory=set[K])


def edit(
    periods: Mapping[K, Iterable[Period[I]]], wanted: Collection[K], begin: datetime, end: datetime | None
) -> Edits[K, I]:
    """Edits after which just the `wanted` keys are in force from `begin` to `end` (None: from then on).

    `periods` are those that touch the stretch, its ends included; none of them begins or ends inside it.
    """
    edits: Edits[K, I] = Edits()
    for key in {*periods, *wanted}:
        before, during, after = _around(periods.get(key, ()), begin, end)
        if key in wanted and during is None:
            edits.closed.add(key)
            _fill(edits, key, before, after, begin, end)
        elif key not in wanted and during is not None:
            edits.opened.add(key)
            _clear(edits, key, during, begin, end)
        elif during is not None:
            edits.kept[key] = during.id
    return edits


def _around(
    periods: Iterable[Period[I]], begin: datetime, end: datetime | None
) -> tuple[Period[I] | None, Period[I] | None, Period[I] | None]:
    """The periods that end where the stretch begins, cover it, and begin where it ends."""
    before = during = after = None
    for period in periods:
        if period.until is not None and period.until <= begin:
            before = period
        elif end is not None and period.since >= end:
            after = period
        else:
            during = period
    return before, during, after


def _fill(
    edits: Edits[K, I],
    key: K,
    before: Period[I] | None,
    after: Period[I] | None,
    begin: datetime,
    end: datetime | None,
) -> None:
    if before is not None and after is not None:
        edits.merged[key] = before.id, after.id, after.until
        edits.kept[key] = before.id
    elif before is not None:
        edits.until[before.id] = end
        edits.kept[key] = before.id
    elif after is not None:
        edits.since[after.id] = begin
        edits.kept[key] = after.id
    else:
        edits.begun[key] = end


def _clear(edits: Edits[K, I], key: K, during: Period[I], begin: datetime, end: datetime | None) -> None:
    reaches_over = end is not None and (during.until is None or during.until > end)
    if during.since < begin and reaches_over:
        edits.split[key] = during.id, during.until
    elif during.since < begin:
        edits.until[during.id] = begin
    elif reaches_over and end is not None:
        edits.since[during.id] = end
    else:
        edits.dropped.append(during.id)
