"""What is on sale, with who sells it, for other platforms."""

from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.service import sellers
from agrimarket.accounts.types import SellerInfo
from agrimarket.catalog.service import listings
from agrimarket.catalog.types import ListingView, Search, Sort


def on_sale(session: Session, after: tuple[str, UUID] | None, limit: int) -> list[ListingView]:
    """Listings on sale, the newest first, after the position of a cursor. One statement."""
    return listings.search(session, Search(sort=Sort.NEWEST, after=after, limit=limit))


def sold_by(session: Session, shown: list[ListingView]) -> dict[UUID, SellerInfo]:
    """The sellers of these listings, by id. One statement."""
    return sellers.by_ids(session, {listing.seller_id for listing in shown})
