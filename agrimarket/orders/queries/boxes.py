"""SELECTs of boxes, and what takes them away again."""

from collections.abc import Collection
from uuid import UUID

from sqlmodel import Session, col, delete, select

from agrimarket.orders.models.boxes import Box
from agrimarket.orders.queries.seller_orders import FRESH


def of_orders(session: Session, order_ids: Collection[UUID]) -> list[Box]:
    """The boxes of these orders, sorted by order and number, those that stay behind too."""
    statement = select(Box).where(col(Box.seller_order_id).in_(order_ids))
    ordered = statement.order_by(col(Box.seller_order_id), col(Box.number))
    return list(session.exec(ordered.execution_options(**FRESH)))


def forget(session: Session, order_id: UUID) -> None:
    """Delete the boxes of an order that the caller has locked."""
    session.connection().execute(delete(Box).where(col(Box.seller_order_id) == order_id))
