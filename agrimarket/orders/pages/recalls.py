"""The operators' page of recalls and drills."""

from collections.abc import Mapping
from typing import Annotated, Any

from litestar.di import NamedDependency
from litestar.params import QueryParameter
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler

from agrimarket.http.formdata import Fields, texts
from agrimarket.http.handlers import form, page
from agrimarket.http.pages import render_page, see_other
from agrimarket.http.params import Cursor
from agrimarket.http.request import read_fields
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError, NotFound
from agrimarket.kernel.ids import parse
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import PREFIXES, reference
from agrimarket.orders.pages.sides import AnyRequest
from agrimarket.orders.routes.recalls import RECALLS
from agrimarket.orders.schemas.recalls import DrillIn, RecallOut
from agrimarket.orders.service import recalls

HOME = "/desk/recalls"
SHOWN = 30


def show(
    request: AnyRequest,
    db: Database,
    operator: Principal,
    data: Mapping[str, Any],
    refusal: DomainError | None = None,
    cursor: str | None = None,
) -> Template:
    """The history of recalls and drills, and the form of a new drill."""
    window = RECALLS.window(cursor, SHOWN)
    with db.reading() as session:
        shown, following = window.cut(recalls.page(session, operator, window.after, window.rows))
    return render_page(
        request,
        "recalls.html",
        visitor=operator,
        refusal=refusal,
        refused_as=422 if refusal else None,
        home=HOME,
        typed=texts(data),
        rows=[(f"/recalls/{reference('recall', row.id)}", RecallOut.of(row)) for row in shown],
        more=f"{HOME}?cursor={following}" if following else "",
    )


@page(HOME)
def history(
    request: AnyRequest,
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    lot: Annotated[str, QueryParameter(max_length=40)] = "",
    cursor: Cursor = None,
) -> Template:
    """Recalls and drills, newest first."""
    return show(request, db, operator, {"lot": lot}, cursor=cursor)


@form(HOME, again=show)
def drill(
    request: AnyRequest, data: Fields, db: NamedDependency[Database], operator: NamedDependency[Principal]
) -> Redirect:
    """Practise the recall of a lot; leads to what became known."""
    given = texts(data)
    reason = read_fields(DrillIn, data, "reason").reason
    try:
        lot_id = parse(PREFIXES["lot"], given.get("lot", "").strip())
        with db.transaction() as session:
            row = recalls.drill(session, operator, lot_id, reason, told=given.get("told") == "yes")
    except NotFound as error:
        raise NotFound(pointer="/lot") from error
    return see_other(f"/recalls/{reference('recall', row.id)}")


HANDLERS: list[ControllerRouterHandler] = [history, drill]
