"""Physical limits: pgbench from the wheel runs the same statements that the application sends."""

import re
import subprocess
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import event, text

from agrimarket.embedded.postgres import EmbeddedPostgres
from agrimarket.kernel.db import Database
from tests.benchmarks.measuring import Measured, processes_of, processor_seconds
from tests.support.running import wait_until
from tests.support.statements import noting

_UUID = re.compile(r"\b[0-9a-f]{8}(-?)[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{12}\b")
_PROVIDERS = re.compile(r"\b(pi|ch|py|pm|txn)_[A-Za-z0-9]{16,}")
_WRITES = re.compile(r"\b(INSERT INTO|UPDATE|DELETE FROM)\b", re.IGNORECASE)


def statements(db: Database, act: Callable[[], Any]) -> list[str]:
    """SQL that `act` sends, with its parameters in place, and `COMMIT` at each commit."""
    sent: list[str] = []

    def note(cursor: psycopg.Cursor[Any], statement: str, parameters: Any) -> None:
        client = psycopg.ClientCursor(cursor.connection)
        for values in parameters if isinstance(parameters, list) else [parameters]:
            sent.append(" ".join(client.mogrify(statement, values).split()))

    def committed(_: Any) -> None:
        sent.append("COMMIT")

    event.listen(db.engine, "commit", committed)
    try:
        with noting(note):
            act()
    finally:
        event.remove(db.engine, "commit", committed)
    return sent


def reading_script(sent: Iterable[str]) -> str:
    """A pgbench script of those statements, unchanged."""
    return "".join(f"{statement};\n" for statement in sent if statement != "COMMIT")


def writing_script(sent: Iterable[str], known: Iterable[UUID], own: dict[UUID, str]) -> str:
    """A pgbench script of the writes among `sent`, in the same transactions and with new ids each time.

    Ids in `own` become the variables that it names, those in `known` stay, and all others are made anew.
    """
    kept = set(known)
    names = {value: f":{name}" for value, name in own.items()}
    lines: list[str] = []
    pending: list[str] = []
    for statement in sent:
        if statement != "COMMIT":
            if _WRITES.search(statement):
                pending.append(statement)
        elif pending:
            lines += ["BEGIN", *pending, "COMMIT"]
            pending = []
    for match in _UUID.finditer(" ".join(lines)):
        found = UUID(match[0])
        if found not in kept and found not in names:
            names[found] = f":g{len(names)}"
    fresh = [name for name in names.values() if name.startswith(":g")]
    head = "SELECT " + ", ".join(f"gen_random_uuid() AS {name[1:]}" for name in fresh) + " \\gset\n"
    body = "".join(f"{line};\n" for line in lines)
    body = _UUID.sub(lambda match: names.get(UUID(match[0]), match[0]), body)
    return head + _PROVIDERS.sub(rf"\1_:{fresh[0][1:]}", body)


def pgbench(
    name: str,
    server: EmbeddedPostgres,
    folder: Path,
    scripts: Sequence[str],
    *,
    clients: int,
    seconds: float,
    mode: str = "prepared",
) -> Measured:
    """Run the scripts at random from `clients` connections for `seconds`; the processor time is PostgreSQL's alone."""
    assert server.process is not None
    log = folder / "pgbench_log"
    files: list[str] = []
    for number, script in enumerate(scripts):
        path = folder / f"script-{number}.sql"
        path.write_text(script)
        files += ["-f", str(path)]
    for old in folder.glob("pgbench_log.*"):
        old.unlink()
    url = server.dsn("agrimarket").replace("postgresql+psycopg", "postgresql")
    options = ["-n", "-c", str(clients), "-j", "2", "-T", str(max(1, round(seconds))), "-M", mode, *files]
    alone, before = len(processes_of(server.process.pid)), processor_seconds([server.process.pid])
    done = subprocess.run(
        [EmbeddedPostgres.bin("pgbench"), *options, "-l", f"--log-prefix={log}", url],
        capture_output=True, text=True, check=False, cwd=folder,
    )  # fmt: skip
    # A session's time becomes the postmaster's once it has ended; while it is ending, its time could be missed.
    wait_until(lambda: len(processes_of(server.process.pid)) <= alone, 30, "the end of pgbench's sessions")
    used = processor_seconds([server.process.pid]) - before
    if done.returncode != 0:
        raise RuntimeError(f"pgbench failed:\n{done.stderr[-2_000:]}")
    times = sorted(
        int(line.split()[2]) / 1000 for part in folder.glob("pgbench_log.*") for line in part.read_text().splitlines()
    )
    count = len(times)
    return Measured(
        name, count, float(max(1, round(seconds))), times[count // 2], times[count * 99 // 100], used * 1000 / count
    )


def all_ids(db: Database) -> set[UUID]:
    """Ids of all rows of all tables with an id."""
    tables = text(
        "SELECT table_name FROM information_schema.columns WHERE column_name = 'id' AND data_type = 'uuid' "
        "AND table_schema = 'public'"
    )
    with db.reading() as session:
        connection = session.connection()
        return {
            row.id
            for table in connection.execute(tables)
            for row in connection.execute(text(f'SELECT id FROM "{table.table_name}"'))
        }


def lay_out_carts(db: Database, cart: UUID) -> None:
    """Make 100,000 empty carts like `cart`, for scripts that take the next one each."""
    copies = text("""
        WITH made AS (
            INSERT INTO cart (id, buyer_id) SELECT gen_random_uuid(), buyer_id FROM cart, generate_series(1, 100000)
            WHERE id = :cart RETURNING id
        ) INSERT INTO bench_cart SELECT row_number() OVER (), id FROM made
    """)
    with db.transaction() as session:
        connection = session.connection()
        connection.execute(text("CREATE SEQUENCE bench_turn"))
        connection.execute(text("CREATE TABLE bench_cart (turn bigint PRIMARY KEY, id uuid NOT NULL)"))
        connection.execute(copies, {"cart": cart})


def order_script(sent: Iterable[str], known: Iterable[UUID], cart: UUID) -> str:
    """A pgbench script that repeats the order of `cart` in `sent`, with the next empty cart each time."""
    turn = "SELECT c.id AS cart FROM bench_cart AS c WHERE c.turn = (SELECT nextval('bench_turn')) \\gset\n"
    return turn + writing_script(sent, known, {cart: "cart"})
