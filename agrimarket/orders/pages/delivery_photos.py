"""Arrivals: a seller, or the driver with the seller's phone, says that an order is there, and shows it."""

from typing import Any
from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath, MultipartBody
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from agrimarket.http.formdata import uploads
from agrimarket.http.handlers import form, page
from agrimarket.http.pages import see_other
from agrimarket.integrations.photos import MAX_BYTES
from agrimarket.kernel.addresses import SOLD, path_of
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError, InvalidFields
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import DeliveryPhotoId, SellerOrderId
from agrimarket.orders.flows import delivery_photos as flows
from agrimarket.orders.pages import sides
from agrimarket.orders.pages.seller_orders import show
from agrimarket.orders.pages.sides import AnyRequest
from agrimarket.orders.rules import MAX_PHOTOS
from agrimarket.orders.service import seller_orders
from agrimarket.orders.states import SellerOrderState
from agrimarket.settings import Settings

SIZE = MAX_PHOTOS * MAX_BYTES + 100_000


@form("/sell/orders/{order_id:str}/delivered", again=show, request_max_body_size=SIZE)
def delivered(
    request: AnyRequest,
    order_id: FromPath[SellerOrderId],
    data: MultipartBody[dict[str, Any]],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    principal: NamedDependency[Principal],
) -> Redirect:
    """Say that the order has arrived, as its seller, with photos or without; later, add photos.

    The photos come first: a picture that cannot be read is told while nothing else has happened.
    """
    with db.reading() as session:
        state = sides.view_of(session, principal, order_id, SOLD).order.state
    sent = uploads(data.get("photos"))
    if state != SellerOrderState.DISPATCHED and not sent:
        raise InvalidFields([("/photos", "photo_missing", {})])
    _keep(db, settings, principal, order_id, [content for _, content in sent])
    if state == SellerOrderState.DISPATCHED:
        with db.transaction() as session:
            seller_orders.deliver(session, principal, order_id)
    return see_other(path_of(SOLD, order_id))


def _keep(db: Database, settings: Settings, principal: Principal, order_id: UUID, sent: list[bytes]) -> None:
    for content in sent:
        try:
            flows.keep(db, settings, principal, order_id, content)
        except DomainError as refusal:
            refusal.pointer = "/photos"
            raise


@page("/deliveries/photos/{delivery_photo_id:str}")
def photo(
    delivery_photo_id: FromPath[DeliveryPhotoId],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    principal: NamedDependency[Principal],
) -> Response[bytes]:
    """A photo of an arrival, as a picture."""
    return Response(flows.content(db, settings, principal, delivery_photo_id), media_type="image/webp")


HANDLERS: list[ControllerRouterHandler] = [delivered, photo]
