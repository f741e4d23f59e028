"""Listings that operators have to look at."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, select

from agrimarket.catalog.models.listings import Listing
from agrimarket.catalog.queries import listings
from agrimarket.catalog.types.listings import ListingView
from agrimarket.kernel.reading import run
from agrimarket.kernel.waiting import Waiting


def queue(session: Session, after: tuple[Any, UUID] | None, limit: int) -> list[ListingView]:
    """Listings that wait for an operator, what spoils first before what spoils later. One statement."""
    perish_by, listing_id = after or (None, None)
    params = {"perish_by": perish_by, "after": listing_id, "limit": limit}
    return run(session, listings.viewed(_QUEUE, params))


def view(session: Session, listing_id: UUID) -> ListingView | None:
    """Any listing that is no draft, or was declined: what an operator may see. One statement."""
    return next(iter(run(session, listings.viewed(_ONE, {"id": listing_id}))), None)


def seller_of(session: Session, listing_id: UUID) -> UUID | None:
    """The seller of a listing; None if there is none."""
    return session.exec(select(Listing.seller_id).where(col(Listing.id) == listing_id)).one_or_none()


def waiting(session: Session) -> Waiting:
    """How many wait for an operator, and since when the one that waits longest does. One statement."""
    row = session.connection().execute(_WAITING).one()
    return Waiting(row.n, row.oldest)


_LIVE: Final = "i.review_since IS NOT NULL AND i.perish_by > (SELECT agrimarket_now())"
_QUEUE: Final = f"""
    WHERE {_LIVE} AND (CAST(%(after)s AS uuid) IS NULL
        OR (i.perish_by, i.id) > (CAST(%(perish_by)s AS timestamptz), CAST(%(after)s AS uuid)))
    ORDER BY i.perish_by, i.id LIMIT %(limit)s
"""
_ONE: Final = "WHERE i.id = %(id)s AND (i.state <> 'draft' OR i.review_reason <> '')"
_WAITING = text(f"SELECT count(*) AS n, min(review_since) AS oldest FROM listing AS i WHERE {_LIVE}")  # noqa: S608
