"""Photos of claims: the picture goes into storage, its row into the database."""

from uuid import UUID

from agrimarket.integrations import photos, storage
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Principal
from agrimarket.orders.models.claims import ClaimPhoto
from agrimarket.orders.service import claims
from agrimarket.settings import Settings


def keep_photo(db: Database, settings: Settings, buyer: Principal, uploaded: bytes) -> ClaimPhoto:
    """Decode a photo, store it, then write its row. A photo stored without a row is overwritten by the next try."""
    photo = photos.take_in(uploaded)
    key = f"claims/{photo.sha256}.webp"
    storage.storage(settings).put(key, photo.content)
    with db.transaction() as session:
        return claims.add_photo(session, buyer, photo, key)


def photo_content(db: Database, settings: Settings, principal: Principal, photo_id: UUID) -> bytes:
    """A photo's WebP, for its sender, the seller that its claim is about, and operators; `NotFound` for others."""
    with db.reading() as session:
        key = claims.photo_key(session, principal, photo_id)
    return storage.storage(settings).get(key)
