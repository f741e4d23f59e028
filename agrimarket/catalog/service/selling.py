"""A seller's own lots and listings, as they look at them; and drafts, which are a lot and a listing that nobody sees yet
(decision 26)."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from agrimarket.catalog.queries import selling as queries
from agrimarket.catalog.service import listings, lots
from agrimarket.catalog.states import ListingState
from agrimarket.catalog.types import AtHand, ListingView, LotView, NewLot, OwnLot, UsualPrice
from agrimarket.kernel.errors import NotFound
from agrimarket.kernel.principal import Principal


def mine(
    session: Session, principal: Principal, after: tuple[datetime, UUID] | None, limit: int, *, ended: bool = False
) -> list[OwnLot]:
    """The caller's lots after (perish-by, id), what spoils first on top; or those that ended. One statement."""
    return queries.lots(session, principal.require_seller(), after, limit, ended=ended)


def at_hand(session: Session, seller_id: UUID) -> AtHand:
    """What a seller has on sale, and what waits. One statement."""
    return queries.at_hand(session, seller_id)


def usual_price(session: Session, product_id: UUID, but: UUID | None = None) -> UsualPrice:
    """What others ask for such produce now. One statement."""
    return queries.usual_price(session, product_id, but)


def lot(session: Session, principal: Principal, lot_id: UUID) -> LotView:
    """The caller's lot; `NotFound` for anybody else's. One statement."""
    return lots.one(session, principal, lot_id)


def draft_of(session: Session, principal: Principal, lot: LotView) -> ListingView | None:
    """The newest listing of a lot, if it is still a draft."""
    drafts = [listing_id for listing_id, _, state in lot.listings if state is ListingState.DRAFT]
    return listings.view(session, drafts[-1], principal) if drafts else None


def own(session: Session, principal: Principal, listing_id: UUID) -> ListingView:
    """The caller's listing; `NotFound` for anybody else's, even one that is on sale."""
    found = listings.view(session, listing_id, principal)
    if found.seller_id != principal.require_seller():
        raise NotFound
    return found


def revise(session: Session, principal: Principal, lot_id: UUID, data: NewLot) -> LotView:
    """`lots.revise`; the lot's drafts are found by their new produce and place."""
    revised = lots.revise(session, principal, lot_id, data)
    for listing_id, title, state in revised.listings:
        if state is ListingState.DRAFT:
            version = listings.view(session, listing_id, principal).version
            listings.change(session, principal, listing_id, version, {"title": title})
    return revised
