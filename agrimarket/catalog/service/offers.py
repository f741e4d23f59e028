"""A seller's own listing, which they change one thing at a time."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlmodel import Session

from agrimarket.catalog.service import listings
from agrimarket.catalog.types.listings import ListingView
from agrimarket.kernel.errors import NotFound
from agrimarket.kernel.principal import Principal


def own(session: Session, principal: Principal, listing_id: UUID) -> ListingView:
    """The caller's listing; `NotFound` for anybody else's, even one that is on sale."""
    found = listings.view(session, listing_id, principal)
    if found.seller_id != principal.require_seller():
        raise NotFound
    return found


def change(
    session: Session, principal: Principal, listing_id: UUID, changes: Mapping[str, Any], version: int | None = None
) -> ListingView:
    """`listings.change` of the listing as it is now, or as it was read at `version`."""
    current = own(session, principal, listing_id).version
    return listings.change(session, principal, listing_id, current if version is None else version, changes)
