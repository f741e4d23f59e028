"""Photos of arrivals: the picture goes into storage, its row into the database."""

from uuid import UUID

from agrimarket.integrations import photos, storage
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Principal
from agrimarket.orders.models.shipments import DeliveryPhoto
from agrimarket.orders.service import delivery_photos
from agrimarket.settings import Settings


def keep(db: Database, settings: Settings, seller: Principal, order_id: UUID, uploaded: bytes) -> DeliveryPhoto:
    """Decode a photo, store it, then write its row. A photo stored without a row is overwritten by the next try."""
    with db.reading() as session:
        delivery_photos.require_addable(session, seller, order_id)
    photo = photos.take_in(uploaded)
    key = f"deliveries/{photo.sha256}.webp"
    storage.storage(settings).put(key, photo.content)
    with db.transaction() as session:
        return delivery_photos.add(session, seller, order_id, photo, key)


def content(db: Database, settings: Settings, principal: Principal, photo_id: UUID) -> bytes:
    """A photo's WebP, for both parties of its order and operators; `NotFound` for others."""
    with db.reading() as session:
        key = delivery_photos.photo_key(session, principal, photo_id)
    return storage.storage(settings).get(key)
