"""Who was reached about a recall, over HTTP."""

from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import FromPath

from agrimarket.http.handlers import get
from agrimarket.http.params import Cursor, Limit
from agrimarket.kernel.db import Database
from agrimarket.kernel.paging import Page, Paging, by_id
from agrimarket.kernel.principal import Principal, Scope
from agrimarket.kernel.resources import RecallId
from agrimarket.notifications.schemas.recalls import ReachedOut
from agrimarket.notifications.service import recalls
from agrimarket.notifications.service.recalls import Reached

REACHED: Paging[Reached, UUID] = by_id("buy", lambda each: each.buyer.buyer_id)


@get(
    "/recalls/{recall_id:str}/buyers",
    tags=["orders"],
    summary="Who was reached about a recall",
    scopes=(Scope.ORDERS_READ,),
)
def list_reached(
    recall_id: FromPath[RecallId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ReachedOut]:
    """Each buyer of the lot once: how they can be reached, and whether the message was sent, failed or was read."""
    window = REACHED.window(cursor, limit)
    with db.reading() as session:
        found = recalls.page(session, principal, recall_id, window.after, window.rows)
    return window.page(found, ReachedOut.of)
