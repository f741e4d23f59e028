"""Figures of looking a place up: how often what is typed comes first, and how long it takes."""

import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlmodel import Session

from agrimarket.embedded.postgres import EmbeddedPostgres, create_database
from agrimarket.kernel.db import Database
from agrimarket.kernel.migrate import upgrade
from agrimarket.regions.service import places
from tests.factories import regions as factory
from tests.regions.typed import ask_all
from tests.support.statements import statements

ROUNDS = 3


def rows() -> list[tuple[str, str, str]]:
    """(what, figure, goal): over the typed texts of `tests/regions/data/typed.csv`, on a database of its own."""
    with _database() as db:
        with db.transaction() as session:
            begun = time.perf_counter()
            places.load(session, factory.tree(), factory.names())
            loaded = time.perf_counter() - begun
        return [*_answers(db), *_times(db), ("names loaded", f"{len(factory.names()):,} in {loaded:.1f} s", "")]


def _answers(db: Database) -> list[tuple[str, str, str]]:
    with db.reading() as session, statements() as sent:
        asked = list(ask_all(session))
    first, five = sum(each.first for each in asked), sum(each.among_five for each in asked)
    return [
        ("typed, first", f"{first / len(asked):.1%} of {len(asked)}", "≥ 95 %"),
        ("typed, among five", f"{five / len(asked):.1%} of {len(asked)}", "≥ 99 %"),
        ("statements a lookup", f"{len(sent) / len(asked):.2f}", "1"),
    ]


def _times(db: Database) -> list[tuple[str, str, str]]:
    with db.reading() as session:
        typed = [each.typed for each in ask_all(session)]
        taken = sorted(min(_once(session, text) for _ in range(ROUNDS)) for text in typed)
    return [
        ("a lookup, median", f"{statistics.median(taken) * 1000:.1f} ms", ""),
        ("a lookup, 99th of 100", f"{taken[int(len(taken) * 0.99)] * 1000:.1f} ms", ""),
    ]


def _once(session: Session, typed: str) -> float:
    begun = time.perf_counter()
    places.find(session, typed)
    return time.perf_counter() - begun


@contextmanager
def _database() -> Iterator[Database]:
    """An empty database on a server of its own."""
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres").start()
        try:
            create_database(server.dsn("lookup"))
            upgrade(server.dsn("lookup"))
            db = Database(server.dsn("lookup"))
            yield db
            db.close()
        finally:
            server.stop()
