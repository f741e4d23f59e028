"""A run of the benchmarks: load on the API and on PostgreSQL, and the table of the measurements."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table

from tests.benchmarks import limits
from tests.benchmarks.measuring import Measured, press
from tests.support.load import http_request
from tests.support.running import Running

SECONDS = float(os.environ.get("AGRIMARKET_BENCH_SECONDS", "4"))
CLIENTS = 16
PROCESSES = 2


@dataclass
class Bench:
    """A run: the servers, and the rows of the table with the limits that they are compared to."""

    system: Running
    console: Console
    rows: list[tuple[Measured, Measured | None, Measured | None]] = field(default_factory=list)

    def note(self, row: Measured, bare: Measured | None = None, limit: Measured | None = None) -> Measured:
        """Add a row to the table."""
        self.rows.append((row, bare, limit))
        self.console.print(f"  {row.name}: {row.rate:,.0f}/s")
        return row

    def press(self, name: str, requests: Sequence[bytes], root: int, port: int = 0, once: bool = False) -> Measured:
        """Put load on the API (or on `port`); counts its processor time and PostgreSQL's."""
        postgres = self.system.postgres.process
        assert postgres is not None
        roots = [root, postgres.pid]
        found = press(name, port or self.system.port, requests, roots, clients=CLIENTS, seconds=SECONDS, once=once)
        if found.bad:
            self.console.print(f"  [red]{found.bad} of {found.operations} answers of {name} were no 2xx[/]")
        return found

    def pgbench(self, name: str, *scripts: str, mode: str = "prepared") -> Measured:
        """Measure the limit in the same database."""
        server = self.system.postgres
        return limits.pgbench(name, server, self.system.folder, scripts, clients=CLIENTS, seconds=SECONDS, mode=mode)

    def bare(self, name: str, size: int) -> Measured:
        """Measure the least time that Litestar takes for an answer of that many bytes."""
        child = self.system.serve("tests.benchmarks.bare:app", PROCESSES, AGRIMARKET_BENCH_BYTES=str(size))
        try:
            return self.press(name, [http_request("GET", "/")], child.process.pid)
        finally:
            child.stop()


def table(rows: Sequence[tuple[Measured, Measured | None, Measured | None]]) -> Table:
    """Table of the measurements; ratios compare the ceilings."""
    shown = Table(
        title=f"{PROCESSES} API processes, {CLIENTS} clients, PostgreSQL with fsync on, {SECONDS:g} s each",
        caption="CPU ms: servers and database, an operation. cap2: 2,000 ÷ CPU ms, the ceiling on two idle cores. "
        "Ratios compare cap2.",
    )
    shown.add_column("operation")
    for column in (
        "ops/s",
        "p50 ms",
        "p99 ms",
        "CPU ms",
        "cap2 /s",
        "of the bare route",
        "of pgbench",
        "client CPU ms",
    ):
        shown.add_column(column, justify="right")
    for row, bare, limit in rows:
        ratios = [f"{row.ceiling / other.ceiling:.2f}" if other else "" for other in (bare, limit)]
        shown.add_row(
            row.name,
            f"{row.rate:,.0f}",
            f"{row.p50:.1f}",
            f"{row.p99:.1f}",
            f"{row.cpu:.3f}",
            f"{row.ceiling:,.0f}",
            *ratios,
            f"{row.client_cpu:.3f}" if row.client_cpu else "",
            style="dim" if bare is limit is None else None,
        )
    return shown
