"""Page of everybody who bought of a lot, for its seller and for operators."""

from typing import Annotated, Any

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Stream, Template
from litestar.types import ControllerRouterHandler

from agrimarket.http.downloads import Format
from agrimarket.http.handlers import page
from agrimarket.http.pages import render_page
from agrimarket.http.params import Cursor
from agrimarket.kernel.addresses import SOLD, path_of
from agrimarket.kernel.db import Database
from agrimarket.kernel.i18n import t
from agrimarket.kernel.ids import short_number
from agrimarket.kernel.principal import Principal, Role
from agrimarket.kernel.quantity import Weight
from agrimarket.kernel.resources import LotId, reference
from agrimarket.orders.pages import sides
from agrimarket.orders.pages.sides import AnyRequest
from agrimarket.orders.routes.traces import LINES, file_of
from agrimarket.orders.service import recalls, traces
from agrimarket.orders.types import TraceLine, TraceSort
from agrimarket.regions.service import places

SHOWN = 50


@page("/lots/{lot_id:str}/trace")
def show(
    request: AnyRequest,
    lot_id: FromPath[LotId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
    cursor: Cursor = None,
) -> Template:
    """Every line of the lot with its order and buyer, files of all of them, and recalls of it."""
    window = LINES.window(cursor, SHOWN)
    with db.transaction() as session:
        found = traces.page(session, principal, lot_id, window.after, window.rows)
        recalled = recalls.page(session, principal, None, 20, lot_id)
        shown, following = window.cut(found)
        names = places.called(session, {line.region_code for line in shown}, language)
    path = f"/lots/{reference('lot', lot_id)}/trace"
    return render_page(
        request,
        "traces.html",
        visitor=principal,
        title=t("trace.one", language, number=short_number(lot_id)),
        path=path,
        rows=[_row(line, names, language) for line in shown],
        sorts=[(sort.value, t(f"trace.sort.{sort}", language)) for sort in TraceSort],
        recalls=[(f"/recalls/{reference('recall', row.id)}", row) for row in recalled],
        drill=f"/desk/recalls?lot={reference('lot', lot_id)}" if principal.has(Role.OPERATOR) else "",
        more=f"{path}?cursor={following}" if following else "",
    )


def _row(line: TraceLine, names: dict[str, str], language: str) -> dict[str, Any]:
    return {
        "href": path_of(SOLD, line.order_id),
        "words": sides.title(SOLD, line.order_id, language),
        "line": line,
        "address": traces.address(line),
        "place": names.get(line.region_code, line.region_code),
        "weight": Weight(line.ordered_grams if line.packed_grams is None else line.packed_grams),
    }


@page("/lots/{lot_id:str}/trace/file")
def file(
    lot_id: FromPath[LotId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
    sort: Annotated[TraceSort, QueryParameter()] = TraceSort.LINE,
    format: FromQuery[Format] = "csv",
) -> Stream:
    """All of it as a file, sorted."""
    return file_of(db, principal, lot_id, sort, format, language)


HANDLERS: list[ControllerRouterHandler] = [show, file]
