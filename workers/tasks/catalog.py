"""Handlers of `catalog`: its sweep, files of listings, and the effects of a seller's new standing and of a notice."""

from sqlmodel import Session

from agrimarket.accounts.events import SellerStandingChanged
from agrimarket.bulk.events import ListingsLoading
from agrimarket.catalog.flows import stocklists
from agrimarket.catalog.service import listings
from agrimarket.kernel.db import Database
from agrimarket.kernel.schedule import SlotDue
from agrimarket.regions.events import RestrictionsChanged
from workers.handling import effect, flow


@effect(SlotDue)
def expire_listings(session: Session, _: SlotDue) -> None:
    """End listings whose lot has perished."""
    listings.expire(session)


@effect(SellerStandingChanged)
def publish_waiting(session: Session, event: SellerStandingChanged) -> None:
    """Publish the listings that waited until their seller was allowed to sell."""
    listings.publish_waiting(session, event.seller_id)


@effect(RestrictionsChanged)
def reconsider(session: Session, event: RestrictionsChanged) -> None:
    """Mark the listings of places from which nothing leaves any more; those of places that are open again come back."""
    listings.reconsider(session, {*event.closed, *event.opened})


@flow(ListingsLoading)
def load_listings(db: Database, event: ListingsLoading) -> None:
    """Load the rows of a file of listings that was started."""
    stocklists.load(db, event.file_id)
