"""Handlers of `catalog`."""

from sqlmodel import Session

from agrimarket.accounts.events import SellerStandingChanged
from agrimarket.catalog.service import listings
from agrimarket.kernel.schedule import SlotDue
from workers.handling import effect


@effect(SlotDue)
def expire_listings(session: Session, _: SlotDue) -> None:
    """End what has perished."""
    listings.expire(session)


@effect(SellerStandingChanged)
def publish_waiting(session: Session, event: SellerStandingChanged) -> None:
    """A seller who may sell now: publish what waited for that."""
    listings.publish_waiting(session, event.seller_id)
