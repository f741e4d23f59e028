"""Sellers as buyers see them: who they are, and what they have on sale."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.service import sellers
from agrimarket.accounts.states import Standing
from agrimarket.accounts.types import SellerInfo
from agrimarket.catalog.queries import sellers as queries
from agrimarket.catalog.types.listings import ListingView, by_days_left
from agrimarket.kernel.errors import NotFound
from agrimarket.kernel.reading import run
from agrimarket.regions.service import places
from agrimarket.regions.types.places import RegionInfo

SHOWN: Final = 12
_PAGES: Final = by_days_left("seller's listings", "listing")


@dataclass(frozen=True, slots=True)
class Shop:
    """A seller, their county (None for a code that the tree does not have), and a page of what they have on sale."""

    seller: SellerInfo
    region: RegionInfo | None
    listings: list[ListingView]
    following: str | None


def shop(session: Session, seller_id: UUID, cursor: str | None = None) -> Shop:
    """What everybody may see of a seller; three statements. `SellerUnknown`, `NotFound` until they are approved.

    A seller who is suspended has nothing on sale.
    """
    seller = sellers.get(session, seller_id)
    if seller.standing is Standing.PENDING:
        raise NotFound
    window = _PAGES.window(cursor, SHOWN)
    selling = seller.standing is not Standing.SUSPENDED
    read = run(session, queries.on_sale(seller_id, window.after, window.rows)) if selling else []
    shown, following = window.cut(read)
    region = places.by_codes(session, [seller.region_code]).get(seller.region_code)
    return Shop(seller, region, shown, following)
