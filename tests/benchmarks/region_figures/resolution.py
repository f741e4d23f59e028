"""Figures of reading notices: how many entries land where, and what importing the largest notice takes.

Five notices are at hand, and the shipped lists of zones and names were written with them open. So that the figure is
of notices in general, names are also read with these lists taken away, and each notice is asked only for the names
that no other has. The goal is for entries of notices that nobody here has seen.
"""

import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from agrimarket.embedded.postgres import EmbeddedPostgres, create_database
from agrimarket.kernel.db import Database
from agrimarket.kernel.migrate import upgrade
from agrimarket.regions.adapters import formats
from agrimarket.regions.gazetteer import Gazetteer
from agrimarket.regions.notices import Notice, Place
from agrimarket.regions.service.checking import LEVELS, check, together
from agrimarket.regions.service.staging import parts
from agrimarket.settings import get_settings
from tests.factories import regions as factory

REFERENCE = get_settings().reference_data_dir or Path(__file__).resolve().parents[4] / "shared" / "data"
FOLDER = REFERENCE / "bulletins"
LARGEST = "2022120208"
KINDS = Path(__file__).resolve().parents[2] / "regions" / "names_by_kind.csv"
Row = tuple[str, str, str]
_GOAL = "≥ 99.5 %"


def rows() -> list[Row]:
    """The figures; those of real notices only where these are on this machine."""
    found = [_invented()]
    files = sorted((FOLDER / "risk-level").glob("*.json"))
    if not files:
        return [*found, ("the real notices are not on this machine", "", "")]
    notices = [notice for path in files for notice in formats.notices(path.read_bytes())]
    return [*found, *_entries(notices), *_left_out(notices), _zones(), *_imports(files)]


def _entries(notices: list[Notice]) -> Iterator[Row]:
    for what, lists in (("", True), ("; without the lists of zones and names", False)):
        total = together(check(Gazetteer(factory.tree(), lists=lists), notice) for notice in notices)
        levels = ", ".join(f"{level} {total.levels[level]:,}" for level in LEVELS if total.levels[level])
        yield (
            f"entries of {len(notices)} notices at county level or finer{what}",
            f"{total.share:.2%} ({levels})",
            _GOAL,
        )


def _left_out(notices: list[Notice]) -> Iterator[Row]:
    """Of the names that just one notice has, those that are read without any list; one notice at a time."""
    having: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    entries: Counter[tuple[str, str, str]] = Counter()
    for notice, place in _places(notices):
        name = (place.province, place.city, place.county)
        having[name].add(notice.number)
        entries[name] += 1
    reader = Gazetteer(factory.tree(), lists=False)
    alone = [name for name, numbers in having.items() if len(numbers) == 1]
    read = [name for name in alone if reader.level(reader.resolve(*name)) in ("county", "zone")]
    share = len(read) / len(alone)
    yield "names that no other notice has, without the lists", f"{share:.2%} of {len(alone):,}", _GOAL
    weighed = sum(entries[name] for name in read) / sum(entries[name] for name in alone)
    yield "entries with such names", f"{weighed:.2%} of {sum(entries[name] for name in alone):,}", _GOAL


def _places(notices: Iterable[Notice]) -> Iterator[tuple[Notice, Place]]:
    for notice in notices:
        for listed in notice.lists.values():
            for place in listed:
                yield notice, place


def _zones() -> Row:
    with (FOLDER / "zones.csv").open(encoding="utf-8") as stream:
        named = [Place(r["province"], r["city"], r["county"], [r["a_community"]]) for r in csv.DictReader(stream)]
    read = []
    for lists in (True, False):
        reader = Gazetteer(factory.tree(), lists=lists)
        read.append(sum(_is_fine(reader, place) for place in named))
    return f"zones of the {len(named)}; without the lists", f"{read[0]}; {read[1]}", f"{len(named)}"


def _is_fine(reader: Gazetteer, place: Place) -> bool:
    return all(reader.level(part.resolution) in ("county", "zone") for part in parts(reader, place))


def _invented() -> Row:
    reader = Gazetteer(factory.tree())
    with KINDS.open(encoding="utf-8") as stream:
        cases = list(csv.DictReader(stream))
    right = 0
    for case in cases:
        found = reader.resolve(case["province"], case["city"], case["county"])
        right += (found.code or "", reader.level(found)) == (case["code"], case["level"])
    return (
        f"names by kind, written for this ({len({case['kind'] for case in cases})} kinds)",
        f"{right} of {len(cases)}",
        "all",
    )


def _imports(files: list[Path]) -> Iterator[Row]:
    (largest,) = (path for path in files if path.name.startswith(LARGEST))
    with tempfile.TemporaryDirectory() as folder, _database() as (db, dsn):
        with db.transaction() as session:
            factory.load_tree(session)
        later = Path(folder) / "later.json"
        document = json.loads(largest.read_bytes())
        document["data"]["end_update_time"] = "2022-12-02 12时"
        later.write_text(json.dumps(document), encoding="utf-8")
        load = os.getloadavg()[0] / (os.cpu_count() or 1)
        for what, path, goal in (
            (f"largest notice in force (load {load:.1f} a core)", largest, "< 5 s, < 200 MiB"),
            ("the same again", largest, "< 1 s, < 200 MiB"),
            ("the same lists four hours later", later, ""),
        ):
            seconds, whole, mebibytes = _import(path, dsn)
            yield what, f"{seconds:.2f} s ({whole:.2f} s with the start of the process), {mebibytes:.0f} MiB", goal


def _import(path: Path, dsn: str) -> tuple[float, float, float]:
    """(seconds of reading and importing, seconds of the whole process, peak memory) of the command line."""
    begun = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", _PROGRAM, str(path), dsn], check=True, capture_output=True, text=True)
    seconds, kibibytes = done.stdout.split()
    return float(seconds), time.perf_counter() - begun, int(kibibytes) / 1_024


_PROGRAM = """
import pathlib, re, sys, time
from agrimarket.kernel.db import Database
from agrimarket.migrations.tables import every_table
from agrimarket.regions.adapters import formats
from agrimarket.regions.service import bulletins
every_table()
db = Database(sys.argv[2], pool_size=1)
begun = time.perf_counter()
for notice in formats.notices(pathlib.Path(sys.argv[1]).read_bytes()):
    with db.transaction() as session:
        bulletins.import_notice(session, notice, source="benchmark")
seconds = time.perf_counter() - begun
print(seconds, re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1])
"""


@contextmanager
def _database() -> Generator[tuple[Database, str]]:
    """An empty database on a server of its own, and its address."""
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres").start()
        try:
            dsn = server.dsn("resolution")
            create_database(dsn)
            upgrade(dsn)
            db = Database(dsn)
            yield db, dsn
            db.close()
        finally:
            server.stop()
