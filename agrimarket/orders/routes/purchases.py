"""Purchases and seller orders over HTTP. Whoever is not a party of an order finds nothing there."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler
from sqlmodel import Session

from agrimarket.http.handlers import get, post
from agrimarket.http.params import Cursor, Limit
from agrimarket.kernel.db import Database
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.paging import Page, Paging, by_id
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import AlertId, GroupId, SellerOrderId
from agrimarket.orders import service
from agrimarket.orders.models import OrderAlert
from agrimarket.orders.schemas import (
    AlertOut,
    DispatchIn,
    NoteIn,
    OrderGroupOut,
    PackIn,
    ReasonIn,
    SellerOrderOut,
    ShipmentIn,
)
from agrimarket.orders.service import Packed
from agrimarket.orders.states import SellerOrderState, ShipmentState
from agrimarket.orders.types import GroupView, OrderView

TAGS = ["orders"]
GROUPS: Paging[GroupView, UUID] = by_id("grp", lambda view: view.group.id)
ORDERS: Paging[OrderView, UUID] = by_id("sor", lambda view: view.order.id)
ALERTS: Paging[OrderAlert, UUID] = by_id("alr")


@get("/order-groups", tags=TAGS, summary="My purchases, the newest first")
def list_groups(
    db: NamedDependency[Database], principal: NamedDependency[Principal], cursor: Cursor = None, limit: Limit = 20
) -> Page[OrderGroupOut]:
    """The buyer's own; an operator sees all."""
    window = GROUPS.window(cursor, limit)
    with db.reading() as session:
        found = service.groups(session, principal, window.after, window.rows)
    return window.page(found, OrderGroupOut.of)


@get("/order-groups/{group_id:str}", tags=TAGS, summary="A purchase")
def read_group(
    group_id: FromPath[GroupId], db: NamedDependency[Database], principal: NamedDependency[Principal]
) -> OrderGroupOut:
    """With its seller orders, lines and shipments."""
    with db.reading() as session:
        return OrderGroupOut.of(service.group_view(session, principal, group_id))


@get("/seller-orders", tags=TAGS, summary="What I have sold, the newest first")
def list_orders(
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    stage: Annotated[SellerOrderState | None, QueryParameter(name="state", description="Only those in it.")] = None,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[SellerOrderOut]:
    """The seller's own that were paid for; an operator sees all."""
    window = ORDERS.window(cursor, limit)
    with db.reading() as session:
        found = service.orders(session, principal, stage, window.after, window.rows)
    return window.page(found, SellerOrderOut.of)


@get("/seller-orders/{order_id:str}", tags=TAGS, summary="A seller order")
def read_order(
    order_id: FromPath[SellerOrderId], db: NamedDependency[Database], principal: NamedDependency[Principal]
) -> SellerOrderOut:
    """For its seller and its buyer."""
    with db.reading() as session:
        return SellerOrderOut.of(service.order_view(session, principal, order_id))


def _act(
    db: Database,
    principal: Principal,
    idempotency: Idempotency,
    order_id: UUID,
    act: Callable[[Session, Principal, UUID], Any],
) -> SellerOrderOut:
    """One act on a seller order_id in one transaction, answered with how it stands then."""

    def run() -> SellerOrderOut:
        act(session, principal, order_id)
        session.flush()  # the answer is read from the tables
        return SellerOrderOut.of(service.order_view(session, principal, order_id))

    with db.transaction() as session:
        return idempotency.run(session, SellerOrderOut, run)


@post("/seller-orders/{order_id:str}/accept", tags=TAGS, summary="Take an order on", status_code=200)
def accept(
    order_id: FromPath[SellerOrderId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> SellerOrderOut:
    """The seller says that it will be packed."""
    return _act(db, principal, idempotency, order_id, service.accept)


@post("/seller-orders/{order_id:str}/decline", tags=TAGS, summary="Decline an order", status_code=200)
def decline(
    order_id: FromPath[SellerOrderId],
    data: JSONBody[ReasonIn],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> SellerOrderOut:
    """The seller cannot deliver it; the buyer pays nothing for it, and the other sellers' orders go on."""
    return _act(db, principal, idempotency, order_id, lambda s, who, order: service.decline(s, who, order, data.reason))


@post("/seller-orders/{order_id:str}/cancel", tags=TAGS, summary="Call an order off", status_code=200)
def cancel(
    order_id: FromPath[SellerOrderId],
    data: JSONBody[ReasonIn],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> SellerOrderOut:
    """The buyer, before the seller has accepted; an operator, before it is delivered."""
    return _act(db, principal, idempotency, order_id, lambda s, who, order: service.cancel(s, who, order, data.reason))


@post("/seller-orders/{order_id:str}/pack", tags=TAGS, summary="Say what is in the boxes", status_code=200)
def pack(
    order_id: FromPath[SellerOrderId],
    data: JSONBody[PackIn],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> SellerOrderOut:
    """What the scale says is what the buyer pays, at most what was ordered."""
    packed = {
        line.line_id: Packed(line.packs, line.packed.grams if line.packed is not None else None) for line in data.lines
    }
    return _act(
        db, principal, idempotency, order_id, lambda s, who, order: service.pack(s, who, order, data.boxes, packed)
    )


@post("/seller-orders/{order_id:str}/dispatch", tags=TAGS, summary="Hand an order to the carrier", status_code=200)
def dispatch(
    order_id: FromPath[SellerOrderId],
    data: JSONBody[DispatchIn],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> SellerOrderOut:
    """Once its money is captured, and if nothing on the way has closed since it was ordered."""

    def act(session: Session, who: Principal, order: UUID) -> None:
        service.dispatch(session, who, order, data.carrier, data.tracking_number)

    return _act(db, principal, idempotency, order_id, act)


@post("/seller-orders/{order_id:str}/shipment", tags=TAGS, summary="What happened on the way", status_code=200)
def move_shipment(
    order_id: FromPath[SellerOrderId],
    data: JSONBody[ShipmentIn],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> SellerOrderOut:
    """Held at a checkpoint, under way again, failed or come back; the buyer is told."""

    def act(session: Session, who: Principal, order: UUID) -> None:
        service.move_shipment(session, who, order, ShipmentState(data.state), place=data.place, note=data.note)

    return _act(db, principal, idempotency, order_id, act)


@post("/seller-orders/{order_id:str}/deliver", tags=TAGS, summary="It has arrived", status_code=200)
def deliver(
    order_id: FromPath[SellerOrderId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> SellerOrderOut:
    """Said by the seller or the buyer; claims are taken for 48 hours from now."""
    return _act(db, principal, idempotency, order_id, service.deliver)


@get("/order-alerts", tags=TAGS, summary="Orders that an operator has to look at")
def list_alerts(
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],  # asking for it keeps others out
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[AlertOut]:
    """Open ones, the newest first."""
    window = ALERTS.window(cursor, limit)
    with db.reading() as session:
        found = service.alerts(session, window.after, window.rows)
    return window.page(found, AlertOut.of)


@post("/order-alerts/{alert_id:str}/resolve", tags=TAGS, summary="Close an alert", status_code=200)
def resolve_alert(
    alert_id: FromPath[AlertId],
    data: JSONBody[NoteIn],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> AlertOut:
    """With what was done about it."""
    with db.transaction() as session:
        return AlertOut.of(service.resolve_alert(session, operator, alert_id, data.note))


PURCHASES: list[ControllerRouterHandler] = [
    list_groups,
    read_group,
    list_orders,
    read_order,
    accept,
    decline,
    cancel,
    pack,
    dispatch,
    move_shipment,
    deliver,
    list_alerts,
    resolve_alert,
]
