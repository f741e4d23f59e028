"""JSON handlers of transport passes: which regions ask for one."""

from typing import Annotated
from uuid import UUID

from litestar.di import NamedDependency
from litestar.openapi.spec import Example
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from agrimarket.http.handlers import get, post
from agrimarket.http.params import CODE, Cursor, Limit
from agrimarket.kernel.db import Database
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.paging import Page, Paging, by_id
from agrimarket.kernel.principal import Principal, Scope
from agrimarket.kernel.resources import PassRequirementId
from agrimarket.regions.schemas.passes import PassRequirementEndIn, PassRequirementIn, PassRequirementOut
from agrimarket.regions.service import passes
from agrimarket.regions.types.passes import PassRequirementInfo

TAGS = ["regions"]
REQUIREMENTS: Paging[PassRequirementInfo, UUID] = by_id("psr")
End = Annotated[
    str | None,
    QueryParameter(
        max_length=6,
        pattern=CODE,
        examples=[Example(value="420102")],
        description="Code of an end of a route: only what it asks for today.",
    ),
]


@get("/pass-requirements", tags=TAGS, summary="Regions that ask for a transport pass")
def list_requirements(
    db: NamedDependency[Database],
    origin: End = None,
    destination: End = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[PassRequirementOut]:
    """All of them, the newest first; or, for a route, those that ask for a pass today: with none, none is needed."""
    ends = [code for code in (origin, destination) if code]
    with db.reading() as session:
        if ends:
            found = passes.asked(session, *ends)
            return Page[PassRequirementOut](items=[PassRequirementOut.of(each) for each in found])
        window = REQUIREMENTS.window(cursor, limit)
        return window.page(passes.page(session, window.after, window.rows), PassRequirementOut.of)


@post(
    "/pass-requirements",
    tags=TAGS,
    summary="Write down that a region asks for transport passes",
    scopes=(Scope.BULLETINS_WRITE,),
)
def add_requirement(
    data: JSONBody[PassRequirementIn],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> PassRequirementOut:
    """Deliveries from and to that region need a pass from that day on; the audit log tells who wrote it down."""

    def act() -> PassRequirementOut:
        return PassRequirementOut.of(passes.add(session, operator, data.requirement()))

    with db.transaction() as session:
        return idempotency.run(session, PassRequirementOut, act)


@post(
    "/pass-requirements/{requirement_id:str}/end",
    tags=TAGS,
    summary="Write down that a region asks for passes no more",
    status_code=200,
    scopes=(Scope.BULLETINS_WRITE,),
)
def end_requirement(
    requirement_id: FromPath[PassRequirementId],
    data: JSONBody[PassRequirementEndIn],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> PassRequirementOut:
    """From that day on no pass is needed for it. What was asked for before stays in the list."""
    with db.transaction() as session:
        return PassRequirementOut.of(passes.end(session, operator, requirement_id, data.until))


HANDLERS: list[ControllerRouterHandler] = [list_requirements, add_requirement, end_requirement]
