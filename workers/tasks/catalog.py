"""Handlers of `catalog`: sweeps, files, the daily list; effects of a standing, a notice, a county's opinion."""

from sqlmodel import Session

from agrimarket.accounts.events import SellerStandingChanged
from agrimarket.bulk.events import ListingsLoading
from agrimarket.catalog.events import ClearanceMade
from agrimarket.catalog.flows import photos, stocklists
from agrimarket.catalog.service import clearance, clearance_follows, listings, opinions, search
from agrimarket.catalog.types.clearance import VerifiedStock
from agrimarket.kernel.db import Database
from agrimarket.kernel.schedule import SlotDue
from agrimarket.onboarding.events import AppealVerified
from agrimarket.regions.events import RestrictionsChanged
from agrimarket.settings import get_settings
from workers.handling import effect, flow


@effect(SlotDue)
def expire_listings(session: Session, _: SlotDue) -> None:
    """End listings whose lot has perished."""
    listings.expire(session)


@flow(SlotDue)
def reprice_listings(db: Database, _: SlotDue) -> None:
    """Bring the order by price of listings whose price fell at midnight to today, each part in its own transaction."""
    changed = listings.REPRICED
    while changed == listings.REPRICED:
        with db.transaction() as session:
            changed = listings.reprice(session)


@flow(SlotDue)
def forget_photos(db: Database, _: SlotDue) -> None:
    """Delete photos that were kept for a listing which nobody made."""
    photos.forget_kept(db, get_settings())


@effect(SlotDue)
def describe_listings(session: Session, _: SlotDue) -> None:
    """Make the terms of listings anew that an earlier landing made in another way."""
    search.describe_anew(session)


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


@effect(AppealVerified)
def take_verified(session: Session, event: AppealVerified) -> None:
    """Keep what a county said about an appeal's stock; `onboarding` and `catalog` do not know each other."""
    opinions.take(session, VerifiedStock(**event.model_dump()))


@effect(SlotDue)
def make_clearance(session: Session, _: SlotDue) -> None:
    """Make today's clearance list once its time has come."""
    clearance.make_due(session)


@effect(ClearanceMade)
def tell_clearance(session: Session, event: ClearanceMade) -> None:
    """Record what to tell those who want each day's list."""
    clearance_follows.tell(session, event)
