"""Shipments over HTTP."""

from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlmodel import Session

from agrimarket.http.handlers import post
from agrimarket.kernel.db import Database
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.principal import Principal, Scope
from agrimarket.kernel.resources import SellerOrderId
from agrimarket.orders.routes.seller_orders import act_on
from agrimarket.orders.schemas.seller_orders import SellerOrderOut
from agrimarket.orders.schemas.shipments import ShipmentIn
from agrimarket.orders.service import shipments
from agrimarket.orders.states import ShipmentState

TAGS = ["orders"]


@post(
    "/seller-orders/{order_id:str}/shipment",
    tags=TAGS,
    summary="What happened on the way",
    status_code=200,
    scopes=(Scope.ORDERS_WRITE,),
)
def move_shipment(
    order_id: FromPath[SellerOrderId],
    data: JSONBody[ShipmentIn],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> SellerOrderOut:
    """The shipment is held at a checkpoint, under way again, failed or returned; the buyer is told."""

    def act(session: Session, who: Principal, order: UUID) -> None:
        shipments.move(session, who, order, ShipmentState(data.state), place=data.place, note=data.note)

    return act_on(db, principal, idempotency, order_id, act)
