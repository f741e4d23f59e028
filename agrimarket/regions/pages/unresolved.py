"""The desk of names that no region was found for: an operator says once what is meant, and it holds for ever."""

from collections.abc import Mapping
from typing import Annotated, Any

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler

from agrimarket.http.formdata import Fields, texts
from agrimarket.http.handlers import form, page
from agrimarket.http.pages import render_page, see_other
from agrimarket.http.request import read_fields
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.principal import Principal
from agrimarket.regions.schemas.unresolved import NameMeantIn
from agrimarket.regions.service import places, unresolved

AnyRequest = Request[Any, Any, Any]
HOME = "/desk/names"
SHOWN = 100


def show(
    request: AnyRequest,
    db: Database,
    operator: Principal,
    *,
    moved: int | None = None,
    refusal: DomainError | None = None,
    data: Mapping[str, Any] | None = None,
) -> Template:
    """The names, those in force first, and the form about the one at hand."""
    typed = texts(data or {})
    with db.reading() as session:
        names = unresolved.names(session)
    return render_page(
        request,
        "unresolved.html",
        visitor=operator,
        refusal=refusal,
        names=names[:SHOWN],
        total=len(names),
        item=typed.get("stated") or (names[0].stated if names else ""),
        moved=moved,
        typed=typed,
    )


@page(HOME)
def queue(
    request: AnyRequest,
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    stated: Annotated[str, QueryParameter(max_length=400)] = "",
    moved: Annotated[int | None, QueryParameter(ge=0, le=10_000_000)] = None,
) -> Template:
    """Names that no region was found for; `stated` is at hand, or the first."""
    return show(request, db, operator, moved=moved, data={"stated": stated})


@form(HOME, again=show)
def answer(
    request: AnyRequest, data: Fields, db: NamedDependency[Database], operator: NamedDependency[Principal]
) -> Redirect:
    """Say which region is meant; it holds for every notice, past and to come."""
    said = read_fields(NameMeantIn, data, "stated", "region")
    with db.transaction() as session:
        code = places.pointed(session, said.region, "/region").code
        moved = unresolved.answer(session, said.stated, code, by=operator.person_id)
    return see_other(f"{HOME}?moved={moved}")


HANDLERS: list[ControllerRouterHandler] = [queue, answer]
