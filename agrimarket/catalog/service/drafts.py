"""Drafts: a lot and a listing that nobody sees yet, made step by step (decision 26)."""

from uuid import UUID

from sqlmodel import Session

from agrimarket.catalog.queries.photos import HIDDEN
from agrimarket.catalog.service import listings, lots
from agrimarket.catalog.states import ListingState
from agrimarket.catalog.types.listings import ListingView, NewListing
from agrimarket.catalog.types.lots import LotView, NewLot
from agrimarket.kernel.principal import Principal


def read(session: Session, principal: Principal, lot_id: UUID) -> LotView:
    """The caller's lot; `NotFound` for anybody else's. One statement."""
    return lots.one(session, principal, lot_id)


def draft_of(session: Session, principal: Principal, lot: LotView) -> ListingView | None:
    """The newest listing of a lot, if it is still a draft."""
    drafts = [listing_id for listing_id, _, state in lot.listings if state is ListingState.DRAFT]
    return listings.view(session, drafts[-1], principal) if drafts else None


def revise(session: Session, principal: Principal, lot_id: UUID, data: NewLot) -> LotView:
    """`lots.revise`; what was not on sale yet is found by its new produce and place."""
    revised = lots.revise(session, principal, lot_id, data)
    for listing_id, title, state in revised.listings:
        if state in HIDDEN:
            version = listings.view(session, listing_id, principal).version
            listings.change(session, principal, listing_id, version, {"title": title})
    return revised


def price(session: Session, principal: Principal, lot: LotView, data: NewListing) -> ListingView:
    """Give the lot's draft that pack and price, or make one; its title and description stay. The refusals of both."""
    draft = draft_of(session, principal, lot)
    if draft is None:
        return listings.add(session, principal, data)
    changes = {
        "pack_grams": data.pack_grams,
        "price": data.price,
        "priced_by": data.priced_by,
        "min_packs": data.min_packs,
        "max_packs": data.max_packs,
        "modes": data.modes,
        "markdown": data.markdown,
    }
    return listings.change(session, principal, draft.id, draft.version, changes)


def discard(session: Session, principal: Principal, lot_id: UUID) -> None:
    """`lots.discard`."""
    lots.discard(session, principal, lot_id)
