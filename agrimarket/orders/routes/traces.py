"""Traces of a lot over HTTP."""

from typing import Annotated
from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Stream
from litestar.types import ControllerRouterHandler

from agrimarket.http.downloads import FILE, MEDIA_TYPES, Format, named
from agrimarket.http.handlers import get
from agrimarket.http.params import Cursor, Limit
from agrimarket.kernel import ratelimit
from agrimarket.kernel.db import Database
from agrimarket.kernel.paging import Page, Paging, by_id
from agrimarket.kernel.principal import Principal, Scope
from agrimarket.kernel.resources import LotId, reference
from agrimarket.orders.schemas.traces import TraceLineOut
from agrimarket.orders.service import traces
from agrimarket.orders.types import TraceLine, TraceSort

TAGS = ["orders"]
TRACES = "30/hour"
LINES: Paging[TraceLine, UUID] = by_id("orl", lambda line: line.line_id)
Sort = Annotated[TraceSort, QueryParameter(description="Order of the rows.")]


@get("/lots/{lot_id:str}/trace", tags=TAGS, summary="Who bought of a lot", scopes=(Scope.ORDERS_READ,))
def read_trace(
    lot_id: FromPath[LotId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[TraceLineOut]:
    """Every line of the lot with its order and buyer, for its seller and operators; each look is audited."""
    window = LINES.window(cursor, limit)
    with db.transaction() as session:
        found = traces.page(session, principal, lot_id, window.after, window.rows)
    return window.page(found, TraceLineOut.of)


def file_of(
    db: Database, principal: Principal, lot_id: UUID, sort: TraceSort, file_format: Format, language: str
) -> Stream:
    """The whole trace, sent while it is read."""
    ratelimit.hit(TRACES, "traces", str(principal.person_id))
    with db.transaction() as session:
        traces.look(session, principal, lot_id, file_format)
    content = traces.stream(db, principal, lot_id, sort, file_format, language)
    return Stream(content, **named(f"trace-{reference('lot', lot_id)}", file_format))


@get(
    "/lots/{lot_id:str}/trace.csv",
    tags=TAGS,
    summary="Who bought of a lot, as CSV",
    media_type=MEDIA_TYPES["csv"],
    gives=FILE,
    scopes=(Scope.ORDERS_READ,),
)
def read_trace_csv(
    lot_id: FromPath[LotId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
    sort: Sort = TraceSort.LINE,
) -> Stream:
    """All of it, of any length, sorted; sent while it is read."""
    return file_of(db, principal, lot_id, sort, "csv", language)


@get(
    "/lots/{lot_id:str}/trace.xlsx",
    tags=TAGS,
    summary="Who bought of a lot, as XLSX",
    media_type=MEDIA_TYPES["xlsx"],
    gives=FILE,
    scopes=(Scope.ORDERS_READ,),
)
def read_trace_xlsx(
    lot_id: FromPath[LotId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
    sort: Sort = TraceSort.LINE,
) -> Stream:
    """The same as a workbook; a worksheet ends after 1,048,576 rows."""
    return file_of(db, principal, lot_id, sort, "xlsx", language)


HANDLERS: list[ControllerRouterHandler] = [read_trace, read_trace_csv, read_trace_xlsx]
