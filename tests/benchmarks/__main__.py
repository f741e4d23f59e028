"""`make bench`: each operation beside its physical limit, all in one run on the same servers.

`AGRIMARKET_BENCH_SECONDS` is how long each measurement takes (default 4). Nothing is asserted: read the ratios.
"""

import base64
import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from rich.console import Console
from rich.table import Table

from agrimarket.catalog import service as catalog
from agrimarket.catalog.types import Search, Sort
from agrimarket.embedded.stripe_sandbox.testing import SECRET_KEY, WEBHOOK_SECRET, running_sandbox
from agrimarket.integrations.stripe import gateway
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.ids import encode
from agrimarket.orders import flows
from agrimarket.orders.schemas import CheckoutIn
from agrimarket.settings import get_settings
from tests.benchmarks import limits
from tests.benchmarks.market import Shelf, stock_up
from tests.benchmarks.measuring import Measured, press
from tests.support.load import http_request
from tests.support.running import Running, running

SECONDS = float(os.environ.get("AGRIMARKET_BENCH_SECONDS", "4"))
CLIENTS = 16
PROCESSES = 2
LISTINGS, CARTS = 1_000, 1_200
LIST = "/v1/listings?limit=20"
ADDRESS = {"recipient": "王芳", "phone": "+8613800138000", "region_code": "420102", "street": "中山大道 1 號 402 室"}

SECRETS = {
    "AGRIMARKET_SECRET_KEY": "a secret of the benchmarks that is long enough",
    "AGRIMARKET_ENCRYPTION_KEY": base64.urlsafe_b64encode(b"k" * 32).decode(),
    "AGRIMARKET_STRIPE_API_KEY": SECRET_KEY,
    "AGRIMARKET_STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
}


@dataclass
class Bench:
    """One run: the servers, and the rows of the table with what each is compared to."""

    system: Running
    shelf: Shelf
    console: Console
    rows: list[tuple[Measured, Measured | None, Measured | None]] = field(default_factory=list)

    def note(self, row: Measured, bare: Measured | None = None, limit: Measured | None = None) -> Measured:
        """Add a row."""
        self.rows.append((row, bare, limit))
        self.console.print(f"  {row.name}: {row.rate:,.0f}/s")
        return row

    def press(self, name: str, requests: Sequence[bytes], root: int, port: int = 0, once: bool = False) -> Measured:
        """Load on the API (or on `port`); counts its processor time and PostgreSQL's."""
        postgres = self.system.postgres.process
        assert postgres is not None
        roots = [root, postgres.pid]
        found = press(name, port or self.system.port, requests, roots, clients=CLIENTS, seconds=SECONDS, once=once)
        if found.bad:
            self.console.print(f"  [red]{found.bad} of {found.operations} answers of {name} were no 2xx[/]")
        return found

    def pgbench(self, name: str, *scripts: str, mode: str = "prepared") -> Measured:
        """The limit in the same database."""
        server = self.system.postgres
        return limits.pgbench(name, server, self.system.folder, scripts, clients=CLIENTS, seconds=SECONDS, mode=mode)

    def bare(self, name: str, size: int) -> Measured:
        """The least that Litestar takes for an answer of that many bytes."""
        child = self.system.serve("tests.benchmarks.bare:app", PROCESSES, AGRIMARKET_BENCH_BYTES=str(size))
        try:
            return self.press(name, [http_request("GET", "/")], child.process.pid)
        finally:
            child.stop()


def catalogue(bench: Bench) -> None:
    """The list of 20 and the detail, as kept answers and made anew each time."""
    db, shelf, port = bench.system.db, bench.shelf, bench.system.port
    detail = [f"/v1/listings/{shelf.listing(n)}" for n in range(LISTINGS)]
    with bench.system.serving(PROCESSES):
        sizes = [len(httpx.get(f"http://127.0.0.1:{port}{path}").content) for path in (LIST, detail[0])]
    bare_list, bare_detail = (bench.bare(f"bare route, {size:,} bytes", size) for size in sizes)
    with db.reading() as session:
        wanted = Search("", "", "", Sort.NEWEST, None, 21)
        select_list = limits.statements(db, lambda: catalog.search(session, wanted))
        select_detail = limits.statements(db, lambda: catalog.listing(session, shelf.listings[0]))
    limit_list = bench.pgbench("pgbench: SELECT of the list", limits.reading_script(select_list))
    limit_detail = bench.pgbench("pgbench: SELECT of a detail", limits.reading_script(select_detail))
    with bench.system.serving(PROCESSES) as api:
        for name, path, bare, limit in (
            ("list of 20", [LIST], bare_list, limit_list),
            ("detail", detail, bare_detail, limit_detail),
        ):
            bench.note(bare)
            bench.note(limit)
            warm = [http_request("GET", one) for one in path[:100]]
            bench.note(bench.press(f"{name}, asked for again and again", warm, api.process.pid), bare, limit)
            # A query that nobody reads makes each address a new one, of which no answer is kept.
            mark = "&" if "?" in path[0] else "?"
            cold = [http_request("GET", f"{path[n % len(path)]}{mark}n={n}") for n in range(50_000)]
            bench.note(bench.press(f"{name}, each made anew", cold, api.process.pid), bare, limit)


def orders(bench: Bench) -> None:
    """The placing call of a cart with two sellers' goods, paid by card at the sandbox, whose time is not counted."""
    db = bench.system.db
    settings = get_settings().model_copy(update={"stripe_api_base": bench.system.env["AGRIMARKET_STRIPE_API_BASE"]})
    known = limits.all_ids(db)
    whole: list[str] = []
    placing: list[str] = []
    statements = 0
    for buyer, cart in [bench.shelf.carts.pop() for _ in range(2 * CLIENTS)]:  # as many lots as the load will meet
        data = CheckoutIn.model_validate(_checkout(encode("crt", cart)))
        who = buyer.principal
        sent = limits.statements(db, lambda: flows.check_out(db, gateway(settings), who, data, Idempotency()))  # noqa: B023
        whole.append(limits.order_script(sent, known, cart))
        placing.append(limits.order_script(sent[: sent.index("COMMIT") + 1], known, cart))
        statements = sum(statement != "COMMIT" for statement in sent)
    limits.lay_out_carts(db, bench.shelf.carts[0][1])
    commits = sent.count("COMMIT")
    bench.note(bench.pgbench("pgbench: the placing transaction alone", *placing, mode="simple"))
    limit = bench.pgbench(f"pgbench: all writes of an order ({commits} commits)", *whole, mode="simple")
    bench.note(limit)
    requests = [
        http_request("POST", "/v1/checkouts", json.dumps(_checkout(encode("crt", cart))).encode(), **buyer.headers)
        for buyer, cart in bench.shelf.carts
    ]
    with bench.system.serving(PROCESSES) as api:
        placed = bench.press(f"order placed and paid ({statements} SQL)", requests, api.process.pid, once=True)
    bench.note(placed, None, limit)


def _checkout(cart: str) -> dict[str, object]:
    return {"cart_id": cart, "address": ADDRESS, "method": "card", "payment_method": "pm_card_visa"}


def table(rows: Sequence[tuple[Measured, Measured | None, Measured | None]]) -> Table:
    """What was measured; ratios compare the ceilings."""
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


def main() -> None:
    """Run everything and print the table."""
    console = Console(width=150, highlight=False)
    os.environ |= SECRETS
    with (
        tempfile.TemporaryDirectory(prefix="agrimarket-bench-") as folder,
        running_sandbox() as sandbox,
        running(Path(folder), AGRIMARKET_STRIPE_API_BASE=sandbox.url) as system,
    ):
        console.print(f"{LISTINGS:,} listings, {CARTS:,} carts …")
        shelf = stock_up(system.db, listings=LISTINGS, buyers=CLIENTS, carts=CARTS)
        system.analyze()
        bench = Bench(system, shelf, console)
        catalogue(bench)
        orders(bench)
    console.print("\n", table(bench.rows))


if __name__ == "__main__":
    main()
