"""The desk of rumours: left those that wait, the most reported first; right one, with what is in force there.

An operator sees what readers will see before it is published. What was published is superseded, never changed.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler

from agrimarket.http.formdata import Fields, texts
from agrimarket.http.handlers import form, page
from agrimarket.http.pages import render_page, see_other
from agrimarket.http.request import read_fields
from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.keeping import Kept
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import RumourId, reference
from agrimarket.regions.pages.rumours import TONES, path_of
from agrimarket.regions.schemas.rumours import AsideIn, RebuttalIn
from agrimarket.regions.service import overview, rumour_desk, rumours
from agrimarket.regions.service.overview import Asked
from agrimarket.regions.types.rumours import Finding, RebuttalInfo, RumourInfo

AnyRequest = Request[Any, Any, Any]
HOME = "/desk/rumours"
FIELDS = ("verdict", "why", "authority", "source_url", "supersedes")


def show(
    request: AnyRequest,
    db: Database,
    operator: Principal,
    kept: Kept,
    rumour_id: UUID | None = None,
    *,
    refusal: DomainError | None = None,
    data: Mapping[str, Any] | None = None,
    preview: RebuttalIn | None = None,
) -> Template:
    """The desk; `rumour_id` is selected, or the first that waits. With a `preview` as readers will see it."""
    with db.reading() as session:
        waiting = rumour_desk.unanswered(session, operator)
        recent = rumours.published(session, limit=10)
        chosen = rumour_desk.at_desk(session, operator, rumour_id) if rumour_id else next(iter(waiting), None)
        region = chosen.region_code if chosen else None
        facts = overview.of(session, kept, Asked(region, limit=1)) if region else None
        now = clock.read(session) if preview else None
    word = (
        preview
        and now
        and RebuttalInfo(UUID(int=0), preview.verdict, preview.why, preview.authority, preview.source_url, now)
    )
    return render_page(
        request,
        "rumour_desk.html",
        visitor=operator,
        refusal=refusal,
        waiting=[_row(each) for each in waiting],
        recent=[_row(each) for each in recent],
        item=_row(chosen) if chosen else None,
        facts=facts,
        preview=word,
        verdicts=[verdict.value for verdict in Finding],
        tones=TONES,
        typed=texts(data or {}),
    )


def _row(rumour: RumourInfo) -> dict[str, Any]:
    href = f"{HOME}/{reference('rumour', rumour.id)}"
    holds = reference("rebuttal", rumour.current.id) if rumour.current else ""
    return {"rumour": rumour, "word": rumour.current, "href": href, "path": path_of(rumour.id), "supersedes": holds}


@page(HOME)
def queue(
    request: AnyRequest,
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    kept: NamedDependency[Kept],
) -> Template:
    """What waits for a word, the most reported first."""
    return show(request, db, operator, kept)


@page(f"{HOME}/{{rumour_id:str}}")
def selected(
    request: AnyRequest,
    rumour_id: FromPath[RumourId],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    kept: NamedDependency[Kept],
) -> Template:
    """One of them beside the others."""
    return show(request, db, operator, kept, rumour_id)


@form(f"{HOME}/{{rumour_id:str}}/publish", again=show)
def publish(
    request: AnyRequest,
    rumour_id: FromPath[RumourId],
    data: Fields,
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    kept: NamedDependency[Kept],
) -> Response[Any]:
    """Publish a word; before that, show it as readers will see it."""
    said = read_fields(RebuttalIn, data, *FIELDS)
    if texts(data).get("act") != "publish":
        return show(request, db, operator, kept, rumour_id, data=data, preview=said)
    with db.transaction() as session:
        rumour_desk.publish(session, operator, rumour_id, said.word())
    return see_other(f"{HOME}/{reference('rumour', rumour_id)}#at-hand")


@form(f"{HOME}/{{rumour_id:str}}/set-aside", again=show)
def set_aside(
    request: AnyRequest,
    rumour_id: FromPath[RumourId],
    data: Fields,
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    kept: NamedDependency[Kept],
) -> Redirect:
    """Say nothing about it, for a reason."""
    why = read_fields(AsideIn, data, "reason")
    with db.transaction() as session:
        rumour_desk.set_aside(session, operator, rumour_id, why.reason)
    return see_other(HOME)


HANDLERS: list[ControllerRouterHandler] = [queue, selected, publish, set_aside]
