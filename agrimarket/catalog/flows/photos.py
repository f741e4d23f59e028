"""Photos of produce: the pictures go into storage, their row into the database."""

from collections.abc import Callable, Iterable
from uuid import UUID, uuid4

from sqlmodel import Session

from agrimarket.catalog.models.listings import ListingPhoto
from agrimarket.catalog.service import photos
from agrimarket.catalog.types.photos import PHOTO_SIZES, StoredPhoto
from agrimarket.integrations import photos as pictures
from agrimarket.integrations import storage
from agrimarket.integrations.storage import Storage
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import NotFound
from agrimarket.kernel.principal import Principal
from agrimarket.settings import Settings


def add(
    db: Database, settings: Settings, seller: Principal, listing_id: UUID, uploaded: bytes, alt: str = ""
) -> ListingPhoto:
    """Decode a photo, store its sizes, then write its row; the photo that is there, if it shows the same picture.

    What `photos.take_in` and `service.photos.add` refuse; nothing is kept of a photo that is refused.
    """
    with db.transaction() as session:
        photos.require_room(session, seller, listing_id)
    return _store(db, settings, uploaded, alt, lambda at, stored: (photos.add(at, seller, listing_id, stored), []))


def keep(db: Database, settings: Settings, seller: Principal, uploaded: bytes, alt: str = "") -> ListingPhoto:
    """The same for a listing that the seller is writing: a form keeps the photo's id, and `service.photos.arrange`
    gives it to the listing.
    """
    seller.require_seller()
    return _store(db, settings, uploaded, alt, lambda at, stored: photos.keep(at, seller, stored))


def remove(db: Database, settings: Settings, seller: Principal, photo_id: UUID, of: UUID | None = None) -> None:
    """Remove the seller's photo, `of` that listing, its row first, so that no page shows one that is gone."""
    with db.transaction() as session:
        key = photos.remove(session, seller, photo_id, of)
    _erase(storage.storage(settings), [key])


def content(
    db: Database, settings: Settings, visitor: Principal | None, photo_id: UUID, size: int
) -> tuple[bytes, bool]:
    """WebP of a photo in one of `PHOTO_SIZES`, and whether everybody may see it; `NotFound`."""
    if size not in PHOTO_SIZES:
        raise NotFound
    with db.reading() as session:
        key, everybody = photos.shown(session, photo_id, visitor)
    return storage.storage(settings).get(_name(key, size)), everybody


def forget_kept(db: Database, settings: Settings) -> int:
    """Delete photos that were kept for a listing which nobody made; returns how many. Repeating it is harmless."""
    with db.transaction() as session:
        keys = photos.forget_kept(session)
    _erase(storage.storage(settings), keys)
    return len(keys)


def put(settings: Settings, uploaded: bytes, alt: str = "") -> StoredPhoto:
    """Decode a photo and store its sizes, for `service.photos.add`; what `photos.take_in` refuses."""
    taken, into = pictures.take_in_sizes(uploaded, PHOTO_SIZES), storage.storage(settings)
    largest = taken[-1]
    stored = StoredPhoto(f"produce/{uuid4().hex}", largest.sha256, largest.width, largest.height, alt)
    for size, picture in zip(PHOTO_SIZES, taken, strict=True):
        into.put(_name(stored.key, size), picture.content)
    return stored


def _store(
    db: Database,
    settings: Settings,
    uploaded: bytes,
    alt: str,
    write: Callable[[Session, StoredPhoto], tuple[ListingPhoto, list[str]]],
) -> ListingPhoto:
    stored, into = put(settings, uploaded, alt), storage.storage(settings)
    try:
        with db.transaction() as session:
            row, old = write(session, stored)
    except Exception:  # whatever the reason, there is no row that would name these files
        _erase(into, [stored.key])
        raise
    _erase(into, old if row.key == stored.key else [*old, stored.key])
    return row


def _name(key: str, size: int) -> str:
    return f"{key}-{size}.webp"


def _erase(into: Storage, keys: Iterable[str]) -> None:
    for key in keys:
        for size in PHOTO_SIZES:
            into.delete(_name(key, size))
