"""SELECTs of order groups, and locks of all their seller orders."""

from uuid import UUID

from sqlmodel import Session, col, select

from agrimarket.kernel.principal import Principal, Role
from agrimarket.orders.models.order_groups import OrderGroup
from agrimarket.orders.models.seller_orders import SellerOrder
from agrimarket.orders.queries import seller_orders
from agrimarket.orders.queries.seller_orders import LockedOrders


def find(session: Session, group_id: UUID) -> OrderGroup:
    """The row of an order group that exists."""
    return session.exec(select(OrderGroup).where(col(OrderGroup.id) == group_id)).one()


def page(session: Session, buyer: Principal, before: UUID | None, limit: int) -> list[UUID]:
    """Ids of the order groups that this person bought, or of all for an operator, newest first."""
    statement = select(OrderGroup.id).order_by(col(OrderGroup.id).desc()).limit(limit)
    if not buyer.has(Role.OPERATOR):
        statement = statement.where(col(OrderGroup.buyer_id) == buyer.buyer_id)
    if before is not None:
        statement = statement.where(col(OrderGroup.id) < before)
    return list(session.exec(statement))


def lock(session: Session, group_id: UUID) -> LockedOrders:
    """Lock every seller order of an order group."""
    return seller_orders.locked(session, col(SellerOrder.group_id) == group_id)
