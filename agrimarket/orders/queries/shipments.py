"""SELECT of shipments."""

from uuid import UUID

from sqlmodel import Session, col, select

from agrimarket.orders.models.shipments import Shipment
from agrimarket.orders.queries.seller_orders import FRESH


def of_order(session: Session, order_id: UUID) -> Shipment:
    """The shipment of a seller order that was accepted; the caller has locked the order."""
    statement = select(Shipment).where(col(Shipment.seller_order_id) == order_id)
    return session.exec(statement.execution_options(**FRESH)).one()
