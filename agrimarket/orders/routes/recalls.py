"""Recalls and drills over HTTP."""

from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from agrimarket.http.handlers import get, post
from agrimarket.http.params import Cursor, Limit
from agrimarket.kernel.db import Database
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.paging import Page, Paging, by_id
from agrimarket.kernel.principal import Principal, Scope
from agrimarket.kernel.resources import LotId, RecallId
from agrimarket.orders.models.recalls import RecallDrill
from agrimarket.orders.schemas.recalls import DrillIn, RecallOut
from agrimarket.orders.service import recalls

TAGS = ["orders"]
RECALLS: Paging[RecallDrill, UUID] = by_id("rcl")


@get("/recalls", tags=TAGS, summary="Recalls, newest first", scopes=(Scope.ORDERS_READ,))
def list_recalls(
    db: NamedDependency[Database], principal: NamedDependency[Principal], cursor: Cursor = None, limit: Limit = 20
) -> Page[RecallOut]:
    """Recalls of the seller's lots; an operator sees everybody's, and the drills."""
    window = RECALLS.window(cursor, limit)
    with db.reading() as session:
        found = recalls.page(session, principal, window.after, window.rows)
    return window.page(found, RecallOut.of)


@get("/recalls/{recall_id:str}", tags=TAGS, summary="A recall or a drill", scopes=(Scope.ORDERS_READ,))
def read_recall(
    recall_id: FromPath[RecallId], db: NamedDependency[Database], principal: NamedDependency[Principal]
) -> RecallOut:
    """A recall, for the lot's seller and operators; drills are operators' alone."""
    with db.reading() as session:
        return RecallOut.of(recalls.one(session, principal, recall_id))


@post("/lots/{lot_id:str}/recall-drill", tags=TAGS, summary="Practise the recall of a lot")
def drill_recall(
    lot_id: FromPath[LotId],
    data: JSONBody[DrillIn],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> RecallOut:
    """Lists everybody who bought of a lot, and measures how long that takes. No stock, listing or order changes."""
    with db.transaction() as session:
        return idempotency.run(
            session,
            RecallOut,
            lambda: RecallOut.of(recalls.drill(session, operator, lot_id, data.reason, told=data.told)),
        )


HANDLERS: list[ControllerRouterHandler] = [list_recalls, read_recall, drill_recall]
