"""Command `make bench`: each operation beside its physical limit, all in one run on the same servers.

`python -m tests.benchmarks catalogue orders onboarding memory regions search trace clearance` runs these parts;
without a name, all of them.
Each measurement takes `AGRIMARKET_BENCH_SECONDS` (default 4). Nothing is asserted: read the ratios.
"""

import base64
import json
import os
import sys
import tempfile
from pathlib import Path

import httpx
from rich.console import Console

from agrimarket.catalog.service import listings
from agrimarket.catalog.service import search as searching
from agrimarket.catalog.types.search import Search
from agrimarket.embedded.stripe_sandbox.testing import SECRET_KEY, WEBHOOK_SECRET, running_sandbox
from agrimarket.integrations.stripe import gateway
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.ids import encode
from agrimarket.orders.flows import checkouts
from agrimarket.orders.schemas.checkouts import CheckoutIn
from agrimarket.settings import get_settings
from tests.benchmarks import limits
from tests.benchmarks.bench import CLIENTS, PROCESSES, Bench, table
from tests.benchmarks.clearance import clearances
from tests.benchmarks.market import Shelf, stock_up
from tests.benchmarks.memory import memory
from tests.benchmarks.onboarding import onboarding
from tests.benchmarks.regions import regions
from tests.benchmarks.search import search
from tests.benchmarks.trace import trace
from tests.support.load import http_request
from tests.support.running import running

LISTINGS, CARTS = 1_000, 1_200
LIST = "/v1/listings?limit=20"
ADDRESS = {"recipient": "王芳", "phone": "+8613800138000", "region_code": "420102", "street": "中山大道 1 號 402 室"}

SECRETS = {
    "AGRIMARKET_SECRET_KEY": "a secret of the benchmarks that is long enough",
    "AGRIMARKET_ENCRYPTION_KEY": base64.urlsafe_b64encode(b"k" * 32).decode(),
    "AGRIMARKET_STRIPE_API_KEY": SECRET_KEY,
    "AGRIMARKET_STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
}


def catalogue(bench: Bench, shelf: Shelf) -> None:
    """Measure the list of 20 and the detail, as kept answers and made anew each time."""
    db, port = bench.system.db, bench.system.port
    detail = [f"/v1/listings/{shelf.listing(n)}" for n in range(LISTINGS)]
    with bench.system.serving(PROCESSES):
        sizes = [len(httpx.get(f"http://127.0.0.1:{port}{path}").content) for path in (LIST, detail[0])]
    bare_list, bare_detail = (bench.bare(f"bare route, {size:,} bytes", size) for size in sizes)
    with db.reading() as session:
        select_list = limits.statements(db, lambda: searching.find(session, Search()))
        select_detail = limits.statements(db, lambda: listings.view(session, shelf.listings[0]))
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
            cold = [http_request("GET", f"{path[n % len(path)]}", cache_control="no-cache") for n in range(5_000)]
            bench.note(bench.press(f"{name}, each made anew", cold, api.process.pid), bare, limit)


def orders(bench: Bench, shelf: Shelf) -> None:
    """Measure the checkout of a cart of two sellers' goods, paid by card at the sandbox, whose time does not count."""
    db = bench.system.db
    settings = get_settings().model_copy(update={"stripe_api_base": bench.system.env["AGRIMARKET_STRIPE_API_BASE"]})
    known = limits.all_ids(db)
    whole: list[str] = []
    placing: list[str] = []
    statements = 0
    for buyer, cart in [shelf.carts.pop() for _ in range(2 * CLIENTS)]:  # with as many lots as the load will meet
        data = CheckoutIn.model_validate(_checkout(encode("crt", cart)))
        who = buyer.principal
        sent = limits.statements(db, lambda: checkouts.check_out(db, gateway(settings), who, data, Idempotency()))  # noqa: B023
        whole.append(limits.order_script(sent, known, cart))
        placing.append(limits.order_script(sent[: sent.index("COMMIT") + 1], known, cart))
        statements = sum(statement != "COMMIT" for statement in sent)
    limits.lay_out_carts(db, shelf.carts[0][1])
    commits = sent.count("COMMIT")
    bench.note(bench.pgbench("pgbench: the placing transaction alone", *placing, mode="simple"))
    limit = bench.pgbench(f"pgbench: all writes of an order ({commits} commits)", *whole, mode="simple")
    bench.note(limit)
    requests = [
        http_request("POST", "/v1/checkouts", json.dumps(_checkout(encode("crt", cart))).encode(), **buyer.headers)
        for buyer, cart in shelf.carts
    ]
    with bench.system.serving(PROCESSES) as api:
        placed = bench.press(f"order placed and paid ({statements} SQL)", requests, api.process.pid, once=True)
    bench.note(placed, None, limit)


def _checkout(cart: str) -> dict[str, object]:
    return {"cart_id": cart, "address": ADDRESS, "method": "card", "payment_method": "pm_card_visa"}


PARTS = {"catalogue", "orders", "onboarding", "memory", "regions", "search", "trace", "clearance"}


def main() -> None:
    """Run the parts named on the command line, or everything, and print the table."""
    parts = set(sys.argv[1:]) or PARTS
    if parts - PARTS:
        sys.exit(f"Parts are {', '.join(sorted(PARTS))}.")
    console = Console(width=150, highlight=False)
    os.environ |= SECRETS
    os.environ.setdefault("AGRIMARKET_ENVIRONMENT", "local")
    if "regions" in parts:
        regions(console)
    if "search" in parts:
        search(console)
    if "trace" in parts:
        trace(console)
    if "clearance" in parts:
        clearances(console)
    if not parts - {"regions", "search", "trace", "clearance"}:
        return
    with (
        tempfile.TemporaryDirectory(prefix="agrimarket-bench-") as folder,
        running_sandbox() as sandbox,
        running(Path(folder), AGRIMARKET_STRIPE_API_BASE=sandbox.url) as system,
    ):
        bench = Bench(system, console)
        if parts & {"catalogue", "orders", "memory"}:
            console.print(f"{LISTINGS:,} listings, {CARTS:,} carts …")
            shelf = stock_up(system.db, listings=LISTINGS, buyers=CLIENTS, full_carts=CARTS)
            system.analyze()
            if "catalogue" in parts:
                catalogue(bench, shelf)
            if "memory" in parts:
                memory(bench, shelf)
            if "orders" in parts:
                orders(bench, shelf)
        if "onboarding" in parts:
            onboarding(bench)
    if bench.rows:
        console.print("\n", table(bench.rows))


if __name__ == "__main__":
    main()
