"""Replay of 72,000 appeals in 23 days: verified by counties, one clearance list a day, by the movable clock.

The shape is that of 苏菜直通 in January 2021: 71,938 reports in 23 days. What counties said comes in by whole days, as
the events of a day would leave it; each list is made by the service, and checked against a count in Python.
"""

import logging
import random
import resource
import tempfile
import time as clock_time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import text
from sqlmodel import Session

from agrimarket.catalog.pages import clearance_files
from agrimarket.catalog.service import clearance, products
from agrimarket.catalog.types.clearance import ClearanceFilter, ClearanceSheet
from agrimarket.drive import drive
from agrimarket.embedded.postgres import EmbeddedPostgres, create_database
from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from agrimarket.kernel.i18n import PEOPLES_ZONE
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.migrate import upgrade
from tests.support.statements import statements

DAYS, APPEALS = 23, 72_000
KINDS = ("草莓", "菠萝", "韭菜", "辣椒", "茄子", "玉米")
PLACES = (("210681", "辽宁省丹东市东港市"), ("440825", "广东省湛江市徐闻县"), ("320724", "江苏省连云港市灌南县"))
VERIFIED, CLOSED = 0.6, 0.05
"""Shares: of appeals that a county vouches for; and of those, a day, that are sold or withdrawn."""


@dataclass(slots=True)
class Stock:
    """An appeal's stock as the generator knows it."""

    appeal_id: str
    day: int
    grams: int
    spoils_at: datetime
    to_be_had: bool = True


@dataclass(frozen=True, slots=True)
class Made:
    """The list of a day, with what it took."""

    sheet: ClearanceSheet
    seconds: float
    statements: int
    csv_bytes: int
    memory: int
    """Bytes by which reading the list and writing its file made the process larger than it ever was."""


def appeals(seed: int, count: int, first: date) -> Iterator[Stock]:
    """Verified appeals, more each day in the first week, with harvests of 100 kg to 20 t that keep 1 to 9 days."""
    chance = random.Random(seed)  # a replay is the same each time
    weights = [min(day + 1, 7) for day in range(DAYS)]
    for day in sorted(chance.choices(range(DAYS), weights, k=count)):
        keeps = timedelta(days=chance.randint(1, 9), hours=chance.randint(0, 23))
        reported = datetime.combine(first + timedelta(days=day), time(chance.randint(7, 20)), PEOPLES_ZONE)
        grams, verified = chance.randint(100, 20_000) * 1_000, chance.random() < VERIFIED
        if verified:
            yield Stock(str(new_id()), day, grams, (reported + keeps).astimezone(UTC))


def replay(db: Database, *, seed: int = 2021, count: int = APPEALS, days: int = DAYS) -> list[Made]:
    """Play the days: what was verified, what was closed, and the list at the drive's time; each list is checked."""
    chance = random.Random(seed + 1)  # a replay is the same each time
    with db.transaction() as session:
        first = clock.read(session).astimezone(PEOPLES_ZONE).date() + timedelta(days=1)
    stock = [each for each in appeals(seed, count, first) if each.day < days]
    made: list[Made] = []
    for day in range(days):
        new = [each for each in stock if each.day == day]
        gone = [each for each in stock if each.day < day and each.to_be_had and chance.random() < CLOSED]
        for each in gone:
            each.to_be_had = False
        with db.transaction() as session:
            _take(session, new)
            _close(session, gone)
        morning = datetime.combine(first + timedelta(days=day + 1), drive().clearance.at, PEOPLES_ZONE)
        with db.transaction() as session:
            clock.advance(session, morning - clock.read(session))
        made.append(_make(db, stock, day))
    return made


def _take(session: Session, new: list[Stock]) -> None:
    """Stock as the handler of `appeal.verified` keeps it, a day at once."""
    places = [PLACES[number % len(PLACES)] for number in range(len(new))]
    row = {
        "ids": [each.appeal_id for each in new],
        "numbers": [f"A{each.appeal_id[-8:]}" for each in new],
        "kinds": [KINDS[number % len(KINDS)] for number in range(len(new))],
        "codes": [code for code, _ in places],
        "names": [name for _, name in places],
        "grams": [each.grams for each in new],
        "spoils": [each.spoils_at for each in new],
    }
    session.connection().execute(_TAKE, row)


_TAKE = text("""
    INSERT INTO appeal_stock (
        appeal_id, turn, open, number, product, product_id, region_code, origin_name, grams, spoils_at, price_per_kg,
        office, given_on
    )
    SELECT n.id, 1, true, n.number, n.kind, p.id, n.code, n.name, n.grams, n.spoils, 300, '县农业农村局',
           (agrimarket_now() AT TIME ZONE 'Asia/Shanghai')::date
    FROM unnest(
        CAST(:ids AS uuid[]), CAST(:numbers AS text[]), CAST(:kinds AS text[]), CAST(:codes AS text[]),
        CAST(:names AS text[]), CAST(:grams AS bigint[]), CAST(:spoils AS timestamptz[])
    ) AS n (id, number, kind, code, name, grams, spoils)
    LEFT JOIN product AS p ON n.kind IN (p.name_hant, p.name_hans)
""")


def _close(session: Session, gone: list[Stock]) -> None:
    closed = text("UPDATE appeal_stock SET open = false, turn = turn + 1 WHERE appeal_id = ANY(CAST(:ids AS uuid[]))")
    session.connection().execute(closed, {"ids": [each.appeal_id for each in gone]})


def _make(db: Database, stock: list[Stock], day: int) -> Made:
    began = clock_time.perf_counter()
    with statements() as seen, db.transaction() as session:
        sheet = clearance.make_due(session)
    seconds = clock_time.perf_counter() - began
    if sheet is None:
        raise AssertionError(f"no list was made on day {day}")
    with db.reading() as session:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        lines = clearance.lines(session, sheet, ClearanceFilter())
        content = clearance_files.file_of(lines, {}, "zh-Hans", "https://market.example.org", "csv")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        now = clock.read(session)
    until = datetime.combine(sheet.day + timedelta(days=drive().clearance.within_days + 1), time(), PEOPLES_ZONE)
    wanted = {
        each.appeal_id: each.grams
        for each in stock
        if each.day <= day and each.to_be_had and now < each.spoils_at <= until
    }
    if {str(line.stock_id): line.grams for line in lines} != wanted or sheet.rows != len(wanted):
        raise AssertionError(f"the list of day {day} is not what counting finds")
    return Made(sheet, seconds, len(seen), len(content), (peak - before) * 1_000)


def table(made: list[Made]) -> Table:
    """The figures of each list."""
    shown = Table(title="Clearance lists")
    for column in ("day", "lines", "tonnes", "ms", "statements", "CSV kB", "grown by MB"):
        shown.add_column(column, justify="right")
    for each in made:
        shown.add_row(
            str(each.sheet.day),
            f"{each.sheet.rows:,}",
            f"{each.sheet.grams / 1_000_000:,.0f}",
            f"{each.seconds * 1_000:,.0f}",
            str(each.statements),
            f"{each.csv_bytes / 1_000:,.0f}",
            f"{each.memory / 1_000_000:,.1f}",
        )
    return shown


def clearances(console: Console) -> None:
    """Replay the 23 days on a database of their own and print the table."""
    console.print(f"{APPEALS:,} appeals in {DAYS} days …")
    logging.disable(logging.INFO)  # migrations tell of each step
    with tempfile.TemporaryDirectory(prefix="agrimarket-clearance-") as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres").start()
        try:
            create_database(server.dsn("clearance"))
            upgrade(server.dsn("clearance"))
            db = Database(server.dsn("clearance"), pool_size=1)
            with db.transaction() as session:
                products.load(session, products.taxonomy())
            console.print(table(replay(db)))
            db.close()
        finally:
            server.stop()
