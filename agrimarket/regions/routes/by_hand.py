"""JSON handlers of restrictions by hand."""

from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from agrimarket.http.handlers import get, post
from agrimarket.http.params import Cursor, Limit
from agrimarket.kernel.db import Database
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.paging import Page, Paging, by_id
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import HandRestrictionId
from agrimarket.regions.schemas.by_hand import HandEndIn, HandRestrictionIn, HandRestrictionOut
from agrimarket.regions.service import by_hand
from agrimarket.regions.types.by_hand import ByHand

TAGS = ["regions"]
NEWEST: Paging[ByHand, UUID] = by_id("hnd")


@get("/restrictions/by-hand", tags=TAGS, summary="Restrictions by hand, newest first")
def list_by_hand(
    db: NamedDependency[Database], operator: NamedDependency[Principal], cursor: Cursor = None, limit: Limit = 20
) -> Page[HandRestrictionOut]:
    """For operators: what the desk closed on its own word, also what has ended."""
    window = NEWEST.window(cursor, limit)
    with db.reading() as session:
        found = by_hand.listed(session, operator, before=window.after, limit=window.rows)
    return window.page(found, HandRestrictionOut.of)


@post("/restrictions/by-hand", tags=TAGS, summary="Restrict a region by hand", statuses=(404,))
def restrict_by_hand(
    data: JSONBody[HandRestrictionIn],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> HandRestrictionOut:
    """For operators, with a source. No notice takes it away: it is ended by hand, or at its own end."""
    with db.transaction() as session:
        return idempotency.run(
            session,
            HandRestrictionOut,
            lambda: HandRestrictionOut.of(by_hand.restrict(session, operator, data.asked())),
        )


@post(
    "/restrictions/by-hand/{hand_restriction_id:str}/end",
    tags=TAGS,
    summary="End a restriction by hand",
    status_code=200,
)
def end_by_hand(
    hand_restriction_id: FromPath[HandRestrictionId],
    data: JSONBody[HandEndIn],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> HandRestrictionOut:
    """For operators: ends it now, for a reason. It stays in the history."""
    with db.transaction() as session:
        return HandRestrictionOut.of(by_hand.end(session, operator, hand_restriction_id, data.reason))


HANDLERS: list[ControllerRouterHandler] = [list_by_hand, restrict_by_hand, end_by_hand]
