"""Load from separate processes, and the processor time that it costs the servers."""

import os
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from tests.support.load import Load

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Measured:
    """A row of the table. Times in milliseconds; processor time is the servers' alone, for one operation."""

    name: str
    operations: int
    seconds: float
    p50: float
    p99: float
    cpu: float
    client_cpu: float = 0.0
    bad: int = 0

    @property
    def rate(self) -> float:
        """Operations a second."""
        return self.operations / self.seconds

    @property
    def ceiling(self) -> float:
        """Operations a second that two idle cores could do at this cost (`cap2`)."""
        return 2_000 / self.cpu if self.cpu else 0.0


def processor_seconds(roots: Iterable[int]) -> float:
    """Processor time that these processes and all below them have used so far, with that of ended children."""
    return sum(_own(pid) for root in roots for pid in processes_of(root))


def press(name: str, port: int, requests: Sequence[bytes], roots: Iterable[int], **options: float | int) -> Measured:
    """Send `requests` in turn, again and again, or each only `once`, from `clients` connections for `seconds`."""
    clients, seconds, once = int(options["clients"]), float(options["seconds"]), bool(options.get("once", False))
    processes = 2
    roots = list(roots)
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        shares = [requests[n::processes] or requests for n in range(processes)]
        list(pool.map(_nothing, range(processes)))  # the start of the processes is not measured
        before, began = processor_seconds(roots), time.perf_counter()
        parts = list(pool.map(_press, [port] * 2, shares, [clients // processes] * 2, [seconds] * 2, [once] * 2))
        took, used = time.perf_counter() - began, processor_seconds(roots) - before
    times = sorted(ms for part in parts for ms in part.times)
    good = sum(n for part in parts for status, n in part.statuses.items() if 200 <= status < 300)
    done = len(times)
    return Measured(
        name=name,
        operations=done,
        seconds=max(part.seconds for part in parts) if once else took,
        p50=times[done // 2],
        p99=times[done * 99 // 100],
        cpu=used * 1000 / done,
        client_cpu=sum(part.cpu for part in parts) * 1000 / done,
        bad=done - good,
    )


@dataclass(frozen=True, slots=True)
class _Part:
    times: list[float]
    statuses: Counter[int]
    cpu: float
    seconds: float


def _nothing(_: int) -> None:
    time.sleep(0.2)  # so that each process of the pool gets one task


def _press(port: int, requests: Sequence[bytes], clients: int, seconds: float, once: bool) -> _Part:
    def nth(number: int) -> tuple[bytes, str] | None:
        if once and number >= len(requests):
            return None
        return requests[number % len(requests)], ""

    began, used = time.perf_counter(), time.process_time()
    with Load(port, nth, clients) as load:
        load.wait(seconds)
    times = [(outcome.ended - outcome.started) * 1000 for outcome in load.outcomes]
    return _Part(times, load.statuses(), time.process_time() - used, time.perf_counter() - began)


def processes_of(root: int) -> list[int]:
    """Ids of that process and all below it."""
    found = [root]
    for pid in found:
        with suppress(OSError):  # the process has ended meanwhile
            for task in Path(f"/proc/{pid}/task").glob("*/children"):
                found += [int(child) for child in task.read_text().split()]
    return found


def _own(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(int(ticks) for ticks in fields[11:15]) / _TICKS  # own and waited-for children's, user and system
