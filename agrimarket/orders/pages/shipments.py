"""What a seller says of an order's boxes: handed to the carrier, and what happened on the way."""

from dataclasses import replace
from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from agrimarket.http.formdata import Fields, texts
from agrimarket.http.handlers import form
from agrimarket.http.pages import see_other
from agrimarket.http.request import read_fields
from agrimarket.kernel.addresses import SOLD, path_of
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import SellerOrderId
from agrimarket.orders.errors import PassOtherRoute
from agrimarket.orders.pages import sides
from agrimarket.orders.pages.seller_orders import OTHER, PROVINCES, show
from agrimarket.orders.pages.sides import AnyRequest
from agrimarket.orders.rules import NewPass
from agrimarket.orders.schemas.seller_orders import DispatchIn
from agrimarket.orders.schemas.shipments import ShipmentIn, TransportPassIn
from agrimarket.orders.service import seller_orders, shipments
from agrimarket.orders.states import ShipmentState

_PASS = ("number", "issuer", "plate", "valid_from", "valid_until", "kind")


@form("/sell/orders/{order_id:str}/send", again=show)
def send(
    request: AnyRequest,
    order_id: FromPath[SellerOrderId],
    data: Fields,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Redirect:
    """Hand the order to the carrier."""
    by = read_fields(DispatchIn, data, "carrier", "tracking_number", "vehicle_plate").handover()
    if any(texts(data).get(name, "").strip() for name in _PASS):
        by = replace(by, transport_pass=_read_pass(db, principal, order_id, data))
    with db.transaction() as session:
        seller_orders.dispatch(session, principal, order_id, by)
    return see_other(path_of(SOLD, order_id))


def _read_pass(db: Database, principal: Principal, order_id: UUID, data: Fields) -> NewPass:
    """The transport pass that was typed; its route is chosen, as this order's or another."""
    with db.reading() as session:
        view = sides.view_of(session, principal, order_id, SOLD)
    ends = {"from_code": view.order.origin_region, "to_code": view.group.region_code}
    if texts(data).get("route") == PROVINCES:
        ends = {name: code[:2] + "0000" for name, code in ends.items()}
    held = read_fields(TransportPassIn, {**data, **ends}, *_PASS, *ends).transport_pass()
    if texts(data).get("route") == OTHER:
        raise PassOtherRoute(
            pointer="/route",
            number=held.number,
            from_code="",
            to_code="",
            origin=view.order.origin_region,
            destination=view.group.region_code,
        )
    return held


@form("/sell/orders/{order_id:str}/shipment", again=show)
def move(
    request: AnyRequest,
    order_id: FromPath[SellerOrderId],
    data: Fields,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Redirect:
    """Say what happened on the way; both sides are told."""
    now = read_fields(ShipmentIn, data, "state", "place", "note")
    with db.transaction() as session:
        shipments.move(session, principal, order_id, ShipmentState(now.state), place=now.place, note=now.note)
    return see_other(path_of(SOLD, order_id))


HANDLERS: list[ControllerRouterHandler] = [send, move]
