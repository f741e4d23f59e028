"""An application without kept answers, a seller, and bodies of requests."""

import gc
from collections.abc import Iterator
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlmodel import select

from agrimarket.catalog.models.listings import HarvestLot, Listing
from agrimarket.http.readcache import ReadCache
from agrimarket.kernel.db import Database
from agrimarket.kernel.ids import encode
from tests.factories import accounts, catalog
from tests.factories.accounts import Somebody
from tests.support.current import CurrentDatabase

Shared = tuple[Litestar, CurrentDatabase]


@pytest.fixture(scope="session")
def kept_answers(shared_app: Shared) -> list[ReadCache]:
    """Read caches of this test worker's applications, found in memory, since Litestar does not show its middleware."""
    found = [each for each in gc.get_objects() if isinstance(each, ReadCache)]
    assert found
    return found


@pytest.fixture
def emptied(shared_app: Shared, kept_answers: list[ReadCache]) -> Shared:
    """The test worker's application with empty read caches."""
    for each in kept_answers:
        each._size = 0  # pyright: ignore[reportPrivateUsage]
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


@pytest.fixture
def farmer(db: Database) -> Somebody:
    """An approved seller; the catalogue is loaded."""
    with db.transaction() as session:
        catalog.load_catalogue(session)
        return accounts.a_seller(session)


def lot_body(db: Database, **changes: Any) -> dict[str, Any]:
    """The body of a request for a lot of 200 jin of strawberries, harvested today."""
    with db.transaction() as session:
        kind, today = catalog.product(session), catalog.today(session)
    body = {"product_id": encode("prd", kind.id), "region_code": catalog.PLACE, "harvested_on": str(today)}
    return body | {"quantity": "200斤"} | changes


def listing_body(lot_id: str, **changes: Any) -> dict[str, Any]:
    """The body of a request for a listing in packs of 5 jin for CNY 68."""
    return {"lot_id": lot_id, "title": "東港草莓", "pack": "5斤", "price": {"amount": 6800}} | changes


def count(db: Database) -> int:
    """Number of listings and lots."""
    with db.transaction() as session:
        return len(session.exec(select(Listing.id)).all()) + len(session.exec(select(HarvestLot.id)).all())
