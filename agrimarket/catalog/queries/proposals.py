"""Edits that coaches propose: written, found, listed."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, select

from agrimarket.catalog.models.listings import Listing
from agrimarket.catalog.models.proposals import ListingProposal
from agrimarket.catalog.queries.listings import viewed
from agrimarket.catalog.states import PROPOSAL_TRANSITIONS, ProposalState
from agrimarket.catalog.types.listings import ListingView
from agrimarket.kernel.db import locked
from agrimarket.kernel.reading import run
from agrimarket.kernel.states import arrow

MOST = 100
"""Listings of a seller that a coach is shown."""


def listings_of(session: Session, seller_id: UUID) -> list[ListingView]:
    """The seller's listings that can be bought now or soon, what spoils first on top. One statement."""
    return run(session, viewed(_OPEN, {"seller": seller_id, "most": MOST}))


_OPEN = """
    WHERE i.seller_id = %(seller)s AND i.state IN ('pending_review', 'published', 'paused')
    ORDER BY i.perish_by, i.id LIMIT %(most)s
"""


def find(session: Session, proposal_id: UUID, *, lock: bool = False) -> ListingProposal | None:
    """The proposal of that id."""
    statement = select(ListingProposal).where(col(ListingProposal.id) == proposal_id)
    return session.exec(locked(statement) if lock else statement).one_or_none()


def page(session: Session, seller_id: UUID, before: UUID | None, limit: int) -> list[ListingProposal]:
    """Proposals to a seller, newest first."""
    statement = select(ListingProposal).where(col(ListingProposal.seller_id) == seller_id)
    if before is not None:
        statement = statement.where(col(ListingProposal.id) < before)
    return list(session.exec(statement.order_by(col(ListingProposal.id).desc()).limit(limit)))


def waiting(session: Session, seller_id: UUID) -> Sequence[ListingProposal]:
    """Open proposals to a seller, oldest first."""
    statement = select(ListingProposal).where(
        col(ListingProposal.seller_id) == seller_id, col(ListingProposal.state) == ProposalState.OPEN
    )
    return session.exec(statement.order_by(col(ListingProposal.id)).limit(MOST)).all()


def titles(session: Session, listing_ids: Collection[UUID]) -> dict[UUID, str]:
    """Titles of listings. One statement."""
    return dict(session.exec(select(Listing.id, Listing.title).where(col(Listing.id).in_(listing_ids))).all())


def replace(session: Session, listing_id: UUID, person_id: UUID) -> None:
    """End the open proposal of that person for the listing, which the caller has locked."""
    session.connection().execute(_REPLACE, {"listing": listing_id, "person": person_id})


_REPLACED = arrow(PROPOSAL_TRANSITIONS, [ProposalState.OPEN], ProposalState.REPLACED)
_REPLACE = text(f"""
    UPDATE listing_proposal SET state = {_REPLACED.to}, answered_at = agrimarket_now()
    WHERE listing_id = :listing AND proposed_by_id = :person AND state IN ({_REPLACED.sources})
""")  # noqa: S608  # states alone are put in
