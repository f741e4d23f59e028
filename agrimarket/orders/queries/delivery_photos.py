"""SELECTs of photos that show that an order has arrived."""

from uuid import UUID

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from agrimarket.orders.models.seller_orders import SellerOrder
from agrimarket.orders.models.shipments import DeliveryPhoto


def count(session: Session, order_id: UUID) -> int:
    """How many photos an order has; the caller has locked it."""
    return session.exec(select(func.count()).where(col(DeliveryPhoto.seller_order_id) == order_id)).one()


def key(session: Session, photo_id: UUID, party: ColumnElement[bool]) -> str | None:
    """The photo's key in storage, if `party` holds for its order; None otherwise."""
    statement = (
        select(DeliveryPhoto.key)
        .join(SellerOrder, col(SellerOrder.id) == DeliveryPhoto.seller_order_id)
        .where(col(DeliveryPhoto.id) == photo_id, party)
    )
    return session.exec(statement).one_or_none()
