"""The catalogue keeps answers in the application, so each of its tests begins with one that has kept nothing."""

import gc
from collections.abc import Iterator

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.http.readcache import ReadCache
from agrimarket.kernel.db import Database
from tests.support.current import CurrentDatabase

Shared = tuple[Litestar, CurrentDatabase]


@pytest.fixture(scope="session")
def kept_answers(shared_app: Shared) -> list[ReadCache]:
    """What the test worker's applications keep answers in; Litestar gives no way to its middleware."""
    found = [each for each in gc.get_objects() if isinstance(each, ReadCache)]
    assert found
    return found


@pytest.fixture
def emptied(shared_app: Shared, kept_answers: list[ReadCache]) -> Shared:
    """The test worker's application, which has kept nothing."""
    for each in kept_answers:
        each._kept.clear()  # pyright: ignore[reportPrivateUsage]
    return shared_app


@pytest.fixture
def app(emptied: Shared, db: Database) -> Litestar:
    """The application on this test's savepoint."""
    emptied[1].current = db
    return emptied[0]


@pytest.fixture
def fresh_client(emptied: Shared, fresh_db: Database) -> Iterator[TestClient[Litestar]]:
    """A client of the application with real commits."""
    emptied[1].current = fresh_db
    with TestClient(emptied[0], raise_server_exceptions=False) as client:
        yield client
