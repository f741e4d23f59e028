"""JSON handlers of restrictions in force."""

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import JSONBody
from litestar.types import ControllerRouterHandler

from agrimarket.http.handlers import get, post, tagged
from agrimarket.http.params import Word
from agrimarket.kernel.db import Database
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.keeping import Kept
from agrimarket.kernel.paging import Page
from agrimarket.kernel.principal import Principal, Scope
from agrimarket.regions.schemas.restrictions import RegionStatusOut, RestrictionOut
from agrimarket.regions.schemas.unresolved import NameAnswerIn, NameAnswerOut
from agrimarket.regions.service import restrictions, unresolved

TAGS = ["regions"]


@get(
    "/regions/{code:str}/status",
    tags=TAGS,
    summary="What is closed in a region, since when, by which notice",
    gives=("ETag",),
)
def read_status(
    code: Word, db: NamedDependency[Database], kept: NamedDependency[Kept], language: NamedDependency[str]
) -> Response[RegionStatusOut]:
    """Restrictions of the region and of what it lies in name all communities; those beneath it count them.

    The answer has an `ETag`; with it as `If-None-Match`, one that has not changed is not sent again.
    """
    with db.reading() as session:
        found = restrictions.kept_status(session, kept, code)
    return tagged(RegionStatusOut.of(found, language))


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


@post(
    "/restrictions/unresolved/answers",
    tags=TAGS,
    summary="Say which region names mean that none was found for",
    scopes=(Scope.BULLETINS_WRITE,),
    statuses=(404,),
)
def answer_unresolved(
    data: JSONBody[NameAnswerIn],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> NameAnswerOut:
    """The answer is remembered for notices to come, and holds for every entry that was imported before."""

    def act() -> NameAnswerOut:
        moved = unresolved.answer(session, data.stated, data.region_code, by=operator.person_id)
        return NameAnswerOut(stated=data.stated, region_code=data.region_code, entries=moved)

    with db.transaction() as session:
        return idempotency.run(session, NameAnswerOut, act)


HANDLERS: list[ControllerRouterHandler] = [read_status, list_unresolved, answer_unresolved]
