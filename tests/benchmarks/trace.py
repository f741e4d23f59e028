"""The trace of a lot with a million lines: seconds until the file is complete, and memory."""

import os
import resource
import tempfile
import time
from pathlib import Path

from rich.console import Console
from sqlalchemy import text

from agrimarket.embedded.postgres import EmbeddedPostgres, create_database
from agrimarket.kernel.db import Database
from agrimarket.kernel.migrate import upgrade
from agrimarket.orders.flows import recalls as flows
from agrimarket.orders.service import recalls, traces
from agrimarket.orders.types import TraceSort
from tests.factories.orders import a_market
from tests.factories.traces import many_lines

LINES = int(os.environ.get("AGRIMARKET_BENCH_LINES", "1000000"))


def trace(console: Console) -> None:
    """Make the lines, and write the file in each order, once for its seller; then practise a recall of the lot."""
    with tempfile.TemporaryDirectory(prefix="agrimarket-bench-") as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres").start()
        try:
            create_database(server.dsn("trace"))
            _measure(console, server.dsn("trace"))
        finally:
            server.stop()


def _measure(console: Console, url: str) -> None:
    upgrade(url)
    db = Database(url)
    with db.transaction() as session:
        market = a_market(session)
    began = time.perf_counter()
    with db.transaction() as session:
        lot_id = many_lines(session, market, LINES)
    console.print(f"{LINES:,} lines made in {time.perf_counter() - began:.1f} s")
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    seller = market.sellers[0].principal
    for kind, sort in [*(("csv", sort) for sort in TraceSort), ("xlsx", TraceSort.LINE)]:
        began, used = time.perf_counter(), time.process_time()
        size = sum(map(len, traces.stream(db, seller, lot_id, sort, kind, "zh-Hans")))
        seconds, cpu = time.perf_counter() - began, time.process_time() - used
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        told = f"{seconds:.1f} s, {cpu:.1f} s of our processor time, {size / 1e6:.0f} MB, {peak:.0f} MiB at most"
        console.print(f"{kind} by {sort}: {told}")
    with db.transaction() as session:
        row = recalls.drill(session, market.operator.principal, lot_id, "benchmark", told=False)
    began = time.perf_counter()
    flows.run(db, row.id)
    console.print(f"drill: {time.perf_counter() - began:.1f} s")
