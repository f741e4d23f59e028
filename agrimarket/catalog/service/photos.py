"""Photos of produce: added, put in order, described, removed; and kept for a listing that is being written."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlmodel import Session

from agrimarket.catalog.errors import ListingClosed, ListingPhotoUnknown, PhotosLeftOut, TooManyPhotos
from agrimarket.catalog.models.listings import Listing, ListingPhoto
from agrimarket.catalog.queries import photos as queries
from agrimarket.catalog.states import EDITABLE, ListingState
from agrimarket.catalog.types.photos import MAX_PHOTOS, Placed, StoredPhoto
from agrimarket.kernel import clock
from agrimarket.kernel.errors import NotFound, found
from agrimarket.kernel.principal import Principal, Role

MOST_KEPT: Final = 4 * MAX_PHOTOS
"""Photos that are kept for a seller beside their listings at most: those of four forms; older ones give way."""
KEPT_FOR: Final = timedelta(days=1)
"""Time for which a photo is kept that no listing shows."""
SWEEP: Final = 200
"""Number of kept photos that one sweep deletes; the next sweep goes on."""


def require_room(session: Session, principal: Principal, listing_id: UUID) -> None:
    """Refuse early what `add` will refuse: `NotFound`, `ListingClosed`, `TooManyPhotos`."""
    listing = _lock(session, principal, listing_id)
    if len(queries.of_listing(session, listing.id)) >= MAX_PHOTOS:
        raise TooManyPhotos(most=MAX_PHOTOS)


def add(session: Session, principal: Principal, listing_id: UUID, stored: StoredPhoto) -> ListingPhoto:
    """Add a photo that is in storage at the end of a listing's; the one that is there, if it shows the same picture.

    `NotFound` for anybody else's listing, `ListingClosed`, `TooManyPhotos`.
    """
    listing = _lock(session, principal, listing_id)
    there = queries.of_listing(session, listing.id)
    for photo in there:
        if photo.sha256 == stored.sha256:
            return photo
    if len(there) >= MAX_PHOTOS:
        raise TooManyPhotos(most=MAX_PHOTOS)
    listing.version += 1
    for position, photo in enumerate(there, 1):  # one that was removed has left a gap
        photo.position = position
    return _add(session, listing.seller_id, stored, listing.id, len(there) + 1)


def keep(session: Session, principal: Principal, stored: StoredPhoto) -> tuple[ListingPhoto, list[str]]:
    """Keep a photo for a listing that the caller is writing, for `KEPT_FOR`; the one that is kept, if it is the same.

    Returns it with the keys of older ones that have given way.
    """
    seller_id = principal.require_seller()
    queries.take_turn(session, seller_id)
    kept = queries.lock_kept(session, seller_id)
    for photo in kept:
        if photo.sha256 == stored.sha256:
            return photo, []
    old = kept[: max(0, len(kept) + 1 - MOST_KEPT)]
    for photo in old:
        session.delete(photo)
    return _add(session, seller_id, stored), [photo.key for photo in old]


def arrange(session: Session, principal: Principal, listing_id: UUID, wanted: Sequence[Placed]) -> None:
    """Put a listing's photos in that order, with those words. Kept photos of the caller among them become its own.

    A kept photo of a picture that the listing has stays out. `PhotosLeftOut` unless all of the listing's are named,
    each once; `ListingPhotoUnknown`, `TooManyPhotos`, `ListingClosed`, `NotFound`.
    """
    listing = _lock(session, principal, listing_id)
    there = {photo.id: photo for photo in queries.of_listing(session, listing.id)}
    named = [placed.id for placed in wanted]
    if len(set(named)) != len(named) or not there.keys() <= set(named):
        raise PhotosLeftOut(pointer="/photos")
    kept = {p.id: p for p in queries.lock_kept(session, listing.seller_id, set(named) - there.keys())}
    if len(there) + len(kept) != len(named):
        raise ListingPhotoUnknown(pointer="/photos")
    pictures = {photo.sha256 for photo in there.values()}
    chosen = [
        (there.get(p.id) or kept[p.id], p.alt) for p in wanted if p.id in there or kept[p.id].sha256 not in pictures
    ]
    if len(chosen) > MAX_PHOTOS:
        raise TooManyPhotos(most=MAX_PHOTOS, pointer="/photos")
    for position, (photo, alt) in enumerate(chosen, 1):
        photo.listing_id, photo.position = listing.id, position
        photo.alt = photo.alt if alt is None else alt
    listing.version += 1
    session.flush()  # listings are read by plain SQL


def remove(session: Session, principal: Principal, photo_id: UUID, of: UUID | None = None) -> str:
    """Remove the caller's photo, even of a listing that has ended; returns its key.

    `NotFound` for anybody else's, and for one that is of no listing `of`, where that is said.
    """
    seller_id = principal.require_seller()
    listing_id = found(queries.find(session, photo_id, seller_id)).listing_id
    if of not in (None, listing_id):
        raise NotFound
    listing = None if listing_id is None else queries.lock_listing(session, listing_id, seller_id)
    photo = found(queries.find(session, photo_id, seller_id))
    session.delete(photo)
    if listing is not None:
        listing.version += 1
    session.flush()
    return photo.key


def mine(session: Session, principal: Principal, listing_id: UUID) -> list[ListingPhoto]:
    """The photos of the caller's listing in their order; `NotFound` for anybody else's."""
    return queries.of_listing(session, _lock(session, principal, listing_id, changes=False).id)


def shown(session: Session, photo_id: UUID, visitor: Principal | None) -> tuple[str, bool]:
    """Key of a photo in storage, and whether everybody may see it; that of a draft is its seller's, else `NotFound`.

    Operators see what they review.
    """
    reviews = visitor is not None and visitor.has(Role.OPERATOR)
    return found(queries.shown(session, photo_id, visitor and visitor.seller_id, reviews=reviews))


def forget_kept(session: Session) -> list[str]:
    """Delete photos that were kept longer than `KEPT_FOR`; returns their keys."""
    return queries.forget_kept(session, clock.read(session) - KEPT_FOR, SWEEP)


def _lock(session: Session, principal: Principal, listing_id: UUID, *, changes: bool = True) -> Listing:
    listing = found(queries.lock_listing(session, listing_id, principal.require_seller()))
    if changes and ListingState(listing.state) not in EDITABLE:
        raise ListingClosed
    return listing


def _add(
    session: Session, seller_id: UUID, stored: StoredPhoto, listing_id: UUID | None = None, position: int | None = None
) -> ListingPhoto:
    row = ListingPhoto(
        seller_id=seller_id,
        listing_id=listing_id,
        position=position,
        sha256=stored.sha256,
        key=stored.key,
        width=stored.width,
        height=stored.height,
        alt=stored.alt,
    )
    session.add(row)
    session.flush()  # its time is the database's; listings are read by plain SQL
    return row
