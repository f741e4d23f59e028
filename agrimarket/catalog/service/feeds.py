"""What is on sale, with who sells it, for other platforms."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.service import sellers
from agrimarket.accounts.types import SellerInfo
from agrimarket.catalog.service import search
from agrimarket.catalog.types.listings import ListingView
from agrimarket.catalog.types.search import Found, Search, Sort


def on_sale(session: Session, cursor: str | None, limit: int) -> Found:
    """Up to `limit` listings on sale, the newest first, after the cursor. One statement. `CursorMalformed`."""
    return search.find(session, Search(sort=Sort.NEWEST), cursor, limit)


def sold_by(session: Session, shown: Sequence[ListingView]) -> dict[UUID, SellerInfo]:
    """The sellers of these listings, by id. One statement."""
    return sellers.by_ids(session, {listing.seller_id for listing in shown})
