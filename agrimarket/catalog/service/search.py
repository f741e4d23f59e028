"""The search of the market: pages of listings on sale, and counts of what there is to choose among them."""

from sqlmodel import Session

from agrimarket.catalog.queries import search as queries
from agrimarket.catalog.types import Facets, Found, Search
from agrimarket.kernel.db import Database
from agrimarket.kernel.reading import run
from agrimarket.regions.service import served, serviceability


def find(session: Session, wanted: Search, cursor: str | None = None, limit: int = 20) -> Found:
    """Up to `limit` listings on sale that are like `wanted`, in its order, after `cursor`. One statement.

    With `wanted.to` one more, of regions. `CursorMalformed` for a cursor of another search, `DestinationNotServed`
    where the drive does not deliver, `RegionUnknown`.
    """
    return Found([], None)


async def fetch(db: Database, wanted: Search, cursor: str | None = None, limit: int = 20) -> Found:
    """`find` on the event loop."""
    return Found([], None)


def facets(session: Session, wanted: Search) -> Facets:
    """What there is to choose among the hits of `wanted`. One statement; with `wanted.to` one more, of regions."""
    raise NotImplementedError


async def fetch_facets(db: Database, wanted: Search) -> Facets:
    """`facets` on the event loop."""
    raise NotImplementedError
