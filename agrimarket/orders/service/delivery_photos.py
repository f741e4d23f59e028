"""Photos by which a seller, or the driver with the seller's phone, shows that an order has arrived."""

from uuid import UUID

from sqlmodel import Session

from agrimarket.integrations.photos import Photo
from agrimarket.kernel import states
from agrimarket.kernel.errors import found
from agrimarket.kernel.principal import Principal
from agrimarket.orders.errors import TooManyDeliveryPhotos
from agrimarket.orders.models.shipments import DeliveryPhoto
from agrimarket.orders.queries import delivery_photos as queries
from agrimarket.orders.queries.seller_orders import of_party, sold_by
from agrimarket.orders.rules import MAX_PHOTOS
from agrimarket.orders.service import seller_orders
from agrimarket.orders.states import SellerOrderState

_SHOWN_IN = frozenset({SellerOrderState.DISPATCHED, SellerOrderState.DELIVERED})


def add(session: Session, seller: Principal, order_id: UUID, photo: Photo, key: str) -> DeliveryPhoto:
    """Write the row of a photo that is in storage at `key`, of an order that is on the road or has arrived.

    `TooManyDeliveryPhotos` beyond `MAX_PHOTOS`.
    """
    order, _ = seller_orders.lock(session, order_id, sold_by(seller))
    if order.state not in _SHOWN_IN:
        raise states.IllegalTransition.between(order.state, SellerOrderState.DELIVERED)
    if queries.count(session, order.id) >= MAX_PHOTOS:
        raise TooManyDeliveryPhotos(pointer="/photos", most=MAX_PHOTOS)
    row = DeliveryPhoto(
        seller_order_id=order.id, key=key, width=photo.width, height=photo.height, size=len(photo.content)
    )
    session.add(row)
    return row


def require_addable(session: Session, seller: Principal, order_id: UUID) -> None:
    """Refuse early, before a photo is opened, what `add` would refuse for its order: `NotFound`, or its state."""
    order = seller_orders.view(session, seller, order_id).order
    seller_orders.require_seller(seller, order)
    if order.state not in _SHOWN_IN:
        raise states.IllegalTransition.between(order.state, SellerOrderState.DELIVERED)


def photo_key(session: Session, principal: Principal, photo_id: UUID) -> str:
    """Where a photo is stored, for the parties of its order and operators; `NotFound` for others."""
    return found(queries.key(session, photo_id, of_party(principal)))
