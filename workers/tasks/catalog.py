"""Handlers of `catalog`: its sweeps, and the effects of a seller's new standing and of a notice."""

from sqlmodel import Session

from agrimarket.accounts.events import SellerStandingChanged
from agrimarket.catalog.flows import photos
from agrimarket.catalog.service import listings
from agrimarket.kernel.db import Database
from agrimarket.kernel.schedule import SlotDue
from agrimarket.regions.events import RestrictionsChanged
from agrimarket.settings import get_settings
from workers.handling import effect, flow


@effect(SlotDue)
def expire_listings(session: Session, _: SlotDue) -> None:
    """End listings whose lot has perished."""
    listings.expire(session)


@flow(SlotDue)
def forget_photos(db: Database, _: SlotDue) -> None:
    """Delete photos that were kept for a listing which nobody made."""
    photos.forget_kept(db, get_settings())


@effect(SellerStandingChanged)
def publish_waiting(session: Session, event: SellerStandingChanged) -> None:
    """Publish the listings that waited until their seller was allowed to sell."""
    listings.publish_waiting(session, event.seller_id)


@effect(RestrictionsChanged)
def reconsider(session: Session, event: RestrictionsChanged) -> None:
    """Mark the listings of places from which nothing leaves any more; those of places that are open again come back."""
    listings.reconsider(session, {*event.closed, *event.opened})
