"""JSON handlers of restrictions in force."""

from litestar.di import NamedDependency
from litestar.types import ControllerRouterHandler

from agrimarket.http.handlers import get
from agrimarket.http.params import Word
from agrimarket.kernel.db import Database
from agrimarket.kernel.paging import Page
from agrimarket.kernel.principal import Principal, Scope
from agrimarket.regions.schemas.restrictions import RegionStatusOut, RestrictionOut
from agrimarket.regions.service import restrictions

TAGS = ["regions"]


@get("/regions/{code:str}/status", tags=TAGS, summary="What is closed in a region, since when, by which notice")
def read_status(code: Word, db: NamedDependency[Database]) -> RegionStatusOut:
    """Restrictions of the region and of what it lies in name all communities; those beneath it count them."""
    with db.reading() as session:
        return RegionStatusOut.of(restrictions.status(session, code))


@get(
    "/restrictions/unresolved",
    tags=TAGS,
    summary="Entries in force whose names match no region",
    scopes=(Scope.BULLETINS_READ,),
)
def list_unresolved(
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Page[RestrictionOut]:
    """Entries that match no region, for operators: they close no region, but their communities are refused by name."""
    with db.reading() as session:
        return Page[RestrictionOut](items=[RestrictionOut.of(entry) for entry in restrictions.unresolved(session)])


HANDLERS: list[ControllerRouterHandler] = [read_status, list_unresolved]
