"""Figures of comparing addresses with closed communities: answers on labelled and derived pairs, and time."""

import csv
import json
import random
import re
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlmodel import Session

from agrimarket.embedded.postgres import EmbeddedPostgres, create_database
from agrimarket.kernel.db import Database
from agrimarket.kernel.migrate import upgrade
from agrimarket.regions import communities
from agrimarket.regions.communities.reading import read_listed
from agrimarket.regions.service import bulletins, serviceability
from agrimarket.regions.types.restrictions import Verdict
from agrimarket.settings import get_settings
from tests.factories import regions as factory
from tests.support.statements import statements

ROOT = Path(__file__).resolve().parents[3]
REFERENCE = get_settings().reference_data_dir or ROOT.parent / "shared" / "data"
OWN = ROOT / "tests" / "regions" / "data" / "communities.csv"
SHARED = REFERENCE.parent / "cases" / "communities.csv"
NOTICES = REFERENCE / "bulletins" / "risk-level"
LARGEST = "2022120208"
HAIZHU, FROM = "440105", "210681"
"""The county with the most communities in the largest notice, and a place of origin."""
SAMPLE = 3_000
_ENUMERATED = re.compile(
    r"[，、；,;（(—~～－\-]|除|外|部分|[东南西北]至|至[东南西北]|以[东南西北内]|围合|合围|交[叉汇]|[附旁周]"
)

Row = tuple[str, str, str]


def rows() -> list[Row]:
    """(what, figure, goal). What needs the real notices is left out where they are not at hand."""
    found = [_labelled("own pairs answered rightly", OWN)]
    if SHARED.exists():
        found.append(_labelled("given pairs answered rightly", SHARED))
    if NOTICES.exists():
        by_county = _listed()
        found += [*_derived(by_county), *_siblings(by_county), *_unrelated(by_county), *_times()]
    return found


def _labelled(what: str, path: Path) -> Row:
    with path.open(encoding="utf-8", newline="") as stream:
        pairs = [(row["listed"], row["address"], row["right"]) for row in csv.DictReader(stream)]
    judged = [(communities.verdict(listed, address), right) for listed, address, right in pairs]
    right = sum(verdict == wanted for verdict, wanted in judged)
    missed = sum(verdict is Verdict.OPEN and wanted == "closed" for verdict, wanted in judged)
    return what, f"{right} of {len(pairs)}, {missed} open though closed", "all, 0"


def _listed() -> dict[tuple[str, str, str], list[str]]:
    """What the notices close, by county."""
    found: dict[tuple[str, str, str], dict[str, None]] = defaultdict(dict)
    for path in sorted(NOTICES.glob("*.json")):
        data = json.loads(path.read_text(encoding="utf-8"))["data"]
        for entry in (*data["highlist"], *data["middlelist"]):
            place = (entry["province"], entry["city"], re.sub("[（(]地区[）)]", "", entry["county"]))
            found[place] |= dict.fromkeys(entry["communitys"])
    return {place: list(names) for place, names in found.items()}


def _simple(by_county: dict[tuple[str, str, str], list[str]]) -> list[tuple[tuple[str, str, str], str]]:
    """A sample of listed names that mean one place, of which a closed address can be made by rule."""
    simple = [(p, n) for p, names in by_county.items() for n in names if len(n) > 3 and not _ENUMERATED.search(n)]
    return random.Random(1).sample(simple, SAMPLE)


def _ways(place: tuple[str, str, str], listed: str) -> Iterator[str]:
    """Ways in which people who live there write it."""
    yield re.sub(r"^.{2,6}?街道(?:办事处|办)?(?=.{3,})", "", listed)
    yield re.sub(r"(?<=[一-鿿]{3})小区(?=$|\d|[A-Z]?\d)", "", listed)
    yield re.sub(r"(?<=\d)(号楼|栋|幢)", "幢", listed)
    yield re.sub(r"(?<=\d)(号楼|栋|幢)", "号楼", listed)
    yield f"{place[1]}{place[2]}{listed}"
    if re.search(r"单元$", listed):
        yield f"{listed}302室"
    elif re.search(r"\d(号楼|栋|幢)$", listed):
        yield f"{listed}2单元302"
    elif re.search(r"(小区|花园|家园)$", listed):
        yield f"{listed}7号楼2单元302室"


def _derived(by_county: dict[tuple[str, str, str], list[str]]) -> list[Row]:
    verdicts = [communities.verdict(n, way) for p, n in _simple(by_county) for way in _ways(p, n) if len(way) > 3]
    shares = {verdict: verdicts.count(verdict) / len(verdicts) for verdict in Verdict}
    return [
        (f"{len(verdicts):,} addresses in closed places, closed", f"{shares[Verdict.CLOSED]:.2%}", ""),
        ("the same, open", f"{shares[Verdict.OPEN]:.2%}", "0 %"),
    ]


def _siblings(by_county: dict[tuple[str, str, str], list[str]]) -> list[Row]:
    """The house next door: each number that counts a building, a unit or a door, seven higher."""
    verdicts: list[Verdict] = []
    for _, listed in _simple(by_county):
        if read_listed(listed).near:
            continue
        for match in list(re.finditer(r"(?<![\d-])(\d{1,3})(?=号楼|栋|幢|单元|号(?!院))", listed))[-1:]:
            other = f"{listed[: match.start()]}{int(match.group()) + 7}{listed[match.end() :]}"
            verdicts.append(communities.verdict(listed, other))
    return [(f"{len(verdicts):,} houses next door, open", f"{verdicts.count(Verdict.OPEN) / len(verdicts):.2%}", "")]


def _unrelated(by_county: dict[tuple[str, str, str], list[str]]) -> list[Row]:
    chosen = random.Random(2)
    counties = [names for names in by_county.values() if len(names) > 5]
    verdicts: list[Verdict] = []
    for _ in range(4 * SAMPLE):
        listed, other = chosen.sample(chosen.choice(counties), 2)
        address = re.split("[、，,；（(]", other)[0]
        if address:
            verdicts.append(communities.verdict(listed, address))
    return [
        (
            f"{len(verdicts):,} pairs of one county at random, open",
            f"{verdicts.count(Verdict.OPEN) / len(verdicts):.2%}",
            "",
        )
    ]


def _times() -> list[Row]:
    with _database() as db:
        with db.transaction() as session:
            factory.load_tree(session)
            (path,) = NOTICES.glob(f"{LARGEST}-*.json")
            document = json.loads(path.read_text(encoding="utf-8"))
            bulletins.import_notice(session, document, source="benchmark")
        names = next(names for place, names in _listed().items() if place[2] == "海珠区")
        asked = random.Random(3).sample([re.split("[、，,；（(]", name)[0] for name in names], 100)
        with db.reading() as session:
            first = _seconds(session, asked)
            with statements() as sent:
                again = _seconds(session, asked)
    return [
        ("an answer in the fullest county, median", f"{statistics.median(again) * 1000:.0f} ms", ""),
        ("the same, slowest of 100", f"{max(again) * 1000:.0f} ms", ""),
        ("the same, nothing read before", f"{statistics.median(first) * 1000:.0f} ms, {max(first) * 1000:.0f} ms", ""),
        ("statements an answer", f"{len(sent) / len(asked):.0f}", "1"),
    ]


def _seconds(session: Session, asked: list[str]) -> list[float]:
    taken: list[float] = []
    for address in asked:
        begun = time.perf_counter()
        serviceability.between(session, FROM, HAIZHU, address)
        taken.append(time.perf_counter() - begun)
    return taken


@contextmanager
def _database() -> Generator[Database]:
    """An empty database on a server of its own."""
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres").start()
        try:
            create_database(server.dsn("matching"))
            upgrade(server.dsn("matching"))
            db = Database(server.dsn("matching"))
            yield db
            db.close()
        finally:
            server.stop()
