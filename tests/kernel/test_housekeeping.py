"""Housekeeping deletes what is over, and nothing else."""

from datetime import timedelta

from pydantic import BaseModel
from sqlalchemy import text

from agrimarket.kernel import clock, deliveries, idempotency, outbox, schedule
from agrimarket.kernel.db import Database
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.schedule import Schedule, SlotDue
from workers.inline import drain
from workers.schedules import SCHEDULES
from workers.subscriptions import SUBSCRIPTIONS


class Answer(BaseModel):
    """Answer to be replayed."""

    text: str = "done"


def _count(db: Database, table: str) -> int:
    with db.reading() as session:
        return session.connection().execute(text(f"SELECT count(*) FROM {table}")).scalar_one()


def _sent(db: Database, *, handled: bool) -> None:
    """Send one message for one handler."""
    with db.transaction() as session:
        outbox.record(session, SlotDue(name="test", slot=clock.read(session)), topic="test")
        session.flush()
        deliveries.expand(session, {"test": ["handler"]})
        (taken,) = deliveries.take(session)
        if handled:
            deliveries.finish(session, taken[0])
        deliveries.confirm(session, [taken[0]])


def _purge(db: Database) -> None:
    with db.transaction() as session:
        deliveries.purge(session)
        idempotency.purge(session)
        schedule.purge(session)


def test_the_purge_runs_by_itself(db: Database) -> None:
    assert "kernel.purge" in {each.name for each in SCHEDULES}
    assert "kernel.purge" in SUBSCRIPTIONS["schedule.kernel.purge"]
    with db.transaction() as session:
        outbox.record(session, SlotDue(name="kernel.purge", slot=clock.read(session)), topic="schedule.kernel.purge")
    drain(db)
    assert _count(db, "delivery WHERE handler = 'kernel.purge' AND state = 'handled'") >= 1


def test_messages_go_two_weeks_after_the_last_of_their_deliveries_was_handled(db: Database) -> None:
    _sent(db, handled=True)
    _sent(db, handled=False)
    _purge(db)
    assert _count(db, "outbox_message") == 2
    with db.transaction() as session:
        clock.advance(session, timedelta(days=15))
    _purge(db)
    assert (_count(db, "outbox_message"), _count(db, "delivery")) == (1, 1)


def test_an_answer_is_replayed_for_thirty_days(db: Database) -> None:
    def ask() -> bool:
        mine = Idempotency("someone", "key", b"the same")
        with db.transaction() as session:
            mine.run(session, Answer, Answer)
        return mine.replayed

    assert [ask(), ask()] == [False, True]
    with db.transaction() as session:
        clock.advance(session, idempotency.KEPT - timedelta(minutes=1))
    _purge(db)
    assert ask()
    with db.transaction() as session:
        clock.advance(session, timedelta(minutes=2))
    _purge(db)
    assert not ask()


def test_past_slots_go_but_each_schedules_last_one_stays(db: Database) -> None:
    every = Schedule("test.often", timedelta(days=20))
    for _ in range(3):
        with db.transaction() as session:
            assert schedule.start_due(session, [every]) == 1
            clock.advance(session, timedelta(days=20))
    with db.transaction() as session:
        clock.advance(session, timedelta(days=60))
    _purge(db)
    assert _count(db, "schedule_run") == 1
