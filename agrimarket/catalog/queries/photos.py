"""SELECTs, locks and moves of listings' photos."""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, false, func, or_
from sqlmodel import Session, col, select

from agrimarket.catalog.models.listings import Listing, ListingPhoto
from agrimarket.catalog.states import ListingState
from agrimarket.kernel.db import locked

HIDDEN: Final = (ListingState.DRAFT, ListingState.PENDING_REVIEW)
"""Listings in these states are seen by their seller only."""


def lock_listing(session: Session, listing_id: UUID, seller_id: UUID) -> Listing | None:
    """The seller's listing, locked: whoever changes its photos does so alone."""
    own = select(Listing).where(col(Listing.id) == listing_id, col(Listing.seller_id) == seller_id)
    return session.exec(locked(own, referred_to=True)).one_or_none()


def of_listing(session: Session, listing_id: UUID) -> list[ListingPhoto]:
    """A listing's photos in their order."""
    own = select(ListingPhoto).where(col(ListingPhoto.listing_id) == listing_id)
    return list(session.exec(own.order_by(col(ListingPhoto.position)).execution_options(populate_existing=True)))


def lock_kept(session: Session, seller_id: UUID, photo_ids: Collection[UUID] | None = None) -> list[ListingPhoto]:
    """Photos that are kept for listings that the seller is writing, locked, oldest first; or those of them that are
    named."""
    kept = select(ListingPhoto).where(col(ListingPhoto.seller_id) == seller_id, col(ListingPhoto.listing_id).is_(None))
    if photo_ids is not None:
        kept = kept.where(col(ListingPhoto.id).in_(photo_ids))
    return list(session.exec(locked(kept.order_by(col(ListingPhoto.id)))))


def take_turn(session: Session, seller_id: UUID) -> None:
    """Until the transaction ends nobody else keeps a photo for that seller."""
    turn = func.pg_advisory_xact_lock(func.hashtextextended(f"photos {seller_id}", 0))
    session.connection().execute(select(turn))


def find(session: Session, photo_id: UUID, seller_id: UUID) -> ListingPhoto | None:
    """The seller's photo."""
    own = select(ListingPhoto).where(col(ListingPhoto.id) == photo_id, col(ListingPhoto.seller_id) == seller_id)
    return session.exec(own).one_or_none()


def shown(
    session: Session, photo_id: UUID, seller_id: UUID | None, *, reviews: bool = False
) -> tuple[str, bool] | None:
    """Key of a photo that this seller, or (None) anybody, may see, and whether everybody may. One statement.

    Who `reviews` sees those of listings that wait, too.
    """
    everybody = func.coalesce(col(Listing.state).not_in(HIDDEN), False)
    own = col(ListingPhoto.seller_id) == seller_id
    waiting = col(Listing.state) == ListingState.PENDING_REVIEW
    statement = (
        select(ListingPhoto.key, everybody)
        .join(Listing, col(Listing.id) == col(ListingPhoto.listing_id), isouter=True)
        .where(col(ListingPhoto.id) == photo_id, or_(everybody, own, waiting if reviews else false()))
    )
    found = session.exec(statement).one_or_none()
    return None if found is None else (found[0], found[1])


def forget_kept(session: Session, before: datetime, limit: int) -> list[str]:
    """Delete up to `limit` photos that were kept before that time and that no listing shows; returns their keys."""
    old = (
        select(ListingPhoto.id)
        .where(col(ListingPhoto.listing_id).is_(None), col(ListingPhoto.created_at) < before)
        .order_by(col(ListingPhoto.created_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    gone = delete(ListingPhoto).where(col(ListingPhoto.id).in_(old.scalar_subquery())).returning(col(ListingPhoto.key))
    return list(session.connection().execute(gone).scalars())
