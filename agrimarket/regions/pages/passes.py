"""The operators' desk of transport passes: which regions ask for one; one more is written down, or one is ended."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler

from agrimarket.http.formdata import Fields, texts
from agrimarket.http.handlers import form, page
from agrimarket.http.pages import render_page, see_other
from agrimarket.http.params import Cursor
from agrimarket.http.request import read_fields
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import PassRequirementId, reference
from agrimarket.regions.routes.passes import REQUIREMENTS
from agrimarket.regions.schemas.passes import PassRequirementEndIn, PassRequirementIn
from agrimarket.regions.service import passes, places

HOME = "/desk/passes"
SHOWN = 30
_FIELDS = ("region_code", "since", "source", "issued_by", "apply_at")


def show(
    request: Request[Any, Any, Any],
    db: Database,
    operator: Principal,
    requirement_id: UUID | None = None,
    *,
    cursor: str | None = None,
    refusal: DomainError | None = None,
    data: Mapping[str, Any] | None = None,
) -> Template:
    """The desk; after a `refusal` with its sentence and what was typed, for `requirement_id` or for a new one."""
    window = REQUIREMENTS.window(cursor, SHOWN)
    with db.reading() as session:
        shown, following = window.cut(passes.page(session, window.after, window.rows))
    return render_page(
        request,
        "passes.html",
        visitor=operator,
        refusal=refusal,
        typed=texts(data or {}),
        rows=[(f"{HOME}/{reference('pass_requirement', each.id)}", each) for each in shown],
        refused=f"{HOME}/{reference('pass_requirement', requirement_id)}" if requirement_id else "",
        more=f"{HOME}?cursor={following}" if following else "",
    )


@page(HOME)
def desk(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    cursor: Cursor = None,
) -> Template:
    """Regions that ask for a pass, the newest first."""
    return show(request, db, operator, cursor=cursor)


@form(HOME, again=show)
def add(
    request: Request[Any, Any, Any],
    data: Fields,
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Redirect:
    """Write down that a region asks for passes."""
    typed = texts(data).get("region_code", "").strip()
    with db.transaction() as session:
        code = places.pointed(session, typed, "/region_code").code if typed else ""
        new = read_fields(PassRequirementIn, {**data, "region_code": code}, *_FIELDS)
        passes.add(session, operator, new.requirement())
    return see_other(HOME)


@form(f"{HOME}/{{requirement_id:str}}/end", again=show)
def end(
    request: Request[Any, Any, Any],
    requirement_id: FromPath[PassRequirementId],
    data: Fields,
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Redirect:
    """Write down from which day on a region asks for none."""
    until = read_fields(PassRequirementEndIn, data, "until").until
    with db.transaction() as session:
        passes.end(session, operator, requirement_id, until)
    return see_other(HOME)


HANDLERS: list[ControllerRouterHandler] = [desk, add, end]
