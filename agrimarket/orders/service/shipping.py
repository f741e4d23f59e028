"""Shipments on their way: checkpoints, failures, and what a new restriction means for open orders."""

from collections.abc import Collection
from uuid import UUID

from sqlmodel import Session

from agrimarket.kernel import clock, states
from agrimarket.kernel.errors import NotFound
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.principal import Principal
from agrimarket.orders import queries
from agrimarket.orders.events import OrderRestricted, ShipmentChanged
from agrimarket.orders.models import OrderAlert
from agrimarket.orders.service.fulfilment import lock
from agrimarket.orders.service.reading import as_seller
from agrimarket.orders.service.telling import tell
from agrimarket.orders.states import SHIPMENT, AlertKind, SellerOrderState, ShipmentState
from agrimarket.regions.service import serviceability
from agrimarket.regions.types import Verdict

_ALARMING = frozenset({ShipmentState.FAILED, ShipmentState.RETURNED})


def move_shipment(
    session: Session,
    seller: Principal,
    order_id: UUID,
    state: ShipmentState,
    *,
    place: str | None = None,
    note: str | None = None,
) -> None:
    """Say that a shipment is held at a checkpoint, goes on, failed or came back; both sides are told.

    The order stays dispatched. One that failed or came back is put before an operator, who calls the order off or
    has it sent again.
    """
    order, locked = lock(session, order_id, as_seller(seller))
    if order.state != SellerOrderState.DISPATCHED:
        raise states.IllegalTransition.between(order.state, state)
    shipment = queries.shipment(session, order.id)
    states.move(shipment, state, SHIPMENT)
    shipment.held_place = place if state == ShipmentState.HELD_AT_CHECKPOINT else None
    shipment.note, shipment.changed_at = note, locked.now
    if state in _ALARMING:
        queries.open_alert(session, new_id(), order.id, AlertKind.SHIPMENT_FAILED, {"state": state.value, "note": note})
    tell(session, ShipmentChanged, order, state=state.value, place=place)


def reconsider(session: Session, codes: Collection[str], bulletin_number: str) -> int:
    """Look again at every open order from or to these regions; how many were put before an operator.

    Nothing is cancelled (invariant 12): an order that cannot be delivered as things stand gets an alert, and both
    sides are told, once. An alert whose way is free again is closed.
    """
    judged: dict[tuple[str, str, str | None], Verdict] = {}
    raised = 0
    for order, group in queries.orders_touching(session, codes):
        way = (order.origin_region, group.region_code, group.community)
        if way not in judged:
            judged[way] = serviceability.between(session, *way).verdict
        if judged[way] is Verdict.OPEN:
            queries.close_alert(session, order.id, AlertKind.RESTRICTED, f"open again by notice {bulletin_number}")
            continue
        alert_id = new_id()
        facts = {"bulletin_number": bulletin_number, "verdict": judged[way].value}
        if queries.open_alert(session, alert_id, order.id, AlertKind.RESTRICTED, facts):
            tell(session, OrderRestricted, order, alert_id=alert_id, bulletin_number=bulletin_number)
            raised += 1
    return raised


def recall(session: Session, lot_id: UUID, reason: str) -> int:
    """A lot was taken back: put every open order of it before an operator; how many."""
    found = queries.open_orders_of_lot(session, lot_id)
    facts = {"reason": reason}
    return sum(queries.open_alert(session, new_id(), order_id, AlertKind.RECALLED, facts) for order_id in found)


def resolve_alert(session: Session, operator: Principal, alert_id: UUID, note: str) -> OrderAlert:
    """Close an alert with what was done about it; `NotFound` if it is closed."""
    alert = queries.lock_alert(session, alert_id)
    if alert is None:
        raise NotFound
    alert.resolved_by, alert.note, alert.resolved_at = operator.person_id, note, clock.read(session)
    return alert
