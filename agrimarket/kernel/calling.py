"""Calling hours: when people are called, and by when a call is promised to them. Pure; hours are in China's time."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from agrimarket.drive import Calling
from agrimarket.kernel.i18n import PEOPLES_ZONE

LEAST: Final = timedelta(hours=1)
"""Least time within calling hours that is kept for a promised call."""

HASTE: Final = timedelta(minutes=15)
"""What is kept for it where there is no later."""


def next_call(moment: datetime, hours: Calling) -> datetime:
    """The first moment from `moment` on at which somebody is called."""
    there = moment.astimezone(PEOPLES_ZONE)
    if there.timetz().replace(tzinfo=None) < hours.from_:
        return _at(there, hours.from_)
    if there.timetz().replace(tzinfo=None) < hours.until:
        return moment
    return _at(there + timedelta(days=1), hours.from_)


def awake(moment: datetime, hours: Calling) -> datetime:
    """A deadline at `moment` that somebody else has to keep: at night it is moved to `morning`.

    It is moved later and never sooner, because the time until then is theirs.
    """
    begins = next_call(moment, hours)
    return moment if begins == moment else _at(begins.astimezone(PEOPLES_ZONE), morning(hours))


def morning(hours: Calling) -> time:
    """When a deadline that fell into the night is over: `LEAST` into the calling hours."""
    first = datetime.combine(date.min, hours.from_) + LEAST
    return min(first.time(), hours.until) if first.date() == date.min else hours.until


def call_by(now: datetime, by: datetime, hours: Calling, *, useless: datetime | None = None) -> datetime:
    """The promise to call by `by`, made at `now`, moved into calling hours.

    It is `by` itself, or the end of the calling hours before it. Where that leaves less than `LEAST` for the call, it
    is that much of the next calling hours: nobody is called at night. If that would be `useless`, since what the call
    is about has spoiled by then, `HASTE` is enough.
    """
    ready = _ready(now, hours)
    last = _last_call(by, hours)
    hurry = useless is not None and ready > useless and last >= next_call(now, hours) + HASTE
    return last if last >= ready or hurry else ready


def _ready(now: datetime, hours: Calling) -> datetime:
    begins = next_call(now, hours)
    day = begins.astimezone(PEOPLES_ZONE)
    if begins + LEAST <= _at(day, hours.until):
        return begins + LEAST
    opens, closes = (
        _at(day + timedelta(days=begins != _at(day, hours.from_)), end) for end in (hours.from_, hours.until)
    )
    return min(opens + LEAST, closes)


def _last_call(by: datetime, hours: Calling) -> datetime:
    there = by.astimezone(PEOPLES_ZONE)
    if there < _at(there, hours.from_):
        return _at(there - timedelta(days=1), hours.until)
    return min(by, _at(there, hours.until))


def _at(day: datetime, clock: time) -> datetime:
    return datetime.combine(day.date(), clock, PEOPLES_ZONE).astimezone(UTC)
