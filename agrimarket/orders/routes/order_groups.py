"""Order groups over HTTP. Anybody but their parties and operators gets 404."""

from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import FromPath

from agrimarket.http.handlers import get
from agrimarket.http.params import Cursor, Limit
from agrimarket.kernel.db import Database
from agrimarket.kernel.paging import Page, Paging, by_id
from agrimarket.kernel.principal import Principal, Scope
from agrimarket.kernel.resources import GroupId
from agrimarket.orders.schemas.order_groups import OrderGroupOut
from agrimarket.orders.service import order_groups
from agrimarket.orders.types import GroupView

TAGS = ["orders"]
GROUPS: Paging[GroupView, UUID] = by_id("grp", lambda view: view.group.id)


@get("/order-groups", tags=TAGS, summary="My purchases, the newest first", scopes=(Scope.PURCHASES_READ,))
def list_groups(
    db: NamedDependency[Database], principal: NamedDependency[Principal], cursor: Cursor = None, limit: Limit = 20
) -> Page[OrderGroupOut]:
    """Purchases of the buyer; an operator sees all."""
    window = GROUPS.window(cursor, limit)
    with db.reading() as session:
        found = order_groups.page(session, principal, window.after, window.rows)
    return window.page(found, OrderGroupOut.of)


@get("/order-groups/{group_id:str}", tags=TAGS, summary="A purchase", scopes=(Scope.PURCHASES_READ,))
def read_group(
    group_id: FromPath[GroupId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
) -> OrderGroupOut:
    """The purchase with its seller orders, lines and shipments; while it waits for its payment, what is closed now."""
    with db.reading() as session:
        return OrderGroupOut.of(order_groups.view(session, principal, group_id), language)
