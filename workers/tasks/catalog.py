"""Handlers of `catalog`: sweeps, the daily list, and effects of a seller's standing, a notice, a county's opinion."""

from sqlmodel import Session

from agrimarket.accounts.events import SellerStandingChanged
from agrimarket.catalog.events import ClearanceMade
from agrimarket.catalog.service import clearance, clearance_follows, listings, opinions
from agrimarket.catalog.types import VerifiedStock
from agrimarket.kernel.schedule import SlotDue
from agrimarket.onboarding.events import AppealVerified
from agrimarket.regions.events import RestrictionsChanged
from workers.handling import effect


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
