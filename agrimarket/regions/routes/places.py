"""JSON handlers of the code tree."""

from typing import Annotated

from litestar.di import NamedDependency
from litestar.params import QueryParameter
from litestar.types import ControllerRouterHandler

from agrimarket.http.handlers import get
from agrimarket.http.params import Limit, Word
from agrimarket.kernel.db import Database
from agrimarket.kernel.paging import Page
from agrimarket.regions.schemas.places import RegionOut
from agrimarket.regions.service import places

TAGS = ["regions"]


@get("/regions", tags=TAGS, summary="Find a region by name, or step down the tree", statuses=(404,))
def list_regions(
    db: NamedDependency[Database],
    q: Annotated[str | None, QueryParameter(max_length=100, description="What was typed: 丹东 东港, 東港.")] = None,
    parent: Annotated[str | None, QueryParameter(max_length=6, description="List what lies right beneath it.")] = None,
    limit: Limit = 10,
) -> Page[RegionOut]:
    """Regions that match `q`, best matches first; without `q`, those beneath `parent`, or the provinces."""
    with db.reading() as session:
        found = places.children(session, parent) if q is None else places.named(session, q, limit)
    return Page[RegionOut](items=[RegionOut.of(region) for region in found])


@get("/regions/{code:str}", tags=TAGS, summary="A region")
def read_region(code: Word, db: NamedDependency[Database]) -> RegionOut:
    """By its GB/T 2260 code."""
    with db.reading() as session:
        return RegionOut.of(places.get(session, code))


HANDLERS: list[ControllerRouterHandler] = [list_regions, read_region]
