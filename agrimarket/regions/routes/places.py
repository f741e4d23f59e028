"""JSON handlers of the code tree."""

from typing import Annotated

from litestar.di import NamedDependency
from litestar.params import QueryParameter
from litestar.types import ControllerRouterHandler

from agrimarket.http.handlers import get
from agrimarket.http.params import Limit, Word
from agrimarket.kernel.db import Database
from agrimarket.kernel.paging import Page
from agrimarket.regions.schemas.places import FoundRegionOut, RegionOut
from agrimarket.regions.service import places
from agrimarket.regions.types.places import FoundRegion

TAGS = ["regions"]


@get("/regions", tags=TAGS, summary="Find a region by name, or step down the tree", statuses=(404,))
def list_regions(
    db: NamedDependency[Database],
    language: NamedDependency[str],
    q: Annotated[
        str | None,
        QueryParameter(max_length=100, description="What was typed: a name, a former one, a code, a whole address."),
    ] = None,
    parent: Annotated[str | None, QueryParameter(max_length=6, description="List what lies right beneath it.")] = None,
    limit: Limit = 10,
) -> Page[FoundRegionOut]:
    """Regions that match `q`, best matches first; without `q`, those beneath `parent`, or the provinces.

    A former name finds what the place is called now, and `former_name` says so. `title` is in the language asked for.
    """
    with db.reading() as session:
        if q is None:
            found = [FoundRegion(region) for region in places.children(session, parent)]
        else:
            found = places.find(session, q, limit)
    return Page[FoundRegionOut](items=[FoundRegionOut.found(each, language) for each in found])


@get("/regions/{code:str}", tags=TAGS, summary="A region")
def read_region(code: Word, db: NamedDependency[Database], language: NamedDependency[str]) -> RegionOut:
    """By its GB/T 2260 code."""
    with db.reading() as session:
        return RegionOut.of(places.get(session, code), language)


HANDLERS: list[ControllerRouterHandler] = [list_regions, read_region]
