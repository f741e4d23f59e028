"""Rows 1, 4, 9 and 10: whatever is killed, every accepted message acts once, or is a visible dead letter."""

import random
import signal
import time

from sqlalchemy import text

from agrimarket.kernel import deliveries, outbox
from tests.faults.conftest import figure
from tests.faults.handlers import Struck
from tests.support.running import Running, wait_until

REPEATS = 50


def _send(system: Running, numbers: range, **more: object) -> None:
    with system.db.transaction() as session:
        for number in numbers:
            outbox.record(session, Struck(number=number, **more))  # type: ignore[arg-type]


def _scalar(system: Running, statement: str) -> int:
    with system.db.reading() as session:
        return int(session.connection().execute(text(statement)).scalar_one())


def _deliveries(system: Running, state: str) -> int:
    return _scalar(system, f"SELECT count(*) FROM delivery WHERE state = '{state}'")


def _waiting(system: Running) -> int:
    with system.db.reading() as session:
        backlog = deliveries.backlog(session)
    return backlog.unrelayed + backlog.waiting


def _lost_and_doubled(system: Running, sent: int) -> tuple[int, int]:
    distinct = _scalar(system, "SELECT count(DISTINCT number) FROM fault_effect")
    return sent - distinct, _scalar(system, "SELECT count(*) FROM fault_effect") - distinct


def test_row_1_pool_child_killed(system: Running) -> None:
    luck = random.Random(1)
    worker, _ = system.worker(), system.relay()
    kills, each = 0, 6
    for repeat in range(REPEATS):
        _send(system, range(repeat * each, (repeat + 1) * each), milliseconds=20)
        time.sleep(luck.uniform(0.0, 0.15))  # the moment of the kill is what varies
        kills += worker.kill_one_of_pool(luck)
        wait_until(lambda: _waiting(system) == 0, 180, "the backlog's end")
    lost, doubled = _lost_and_doubled(system, REPEATS * each)
    figure(
        1,
        "pool child killed",
        kills=kills,
        messages=REPEATS * each,
        lost=lost,
        doubled=doubled,
        bound=f"{3 / kills:.1%}",
    )
    assert (lost, doubled) == (0, 0)
    assert kills >= REPEATS


def test_row_4_relay_killed_after_publish(system: Running) -> None:
    worker = system.worker()
    for repeat in range(REPEATS):
        worker.process.send_signal(signal.SIGSTOP)
        _send(system, range(repeat, repeat + 1))
        armed = system.relay(AGRIMARKET_FAILPOINT="relay.published")
        assert armed.process.wait(30) == 137
        with system.db.transaction() as session:  # the lease of what it had taken lapses
            session.connection().execute(text("UPDATE clock SET shift = shift + interval '6 s'"))
        again = system.relay()
        wait_until(
            lambda: _scalar(system, "SELECT count(*) FROM delivery WHERE state = 'published'"),
            30,
            "the second publishing",
        )
        again.stop(signal.SIGTERM)
        worker.process.send_signal(signal.SIGCONT)
        wait_until(lambda: _waiting(system) == 0, 60, "the message's end")
    absorbed = worker.log.read_text().count("Task handlers.leave_a_row") - REPEATS
    lost, doubled = _lost_and_doubled(system, REPEATS)
    figure(
        4,
        "relay killed after publish, before mark",
        repeats=REPEATS,
        duplicates_absorbed=absorbed,
        lost=lost,
        doubled=doubled,
    )
    assert (lost, doubled) == (0, 0)


def test_row_9_poison_task(system: Running) -> None:
    system.worker()
    system.relay()
    _send(system, range(1, 21))
    seconds: list[float] = []
    for repeat in range(REPEATS):
        started = time.perf_counter()
        _send(system, range(1000 + repeat, 1001 + repeat), poison=True)
        dead = repeat + 1
        wait_until(
            lambda: _scalar(system, "SELECT count(*) FROM delivery WHERE state = 'dead'") == dead,
            120,
            "the dead letter",
        )
        seconds.append(time.perf_counter() - started)
    wait_until(lambda: _waiting(system) == 0, 120, "the others' end")
    lost, doubled = _lost_and_doubled(system, 20)
    middle, worst = sorted(seconds)[len(seconds) // 2], max(seconds)
    figure(
        9,
        "poison task",
        repeats=REPEATS,
        seconds_to_alarm=f"{middle:.1f} (worst {worst:.1f})",
        others_lost=lost,
        doubled=doubled,
    )
    assert (lost, doubled) == (0, 0)


def test_row_10_two_schedulers_or_none(system: Running) -> None:
    system.worker()
    system.relay()
    slots = 0
    for repeat in range(REPEATS):
        running = (
            [system.start("scheduler", "-m", "tests.faults.scheduler") for _ in range(schedulers)]
            if repeat % 10 == 0
            else []
        )
        with system.db.transaction() as session:
            session.connection().execute(text("UPDATE clock SET shift = shift + interval '1 minute'"))
        slots = repeat + 1
        if repeat % 10 == 5:  # none for a while: the missed slots are caught up by the next two
            for child in system.children[2:]:
                child.stop()
            del system.children[2:]
    system.start("scheduler", "-m", "tests.faults.scheduler")
    wait_until(lambda: _scalar(system, "SELECT count(*) FROM schedule_run") >= slots, 60, "the last slot")
    wait_until(lambda: _waiting(system) == 0, 120, "the backlog's end")
    first_to_last = "extract(epoch FROM max(slot) - min(slot)) / 60 + 1"
    expected = _scalar(system, f"SELECT {first_to_last} FROM schedule_run")
    distinct = _scalar(system, "SELECT count(DISTINCT slot) FROM fault_slot")
    doubled = _scalar(system, "SELECT count(*) FROM fault_slot") - distinct
    figure(10, "two schedulers, or none", slots=expected, missed=expected - distinct, doubled=doubled)
    assert (expected - distinct, doubled) == (0, 0)
    assert expected >= REPEATS
