"""What a seller says of an order's boxes: handed to the carrier, and what happened on the way."""

from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from agrimarket.http.formdata import Fields
from agrimarket.http.handlers import form
from agrimarket.http.pages import see_other
from agrimarket.http.request import read_fields
from agrimarket.kernel.addresses import SOLD, path_of
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import SellerOrderId
from agrimarket.orders.pages.seller_orders import show
from agrimarket.orders.pages.sides import AnyRequest
from agrimarket.orders.schemas.seller_orders import DispatchIn
from agrimarket.orders.schemas.shipments import ShipmentIn
from agrimarket.orders.service import seller_orders, shipments
from agrimarket.orders.states import ShipmentState


@form("/sell/orders/{order_id:str}/send", again=show)
def send(
    request: AnyRequest,
    order_id: FromPath[SellerOrderId],
    data: Fields,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Redirect:
    """Hand the order to the carrier."""
    by = read_fields(DispatchIn, data, "carrier", "tracking_number")
    with db.transaction() as session:
        seller_orders.dispatch(session, principal, order_id, by.carrier, by.tracking_number)
    return see_other(path_of(SOLD, order_id))


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
