"""Figures of the market's search at 1,000, 100,000 and 1,000,000 listings: `python -m tests.benchmarks search`.

`AGRIMARKET_BENCH_SIZES` names other sizes. At each, a mix of searches is measured three ways: what each kind costs in
PostgreSQL (milliseconds and buffers), the mix over HTTP with nothing kept, and pgbench with the same statements.
"""

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from statistics import mean, median
from typing import Any
from urllib.parse import urlencode

import psycopg
from rich.console import Console
from rich.table import Table

from agrimarket.catalog.service import search as searching
from agrimarket.catalog.types.search import Search, Sort
from agrimarket.kernel.db import Database
from tests.benchmarks import limits
from tests.benchmarks.bench import CLIENTS, PROCESSES, Bench
from tests.benchmarks.bench import table as load_table
from tests.benchmarks.shelves import grow, prepare
from tests.support.load import http_request
from tests.support.running import running

SIZES = tuple(int(size) for size in os.environ.get("AGRIMARKET_BENCH_SIZES", "1000,100000,1000000").split(","))
DEEP = 5
"""Pages that are turned before a deep page is measured."""


@dataclass(frozen=True)
class Kind:
    """A kind of search: `share` of a hundred in the mix, and the searches that stand for it."""

    name: str
    share: int
    searches: tuple[Search, ...]
    deep: bool = False
    facets: bool = False


def _soon() -> date:
    return date.today() + timedelta(days=9)  # noqa: DTZ011


KINDS = (
    Kind("no words, by spoiling", 15, (Search(sort=Sort.PERISHING), Search(), Search(sort=Sort.CHEAPEST))),
    Kind(
        "produce in Chinese",
        20,
        tuple(Search(q=q, sort=Sort.MATCH) for q in ("草莓", "番茄", "馬鈴薯", "大白菜", "橙", "蘑菇")),
    ),
    Kind("pinyin, initials", 12, tuple(Search(q=q, sort=Sort.MATCH) for q in ("caomei", "bocai", "xihongshi", "cm"))),
    Kind("English", 6, tuple(Search(q=q, sort=Sort.MATCH) for q in ("strawberry", "sweet potato", "apple"))),
    Kind(
        "produce and words or place",
        12,
        tuple(Search(q=q, sort=Sort.MATCH) for q in ("草莓 礼盒", "湖北 菠菜", "高山 苹果", "jiangsu pear")),
    ),
    Kind(
        "a slip", 8, tuple(Search(q=q, sort=Sort.MATCH) for q in ("strawbery", "草霉", "caomie", "砂搪橘", "tomatoe"))
    ),
    Kind(
        "region and order",
        12,
        tuple(Search(region=r, sort=s) for r in ("42", "3205", "130100") for s in (Sort.PERISHING, Sort.CHEAPEST)),
    ),
    Kind(
        "produce, bounds",
        5,
        (
            Search(product="apple", sort=Sort.CHEAPEST, spoils_before=_soon()),
            Search(product="rice", max_price_per_kg=2_000),
        ),
    ),
    Kind("deep page", 5, (Search(q="草莓", sort=Sort.MATCH), Search(sort=Sort.CHEAPEST)), deep=True),
    Kind("facets", 5, (Search(q="草莓", sort=Sort.MATCH), Search(region="42"), Search()), facets=True),
)


def search(console: Console) -> None:
    """Measure every size, and print a table of costs and one of loads."""
    costs: dict[str, dict[int, tuple[float, float]]] = {}
    with (
        tempfile.TemporaryDirectory(prefix="agrimarket-bench-") as folder,
        running(Path(folder)) as system,
    ):
        bench = Bench(system, console)
        prepare(system.db)
        there = 0
        for size in SIZES:
            took = grow(system.db, there, size)
            there = size
            console.print(f"{size:,} listings, made in {took:.0f} s …")
            _cost(system.db, size, costs)
            _load(bench, size)
    console.print("\n", _table(costs))
    console.print("\n", load_table(bench.rows))


def _cost(db: Database, size: int, costs: dict[str, dict[int, tuple[float, float]]]) -> None:
    for kind in KINDS:
        found = [_explained(db, statement) for statement in _statements(db, kind)]
        costs.setdefault(kind.name, {})[size] = mean(ms for ms, _ in found), mean(buffers for _, buffers in found)


def _statements(db: Database, kind: Kind) -> Iterator[str]:
    with db.reading() as session:
        for wanted in kind.searches:
            cursor = None
            for _ in range(DEEP if kind.deep else 0):
                cursor = searching.find(session, wanted, cursor).next or cursor
            act = searching.facets if kind.facets else lambda s, w, c=cursor: searching.find(s, w, c)
            *_, sent = (one for one in limits.statements(db, lambda a=act, w=wanted: a(session, w)) if one != "COMMIT")
            yield sent


def _explained(db: Database, statement: str) -> tuple[float, float]:
    """(milliseconds of planning and execution, buffers) of a statement, the middle of five once it is warm."""
    with psycopg.connect(
        db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    ) as connection:
        plans: list[Any] = []
        for _ in range(6):
            row = connection.execute(f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {statement}").fetchone()  # pyright: ignore
            plans.append(row[0][0])
    plan = plans[-1]["Plan"]
    return median(each["Execution Time"] for each in plans[1:]), plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]


def _load(bench: Bench, size: int) -> None:
    requests: list[bytes] = []
    scripts: list[str] = []
    for kind in KINDS:
        scripts += [limits.reading_script([each]) for each in _statements(bench.system.db, kind)]
        for n in range(kind.share):
            requests.append(http_request("GET", _address(bench.system.db, kind, n), cache_control="no-cache"))
    mixed = [requests[(n * 37) % len(requests)] for n in range(len(requests))]
    limit = bench.pgbench(f"{size:,}: pgbench, the same statements", *scripts, mode="prepared")
    bench.note(limit)
    with bench.system.serving(PROCESSES) as api:
        bench.press(f"{size:,}: first", mixed, api.process.pid)  # each connection plans each statement once
        bench.note(bench.press(f"{size:,}: the mix, each made anew", mixed, api.process.pid), None, limit)
        warm = [each.replace(b"no-cache", b"max-age=1") for each in mixed]
        bench.note(bench.press(f"{size:,}: the mix, kept answers allowed", warm, api.process.pid), None, limit)


def _address(db: Database, kind: Kind, number: int) -> str:
    wanted = kind.searches[number % len(kind.searches)]
    asked = {
        "q": wanted.q,
        "product": wanted.product,
        "region": wanted.region,
        "sort": wanted.sort.value,
        "spoils_before": wanted.spoils_before and wanted.spoils_before.isoformat(),
        "max_price_per_kg": wanted.max_price_per_kg,
    }
    if kind.deep:
        cursor = None
        with db.reading() as session:
            for _ in range(DEEP):
                cursor = searching.find(session, wanted, cursor).next or cursor
        asked["cursor"] = cursor
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"/v1/listings{'/facets' if kind.facets else ''}?{query}"


def _table(costs: dict[str, dict[int, tuple[float, float]]]) -> Table:
    shown = Table(title=f"Cost of a search in PostgreSQL: ms (buffers); {CLIENTS} clients below")
    shown.add_column("search")
    shown.add_column("share", justify="right")
    for size in SIZES:
        shown.add_column(f"{size:,}", justify="right")
    shown.add_column("largest ÷ smallest", justify="right")
    total = dict.fromkeys(SIZES, (0.0, 0.0))
    for kind in KINDS:
        row = costs[kind.name]
        for size, (ms, buffers) in row.items():
            total[size] = total[size][0] + ms * kind.share / 100, total[size][1] + buffers * kind.share / 100
        shown.add_row(kind.name, f"{kind.share} %", *_figures(row))
    shown.add_row("the mix", "100 %", *_figures(total), style="bold")
    return shown


def _figures(row: dict[int, tuple[float, float]]) -> list[str]:
    first, last = row[SIZES[0]], row[SIZES[-1]]
    ratio = f"{last[0] / first[0]:.2f} ({last[1] / first[1]:.2f})"
    return [*(f"{ms:.2f} ({buffers:,.0f})" for ms, buffers in row.values()), ratio]
