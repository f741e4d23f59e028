"""Clearance lists over HTTP, for everybody; made on demand by operators."""

from datetime import date
from typing import Annotated

from litestar import Response
from litestar.di import NamedDependency
from litestar.openapi.spec import Example
from litestar.params import JSONBody, PathParameter, QueryParameter

from agrimarket.catalog.schemas.clearance import ClearanceOut, ClearanceSheetOut, CorrectionIn, wire
from agrimarket.catalog.service import clearance, clearance_follows
from agrimarket.catalog.types.clearance import BY_DAY, BY_POSITION, ClearanceFilter
from agrimarket.http.handlers import Wire, delete, get, post, put, tagged
from agrimarket.http.params import Cursor, Limit
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import NotFound
from agrimarket.kernel.paging import Page
from agrimarket.kernel.principal import Principal, Scope

TAGS = ["catalog"]
Day = Annotated[
    str,
    PathParameter(
        pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
        max_length=10,
        description="A day in China.",
        examples=[Example(value="2020-02-17")],
    ),
]
Region = Annotated[
    str, QueryParameter(pattern="^([0-9]{2}){0,3}$", max_length=6, description="`42`, `4201` or `420102`.")
]
Product = Annotated[str, QueryParameter(max_length=60, description="A product's code, such as `strawberry`.")]
Edition = Annotated[int | None, QueryParameter(ge=1, le=10_000, description="Without it, the last.")]


def day_of(text: str) -> date:
    """The day that an address names; `NotFound` for any other text, as there is no list of it."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise NotFound from error


@get("/clearance", tags=TAGS, summary="Clearance lists, the newest day first", gives=("ETag",))
def list_clearance(
    db: NamedDependency[Database], cursor: Cursor = None, limit: Limit = 20
) -> Response[Page[ClearanceSheetOut]]:
    """One list a day: stock for which a county's office vouches and which spoils within days, for wholesale buyers."""
    window = BY_DAY.window(cursor, limit)
    with db.reading() as session:
        return tagged(window.page(clearance.sheets(session, window.after, window.rows), ClearanceSheetOut.of))


@get("/clearance/{day:str}", tags=TAGS, summary="The clearance list of a day", gives=("ETag",))
def read_clearance(
    day: Day,
    db: NamedDependency[Database],
    region: Region = "",
    product: Product = "",
    edition: Edition = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response[Wire[ClearanceOut]]:
    """Its lines, what spoils first at the top. It says what was there when it was made, and never changes."""
    window = BY_POSITION.window(cursor, limit)
    with db.reading() as session:
        sheet = clearance.read(session, day_of(day), edition)
        found = clearance.lines(session, sheet, ClearanceFilter(region, product), window.after or 0, window.rows)
        changes = clearance.changes(session, sheet)
    shown, following = window.cut(found)
    return tagged(Wire(wire(sheet, changes, shown, following)))


@post("/clearance", tags=TAGS, summary="Make or correct today's clearance list")
def make_clearance(
    data: JSONBody[CorrectionIn], db: NamedDependency[Database], operator: NamedDependency[Principal]
) -> ClearanceSheetOut:
    """Makes today's list before its time, or another edition of it, with the reason that everybody reads."""
    with db.transaction() as session:
        return ClearanceSheetOut.of(clearance.make(session, operator, data.why))


@put(
    "/me/clearance",
    tags=TAGS,
    summary="Tell me of each clearance list",
    status_code=204,
    scopes=(Scope.NOTIFICATIONS_WRITE,),
)
def follow_clearance(db: NamedDependency[Database], buyer: NamedDependency[Principal]) -> None:
    """A message each morning with the link of the day's list, for buyers. Twice is the same as once."""
    with db.transaction() as session:
        clearance_follows.begin(session, buyer)


@delete(
    "/me/clearance",
    tags=TAGS,
    summary="Tell me no more of clearance lists",
    status_code=204,
    scopes=(Scope.NOTIFICATIONS_WRITE,),
)
def unfollow_clearance(db: NamedDependency[Database], principal: NamedDependency[Principal]) -> None:
    """Ends the messages. Twice does no harm."""
    with db.transaction() as session:
        clearance_follows.end(session, principal)
