"""JSON handlers of rumours."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar.di import NamedDependency
from litestar.openapi.spec import Example
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from agrimarket.http.handlers import get, post
from agrimarket.http.params import CODE, Cursor, Limit
from agrimarket.kernel import ids, ratelimit
from agrimarket.kernel.db import Database
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.paging import Page, Paging, moment
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import RumourId, reference
from agrimarket.regions.schemas.rumours import AsideIn, RebuttalIn, ReportedOut, RumourIn, RumourOut
from agrimarket.regions.service import rumour_desk, rumours
from agrimarket.regions.types.rumours import RumourInfo

TAGS = ["regions"]


def _keys(row: RumourInfo) -> list[str]:
    word = row.words[0]
    return [word.at.isoformat(), reference("rebuttal", word.id)]


def _position(keys: Sequence[str]) -> tuple[datetime, UUID]:
    at, rebuttal_id = keys
    return moment(at), ids.decode("reb", rebuttal_id)


PUBLISHED: Paging[RumourInfo, tuple[datetime, UUID]] = Paging("rumours", _keys, _position)


@get("/rumours", tags=TAGS, summary="What is said, and what an authority says of it")
def list_rumours(
    db: NamedDependency[Database],
    q: Annotated[str, QueryParameter(max_length=100, description="Words in it, or in what is said of it.")] = "",
    region: Annotated[
        str | None,
        QueryParameter(
            max_length=6,
            pattern=CODE,
            examples=[Example(value="420102")],
            description="Those of a region, of what it lies in, and of everywhere.",
        ),
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[RumourOut]:
    """Rumours about which something is published, each with the word that holds, the newest first."""
    window = PUBLISHED.window(cursor, limit)
    with db.reading() as session:
        found = rumours.published(session, q, region or "", before=window.after, limit=window.rows)
    return window.page(found, RumourOut.of)


@get("/rumours/unanswered", tags=TAGS, summary="Rumours that wait for a word")
def list_unanswered(db: NamedDependency[Database], operator: NamedDependency[Principal]) -> Page[RumourOut]:
    """For operators: what readers reported and nothing is published about, the most reported first."""
    with db.reading() as session:
        return Page[RumourOut](items=[RumourOut.of(each) for each in rumour_desk.unanswered(session, operator)])


@get("/rumours/{rumour_id:str}", tags=TAGS, summary="A rumour, with all that was published about it")
def read_rumour(rumour_id: FromPath[RumourId], db: NamedDependency[Database]) -> RumourOut:
    """404 until something is published about it. What was superseded stays to be read."""
    with db.reading() as session:
        return RumourOut.of(rumours.read(session, rumour_id))


@post("/rumours", tags=TAGS, summary="Report a rumour")
def report_rumour(
    data: JSONBody[RumourIn],
    db: NamedDependency[Database],
    network: NamedDependency[str],
    idempotency: NamedDependency[Idempotency],
) -> ReportedOut:
    """Without an account, ten an hour from one network. The same words of the same region are one rumour."""
    ratelimit.hit(rumours.LIMIT, "rumours", network)

    with db.transaction() as session:
        return idempotency.run(
            session, ReportedOut, lambda: ReportedOut.of(rumours.report(session, data.said, data.region_code))
        )


@post("/rumours/{rumour_id:str}/rebuttals", tags=TAGS, summary="Publish a word about a rumour")
def publish_rebuttal(
    rumour_id: FromPath[RumourId],
    data: JSONBody[RebuttalIn],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> RumourOut:
    """For operators. It takes the place of the word that holds, which stays to be read; nothing is ever deleted."""
    with db.transaction() as session:
        return idempotency.run(
            session, RumourOut, lambda: RumourOut.of(rumour_desk.publish(session, operator, rumour_id, data.word()))
        )


@post("/rumours/{rumour_id:str}/set-aside", tags=TAGS, summary="Say nothing about a rumour", status_code=204)
def set_rumour_aside(
    rumour_id: FromPath[RumourId],
    data: JSONBody[AsideIn],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> None:
    """For operators: takes it from the queue, for a reason. It is still counted when it is reported again."""
    with db.transaction() as session:
        rumour_desk.set_aside(session, operator, rumour_id, data.reason)


HANDLERS: list[ControllerRouterHandler] = [
    list_rumours,
    list_unanswered,
    read_rumour,
    report_rumour,
    publish_rebuttal,
    set_rumour_aside,
]
