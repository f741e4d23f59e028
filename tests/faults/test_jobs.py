"""Rows 1, 4, 9 and 10: every accepted message acts once, or is a visible dead letter, whatever is killed."""

import random
import signal
import time
from datetime import timedelta

from agrimarket.kernel import outbox
from tests.faults.figures import bound, figure, times
from tests.faults.looking import advance, lost_and_doubled, scalar, wait_for_all
from tests.faults.messages import Struck
from tests.support.running import Child, Running, wait_until

REPEATS = times(50)
POOL = 8


def _send(system: Running, numbers: range, milliseconds: int = 0, poison: bool = False) -> None:
    with system.db.transaction() as session:
        for number in numbers:
            outbox.record(session, Struck(number=number, milliseconds=milliseconds, poison=poison))


def test_row_1_pool_child_killed(system: Running) -> None:
    luck = random.Random(1)
    # Celery may take five seconds to notice a dead child, so a larger pool can be killed faster.
    worker, _ = system.worker(concurrency=POOL), system.relay()
    kills, each = 0, 6
    for repeat in range(REPEATS):
        _send(system, range(repeat * each, (repeat + 1) * each), milliseconds=200)
        time.sleep(luck.uniform(0.1, 0.3))  # the moment of the kill is what varies
        wait_until(worker.pool, 30, "a living child")
        kills += worker.kill_one_of_pool(luck)
    wait_for_all(system, 180)
    in_a_task = sum("Worker exited prematurely" in line for line in worker.log.read_text().splitlines())
    lost, doubled = lost_and_doubled(system, REPEATS * each)
    told = {"kills": f"{kills} ({in_a_task} in a task)", "messages": REPEATS * each, "lost": lost, "doubled": doubled}
    figure(1, "pool child killed", **told, bound=bound(kills))
    assert (lost, doubled) == (0, 0)
    assert kills == REPEATS
    assert in_a_task > 0


def test_row_4_relay_killed_after_publish(system: Running) -> None:
    published = "SELECT count(*) FROM delivery WHERE state = 'published'"
    worker = system.worker()
    for repeat in range(REPEATS):
        worker.process.send_signal(signal.SIGSTOP)
        _send(system, range(repeat, repeat + 1))
        assert system.relay(AGRIMARKET_FAILPOINT="relay.published").process.wait(30) == 137
        advance(system, timedelta(seconds=6))  # the leases of the deliveries that it had taken lapse
        again = system.relay()
        wait_until(lambda: scalar(system, published) == 1, 30, "the second publishing")
        again.stop(signal.SIGTERM)
        worker.process.send_signal(signal.SIGCONT)
        wait_for_all(system)
    taken = worker.log.read_text().count("task taken")
    lost, doubled = lost_and_doubled(system, REPEATS)
    told = {"repeats": REPEATS, "lost": lost, "doubled": doubled, "bound": bound(REPEATS)}
    figure(4, "relay killed after publish, before mark", duplicates_absorbed=taken - REPEATS, **told)
    assert (lost, doubled) == (0, 0)
    assert taken - REPEATS >= REPEATS


def test_row_9_poison_task(system: Running) -> None:
    system.worker(concurrency=REPEATS // 2)
    system.relay()
    dead = "SELECT count(*) FROM delivery WHERE state = 'dead'"
    seconds: list[float] = []
    for batch in (range(REPEATS // 2), range(REPEATS // 2, REPEATS)):
        _send(system, batch, poison=True)
        _send(system, range(1000 + batch.start, 1000 + batch.stop))
        sent = time.perf_counter()
        for number in batch:
            wait_until(lambda number=number: scalar(system, dead) > number, 180, "the dead letter")
            seconds.append(time.perf_counter() - sent)
    wait_for_all(system)
    lost, doubled = lost_and_doubled(system, REPEATS)
    alarm = f"{sorted(seconds)[len(seconds) // 2]:.1f} (worst {max(seconds):.1f})"
    told = {"others_lost": lost, "others_doubled": doubled, "bound": bound(REPEATS)}
    figure(9, "poison task", poisons=REPEATS, seconds_to_alarm=alarm, **told)
    assert (lost, doubled) == (0, 0)


def test_row_10_two_schedulers_or_none(system: Running) -> None:
    system.worker()
    system.relay()
    schedulers: list[Child] = []
    minute = "SELECT date_trunc('minute', agrimarket_now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'"
    started = "SELECT count(*) FROM schedule_run WHERE slot = :slot"
    first = None
    for repeat in range(REPEATS):
        match repeat % 10:
            case 0:
                schedulers += [system.start("scheduler", "tests.faults.scheduler") for _ in range(2)]
            case 4 | 6:  # one of two, then the last: none runs until two start again and catch up
                schedulers.pop().stop()
        advance(system, timedelta(minutes=1))
        slot = scalar(system, minute)
        if schedulers:
            wait_until(lambda slot=slot: scalar(system, started, slot=slot), 30, "the slot's start")
            first = first or slot
    schedulers.append(system.start("scheduler", "tests.faults.scheduler"))
    last = scalar(system, minute)
    wait_until(lambda: scalar(system, started, slot=last), 30, "the last slot's start")
    wait_for_all(system)
    assert first is not None
    expected = int((last - first) / timedelta(minutes=1)) + 1
    kept = scalar(system, "SELECT count(DISTINCT slot) FROM fault_slot WHERE slot >= :first", first=first)
    doubled = scalar(system, "SELECT count(*) - count(DISTINCT slot) FROM fault_slot")
    figure(10, "two schedulers, or none", slots=expected, missed=expected - kept, doubled=doubled)
    assert (expected - kept, doubled) == (0, 0)
    assert expected >= REPEATS
