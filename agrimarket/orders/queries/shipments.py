"""SELECTs of shipments, and of vehicles that are on their way under a transport pass."""

from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, select

from agrimarket.orders.models.shipments import Shipment
from agrimarket.orders.queries.seller_orders import FRESH


def of_order(session: Session, order_id: UUID) -> Shipment:
    """The shipment of a seller order that was accepted; the caller has locked the order."""
    statement = select(Shipment).where(col(Shipment.seller_order_id) == order_id)
    return session.exec(statement.execution_options(**FRESH)).one()


def other_vehicle(session: Session, number: str, plate: str) -> str | None:
    """Plate of another vehicle that is on its way under the pass of that number; None if there is none.

    Nobody else gets an answer about that pass until the transaction ends, so that two vehicles cannot both leave.
    """
    session.connection().execute(_TURN, {"number": number})
    return session.connection().execute(_OTHER_VEHICLE, {"number": number, "plate": plate}).scalar_one_or_none()


_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended('transport pass ' || :number, 0))")
_OTHER_VEHICLE = text("""
    SELECT s.vehicle_plate FROM transport_pass AS p JOIN shipment AS s ON s.id = p.shipment_id
    WHERE p.number = :number AND s.state IN ('in_transit', 'held_at_checkpoint') AND s.vehicle_plate <> :plate
    ORDER BY s.id LIMIT 1
""")
