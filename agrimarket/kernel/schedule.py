"""Schedules of jobs. A (name, slot) row is unique, so that any number of schedulers cause one run per slot."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Literal

from sqlalchemy import text
from sqlmodel import Field, Session, SQLModel

from agrimarket.kernel import clock, outbox
from agrimarket.kernel.model import Timestamp, created_at_field
from agrimarket.kernel.outbox import Event

MAX_CAUGHT_UP = 200
"""Slots of one schedule that are caught up in one pass; the rest follow in the next."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A named job at intervals. After a pause, `latest` runs once for all missed slots, `each` once for each."""

    name: str
    every: timedelta
    catch_up: Literal["latest", "each"] = "latest"

    @property
    def topic(self) -> str:
        """Topic to which the job's handlers subscribe."""
        return f"schedule.{self.name}"


class SlotDue(Event):
    """A schedule's slot has begun."""

    topic: ClassVar[str] = "schedule"
    name: str
    slot: datetime


class ScheduleRun(SQLModel, table=True):
    """A slot that was started."""

    __tablename__ = "schedule_run"  # pyright: ignore[reportAssignmentType]

    name: str = Field(primary_key=True)
    slot: datetime = Field(primary_key=True, sa_type=Timestamp)  # type: ignore[call-overload]  # an instance is meant
    created_at: datetime = created_at_field()


def slot_of(moment: datetime, every: timedelta) -> datetime:
    """The beginning of the slot that contains `moment`; slots are counted from the epoch."""
    seconds = int(every.total_seconds())
    return datetime.fromtimestamp(int(moment.timestamp()) // seconds * seconds, UTC)


def due_slots(schedule: Schedule, now: datetime, last: datetime | None) -> list[datetime]:
    """The slots to start at `now` when `last` was the last one started."""
    current = slot_of(now, schedule.every)
    if last is None or schedule.catch_up == "latest":
        return [current] if last is None or last < current else []
    missed = min(int((current - last) / schedule.every), MAX_CAUGHT_UP)
    return [last + schedule.every * (i + 1) for i in range(missed)]


def start_due(session: Session, schedules: Sequence[Schedule]) -> int:
    """Record a `SlotDue` for every due slot that nobody has started; returns how many."""
    now = clock.read(session)
    last = last_slots(session, [schedule.name for schedule in schedules])
    started = 0
    for schedule in schedules:
        for slot in due_slots(schedule, now, last.get(schedule.name)):
            if session.connection().execute(_START, {"name": schedule.name, "slot": slot}).rowcount:
                outbox.record(session, SlotDue(name=schedule.name, slot=slot), topic=schedule.topic)
                started += 1
    return started


def last_slots(session: Session, names: Sequence[str]) -> dict[str, datetime]:
    """The last slot that was started of each of those schedules that ever began."""
    rows = session.connection().execute(_LAST, {"names": list(names)})
    return {row.name: row.slot for row in rows}


def is_late(schedule: Schedule, now: datetime, last: datetime | None, grace: timedelta) -> bool:
    """Whether a slot that began at least `grace` ago was not started when `last` was the last one."""
    return bool(due_slots(schedule, now - grace, last))


def purge(session: Session, days: int = 30) -> int:
    """Delete the slots that were started at least `days` ago, except each schedule's last one; returns how many."""
    return session.connection().execute(_PURGE, {"days": days}).rowcount


_PURGE = text("""
    DELETE FROM schedule_run AS r WHERE r.slot < agrimarket_now() - interval '1 day' * :days
        AND EXISTS (SELECT FROM schedule_run AS later WHERE later.name = r.name AND later.slot > r.slot)
""")
_LAST = text("""
    SELECT n.name, r.slot FROM unnest(CAST(:names AS text[])) AS n (name)
    CROSS JOIN LATERAL (SELECT slot FROM schedule_run WHERE name = n.name ORDER BY slot DESC LIMIT 1) AS r
""")
_START = text("INSERT INTO schedule_run (name, slot) VALUES (:name, :slot) ON CONFLICT DO NOTHING")
