"""The catalogue keeps answers in the application, so each of its tests has an application of its own."""

from collections.abc import Iterator

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.app import create_app
from agrimarket.kernel.db import Database
from agrimarket.settings import get_settings


@pytest.fixture
def app(db: Database) -> Litestar:
    """A new application on this test's savepoint."""
    return create_app(get_settings(), db)


@pytest.fixture
def fresh_client(fresh_db: Database) -> Iterator[TestClient[Litestar]]:
    """A client of a new application with real commits."""
    with TestClient(create_app(get_settings(), fresh_db), raise_server_exceptions=False) as client:
        yield client
