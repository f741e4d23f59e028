"""Memory of an API process and of a worker's children, before and after many requests and messages."""

import os
from itertools import cycle, islice
from pathlib import Path

from rich.table import Table

from agrimarket.kernel import clock, deliveries, outbox
from agrimarket.kernel.schedule import SlotDue
from tests.benchmarks.bench import Bench
from tests.benchmarks.market import Shelf
from tests.benchmarks.measuring import press, processes_of
from tests.support.load import http_request
from tests.support.running import Child, wait_until
from workers.schedules import SCHEDULES

REQUESTS = int(os.environ.get("AGRIMARKET_BENCH_REQUESTS", "100000"))
STEPS = 5
CLIENTS = 8
PAGE = {"accept": "text/html", "accept_encoding": "gzip"}
FRESH = {"cache_control": "no-cache"}


def memory(bench: Bench, shelf: Shelf) -> None:
    """Measure under a usual mix of requests: mostly the market, some made anew, pages, and signed-in people."""
    with bench.system.serving(1) as api:
        worker = bench.system.worker(concurrency=2)
        bench.system.relay()
        table = Table(title=f"Resident memory (private), MiB, over {REQUESTS:,} requests to one API process")
        for column in ("requests", "API process", "worker's children"):
            table.add_column(column, justify="right")
        mixture = list(islice(cycle(_requests(shelf)), 2_000))
        for step in range(STEPS + 1):
            if step:
                for _ in range(REQUESTS // STEPS // 10_000 or 1):
                    found = press("memory", bench.system.port, mixture * 5, [], clients=CLIENTS, seconds=600, once=True)
                    if found.bad:
                        bench.console.print(f"  [red]{found.bad} of {found.operations} answers were no 2xx[/]")
                _messages(bench, 100)
            children = ", ".join(_told(pid) for pid in sorted(worker.pool()))
            table.add_row(f"{step * REQUESTS // STEPS:,}", _told(_largest(api)), children)
        bench.system.end_children()
    bench.console.print("\n", table)


def _requests(shelf: Shelf) -> list[bytes]:
    who = shelf.buyers[0].headers
    listings = [f"/v1/listings/{shelf.listing(n)}" for n in range(40)]
    return [
        *[http_request("GET", "/v1/listings?limit=20")] * 10,
        *[http_request("GET", path) for path in listings[:10]],
        *[http_request("GET", path, **FRESH) for path in listings[10:20]],
        *[http_request("GET", f"/v1/listings?q={q}", **FRESH) for q in ("%E7%A7%AD%E6%AD%B8", "strawberry")],
        http_request("GET", "/", **PAGE),
        http_request("GET", f"/listings/{shelf.listing(3)}", **PAGE),
        http_request("GET", "/sign-in", **PAGE),
        http_request("GET", "/regions/210681", **PAGE),
        http_request("GET", "/v1/me", **who),
        http_request("GET", "/v1/order-groups", **who),
        http_request("GET", "/v1/serviceability?origin=210681&destination=420102"),
    ]


def _messages(bench: Bench, rounds: int) -> None:
    """Have the worker do that many rounds of all scheduled work."""
    db = bench.system.db
    with db.transaction() as session:
        for _ in range(rounds):
            for each in SCHEDULES:
                outbox.record(session, SlotDue(name=each.name, slot=clock.read(session)), topic=each.topic)

    def backlog() -> int:
        with db.reading() as session:
            found = deliveries.backlog(session)
        return found.unrelayed + found.waiting

    wait_until(lambda: not backlog(), 300, "the worker's messages")


def _largest(child: Child) -> int:
    """Process id of the largest of the child's processes; granian's own is small."""
    return max(processes_of(child.process.pid), key=lambda pid: _memory(pid)["Rss"])


def _told(pid: int) -> str:
    """Resident memory of a process and its private part, in MiB."""
    found = _memory(pid)
    return f"{found['Rss']:.0f} ({found['Private_Clean'] + found['Private_Dirty']:.0f})"


def _memory(pid: int) -> dict[str, float]:
    """Figures of the kernel about a process's memory, in MiB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    return {name: int(value.split()[0]) / 1024 for name, _, value in (line.partition(":") for line in lines)}
