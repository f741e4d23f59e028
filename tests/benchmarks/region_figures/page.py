"""Figures of a region's page under the largest notice there is, made here: 42,921 communities, two thousand entries."""

import statistics
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from litestar.testing import TestClient
from sqlalchemy import text

from agrimarket.app import create_app
from agrimarket.embedded.postgres import EmbeddedPostgres, create_database
from agrimarket.kernel.db import Database
from agrimarket.kernel.keeping import Kept
from agrimarket.kernel.migrate import upgrade
from agrimarket.migrations.tables import every_table
from agrimarket.regions.service import bulletins, overview, places
from agrimarket.regions.service.overview import Asked
from agrimarket.settings import get_settings
from tests.factories import regions as factory
from tests.support.statements import statements

COMMUNITIES, WORST = 42_921, 5_647
"""Of the largest notice, and of the one county with the most of them, 440105."""
HAIZHU = "440105"
ROUNDS = 30


def rows() -> list[tuple[str, str, str]]:
    """What, figure, goal: bytes of the first view, and milliseconds anew and kept."""
    every_table()
    with _loaded() as database:
        size = _bytes(database)
        with database.reading() as session, statements() as sent:
            kept = Kept()
            anew = _median(lambda: overview.of(session, Kept(), Asked(HAIZHU, limit=21)))
            overview.of(session, kept, Asked(HAIZHU, limit=21))
            known = _median(lambda: overview.of(session, kept, Asked(HAIZHU, limit=21)))
            sent.clear()
            overview.of(session, Kept(), Asked(HAIZHU, limit=21))
            asked = len(sent)
    return [
        ("page of 440105, first view", f"{size / 1_000:.1f} kB", "< 30 kB"),
        ("its statements", str(asked), "1"),
        ("read anew", f"{anew:.1f} ms", "< 100 ms"),
        ("kept", f"{known:.1f} ms", "< 5 ms"),
    ]


def _median(act: Callable[[], object]) -> float:
    taken: list[float] = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        act()
        taken.append((time.perf_counter() - started) * 1_000)
    return statistics.median(taken)


def _bytes(database: Database) -> int:
    with TestClient(create_app(get_settings(), database)) as client:
        return len(client.get(f"/regions/{HAIZHU}", headers={"Accept": "text/html"}).content)


@contextmanager
def _loaded() -> Generator[Database]:
    """A server with the notice in force."""
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres", durable=False).start()
        try:
            url = server.dsn("agrimarket")
            create_database(url)
            upgrade(url)
            database = Database(url, pool_size=4)
            with database.transaction() as session:
                places.load(session, factory.tree(), factory.names())
                bulletins.import_notice(session, _notice(), source="made", accept_counts=True)
                session.connection().execute(text("ANALYZE"))  # autovacuum would, within a minute
            yield database
            database.close()
        finally:
            server.stop()


def _notice() -> dict[str, object]:
    """Communities of forty characters, as many in one county as there were, the others everywhere."""
    counties = [region for region in factory.tree() if region.level == "county" and region.code != HAIZHU][:2_000]
    share = (COMMUNITIES - WORST) // len(counties)
    names = {place.code: place for place in factory.tree()}
    high = {"广东省 广州市 海珠区": [_called(number) for number in range(WORST)]}
    for county in counties:
        city = names[county.parent_code or ""]
        province = names[city.parent_code or city.code]
        high[f"{province.name} {city.name} {county.name}"] = [_called(number) for number in range(share)]
    return factory.notice(high=high)


def _called(number: int) -> str:
    return f"某某街道某某社区第{number}经济联合社南约大街{number % 90}号、某某坊{number % 7}巷"
