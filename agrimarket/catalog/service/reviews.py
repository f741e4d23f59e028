"""Listings of produce that their sellers were not approved for: looked at by operators, approved or declined."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.service import audit, sellers
from agrimarket.catalog.errors import NotInReview
from agrimarket.catalog.events import ListingApproved, ListingDeclined
from agrimarket.catalog.models.listings import Listing
from agrimarket.catalog.queries import listings as listing_queries
from agrimarket.catalog.queries import products, selling
from agrimarket.catalog.queries import reviews as queries
from agrimarket.catalog.service import listings
from agrimarket.catalog.states import LISTING_TRANSITIONS, ListingState
from agrimarket.catalog.types.listings import ListingView
from agrimarket.catalog.types.reviews import UnderReview
from agrimarket.kernel import outbox
from agrimarket.kernel.errors import found
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import reference
from agrimarket.kernel.states import move
from agrimarket.kernel.waiting import Waiting

SHOWN = 30
"""Characters of a title that a text message has room for."""


def queue(session: Session, after: tuple[datetime, UUID] | None, limit: int) -> list[ListingView]:
    """Listings that wait for an operator, after (perish-by, id): what spoils first is on top. One statement."""
    return queries.queue(session, after, limit)


def waiting(session: Session) -> Waiting:
    """How many wait for an operator, and since when. One statement."""
    return queries.waiting(session)


def read(session: Session, listing_id: UUID) -> UnderReview:
    """A listing as an operator decides about it; `NotFound` for a draft that nobody was asked about."""
    listing = found(queries.view(session, listing_id))
    seller = sellers.get(session, listing.seller_id)
    usual = selling.usual_price(session, listing.product_id, listing_id)
    return UnderReview(listing, seller, sellers.approved_produce(session, seller.id), usual)


def approve(session: Session, operator: Principal, listing_id: UUID) -> ListingView:
    """Say yes: that produce counts as approved for the seller, and what waited for it goes on sale as far as it can.

    `NotFound`, `NotInReview`. Records `ListingApproved`. Audited.
    """
    listing = _lock(session, listing_id)
    product = found(products.find(session, listing.product_id))
    sellers.approve_produce(session, listing.seller_id, product.code)
    listing.review_since = None
    session.flush()  # `publish_waiting` reads it by plain SQL
    outbox.record(
        session, ListingApproved(listing_id=listing.id, seller_id=listing.seller_id, title=listing.title[:SHOWN])
    )
    audit.record(session, operator, "listing.approved", reference("listing", listing.id), {"produce": product.code})
    listings.publish_waiting(session, listing.seller_id)
    session.flush()  # it is read back by plain SQL
    return found(queries.view(session, listing.id))


def decline(session: Session, operator: Principal, listing_id: UUID, reason: str) -> ListingView:
    """Say no, for a reason that the seller reads: the listing is a draft again, to be changed or left.

    `NotFound`, `NotInReview`. Records `ListingDeclined`. Audited.
    """
    listing = _lock(session, listing_id)
    move(listing, ListingState.DRAFT, LISTING_TRANSITIONS)
    listing.review_since, listing.review_reason = None, reason
    listing.version += 1
    session.flush()  # it is read back by plain SQL
    told = ListingDeclined(
        listing_id=listing.id, seller_id=listing.seller_id, title=listing.title[:SHOWN], reason=reason
    )
    outbox.record(session, told)
    audit.record(session, operator, "listing.declined", reference("listing", listing.id), {"reason": reason})
    return found(queries.view(session, listing.id))


def _lock(session: Session, listing_id: UUID) -> Listing:
    """The listing, locked with its lot, while it waits for an operator."""
    seller_id = found(queries.seller_of(session, listing_id))
    listing, _ = found(listing_queries.lock(session, listing_id, seller_id))
    if listing.review_since is None:
        raise NotInReview
    return listing
