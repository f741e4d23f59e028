"""Shipments on their way: held at checkpoints, under way again, failed, returned."""

from uuid import UUID

from sqlmodel import Session

from agrimarket.kernel import outbox, states
from agrimarket.kernel.principal import Principal
from agrimarket.orders.events import ShipmentChanged
from agrimarket.orders.queries import alerts
from agrimarket.orders.queries import shipments as queries
from agrimarket.orders.queries.seller_orders import sold_by
from agrimarket.orders.service import seller_orders
from agrimarket.orders.states import SHIPMENT_TRANSITIONS, AlertKind, SellerOrderState, ShipmentState
from agrimarket.orders.types import OrderView
from agrimarket.regions.errors import DeliveryRestricted
from agrimarket.regions.service import serviceability
from agrimarket.regions.types.restrictions import Verdict
from agrimarket.regions.types.serviceability import Mode

_ALARMING = frozenset({ShipmentState.FAILED, ShipmentState.RETURNED})


def closed_on_the_way(session: Session, view: OrderView) -> DeliveryRestricted | None:
    """Why an order could not be sent at this moment, as `seller_orders.dispatch` would refuse it; None where it could.

    One statement.
    """
    group, origin = view.group, view.order.origin_region
    street = view.address.street if view.address else ""
    found = serviceability.between(
        session, origin, group.region_code, group.community, mode=Mode(group.mode), street=street
    )
    return None if found.verdict is Verdict.OPEN else serviceability.refusal(found, group.region_code, group.community)


def move(
    session: Session,
    seller: Principal,
    order_id: UUID,
    state: ShipmentState,
    *,
    place: str | None = None,
    note: str | None = None,
) -> None:
    """Record that a shipment is held at a checkpoint, under way again, failed or returned; both sides are told.

    The order stays dispatched. A failed or returned shipment opens an alert for operators, who can cancel the order.
    """
    order, locked = seller_orders.lock(session, order_id, sold_by(seller))
    if order.state != SellerOrderState.DISPATCHED:
        raise states.IllegalTransition.between(order.state, state)
    shipment = queries.of_order(session, order.id)
    states.move(shipment, state, SHIPMENT_TRANSITIONS)
    shipment.held_place = place if state == ShipmentState.HELD_AT_CHECKPOINT else None
    shipment.note, shipment.changed_at = note, locked.now
    if state in _ALARMING:
        alerts.open_on(session, order.id, AlertKind.SHIPMENT_FAILED, {"state": state.value, "note": note})
    outbox.record(session, ShipmentChanged.about(order, state=state.value, place=place))
