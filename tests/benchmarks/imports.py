"""Import of a CSV of 10,000 members with one bad row in the middle: rows a second, memory, and each row's result.

`python -m tests.benchmarks.imports [rows]`, on a PostgreSQL of its own with fsync on. The file is checked and loaded in
this process, so that its peak memory is that of an API process and a worker together. Processor time is this
process's and PostgreSQL's.
"""

import base64
import logging
import os
import resource
import secrets
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

os.environ.setdefault("AGRIMARKET_ENVIRONMENT", "local")
os.environ.setdefault("AGRIMARKET_SECRET_KEY", secrets.token_urlsafe(32))
os.environ.setdefault("AGRIMARKET_ENCRYPTION_KEY", base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())
os.environ.setdefault("AGRIMARKET_BROKER_URL", "memory://")

import structlog
from sqlalchemy import text

from agrimarket.embedded.postgres import EmbeddedPostgres, create_database
from agrimarket.kernel.db import Database
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.migrate import upgrade
from agrimarket.onboarding.schemas.imports import ImportOut
from agrimarket.onboarding.service import imports
from agrimarket.onboarding.states import RowState
from tests.benchmarks.measuring import processor_seconds
from tests.factories import imports as member_files
from tests.factories import regions
from tests.factories.onboarding import SignedIn

Result = TypeVar("Result")


def timed(label: str, rows: int, act: Callable[[], Result]) -> Result:
    """Call `act`; returns its result, and prints its speed and the process's peak memory so far."""
    started, used = time.perf_counter(), processor_seconds([os.getpid()])
    result = act()
    seconds, cpu = time.perf_counter() - started, processor_seconds([os.getpid()]) - used
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rate = f"{seconds:7.2f} s {rows / seconds:8,.0f} rows/s {cpu:7.2f} CPU s" if rows else " " * 38
    print(f"{label:<28}{rate} {peak:6.0f} MiB at most", flush=True)
    return result


def check(db: Database, who: SignedIn, content: bytes) -> ImportOut:
    """Do the dry run."""
    from agrimarket.onboarding.flows import imports as flows

    return flows.check_file(db, Idempotency(), who.principal, content, "members.csv", None, "zh-Hans")


def load(db: Database, who: SignedIn, out: ImportOut) -> None:
    """Start the load and do the worker's part, delivery by delivery."""
    from workers.inline import drain

    with db.transaction() as session:
        imports.start(session, who.principal, out.id)
    drain(db)


def told(db: Database, who: SignedIn, out: ImportOut) -> str:
    """Sentence about the results of the rows."""
    with db.reading() as session:
        row = imports.read(session, who.principal, out.id).row
    counts = {"loaded": row.loaded, "updated": row.updated, "known": row.known, "failed": row.failed}
    return f"{row.state}, {counts}, faulty {row.faulty}"


def measure(db: Database, rows: int) -> None:
    """Measure and print all figures."""
    with db.transaction() as session:
        regions.load_tree(session)
    who = member_files.cooperative(db)
    middle = {f"row_{rows // 2}": {"phone": "1380013800", "quantity": "许多"}}
    plain = member_files.csv_of(member_files.lines(rows, **middle))
    timed("before", 0, lambda: None)
    out = timed(f"dry run, CSV {len(plain) / 1e6:.1f} MB", rows, lambda: check(db, who, plain))
    timed("load", rows, lambda: load(db, who, out))
    print(" ", told(db, who, out))
    with db.transaction() as session:
        (bad,) = imports.rows(session, who.principal, out.id, RowState.ERROR, 0, 10)[1]
    print(f"  row {bad.number}: {[(fault.column, fault.code) for fault in bad.faults]}")
    again = timed("dry run, the same file again", rows, lambda: check(db, who, plain))
    timed("load, the same file again", rows, lambda: load(db, who, again))
    print(" ", told(db, who, again))

    def export(file_format: str) -> bytes:
        with db.transaction() as session:
            return imports.export(session, who.principal, out.id, file_format)

    timed("export, CSV", rows, lambda: export("csv"))
    workbook = timed("export, XLSX", rows, lambda: export("xlsx"))
    timed(f"dry run, XLSX {len(workbook) / 1e6:.1f} MB", rows, lambda: check(db, who, workbook))
    with db.reading() as session:
        filings = session.connection().execute(text("SELECT count(*) FROM member_filing")).scalar_one()
    print(f"  filings: {filings}")


def main() -> None:
    """Measure on a separate server."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres").start()
        try:
            create_database(server.dsn("imports"))
            upgrade(server.dsn("imports"))
            db = Database(server.dsn("imports"))
            measure(db, rows)
            db.close()
        finally:
            server.stop()


if __name__ == "__main__":
    main()
