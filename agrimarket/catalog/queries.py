"""SELECTs and locks of `catalog`'s tables."""

from uuid import UUID

from sqlalchemy import Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Session

from agrimarket.catalog.states import PricedBy
from agrimarket.catalog.types import Offer
from agrimarket.kernel.money import Money

_OFFERS = text("""
    SELECT i.id, i.seller_id, i.lot_id, i.product_id, i.title, i.region_code, i.pack_grams, i.price, i.currency,
           i.priced_by, i.perish_by, i.min_packs, i.max_packs,
           greatest(0, (l.quantity - l.reserved - l.committed) / i.pack_grams) AS packs,
           i.state = 'published' AND l.perish_by > agrimarket_now() AND l.recalled_at IS NULL AS published
    FROM listing AS i JOIN harvest_lot AS l ON l.id = i.lot_id
    WHERE i.id = ANY(:ids) ORDER BY i.id
""").bindparams(bindparam("ids", type_=ARRAY(Uuid())))


def offers(session: Session, listing_ids: list[UUID]) -> list[Offer]:
    """The offers of those listings that exist, in order of id."""
    return [
        Offer(
            listing_id=row.id,
            seller_id=row.seller_id,
            lot_id=row.lot_id,
            product_id=row.product_id,
            title=row.title,
            origin_region=row.region_code,
            pack_grams=row.pack_grams,
            price=Money(row.price, row.currency),
            priced_by=PricedBy(row.priced_by),
            perish_by=row.perish_by,
            available_packs=row.packs,
            min_packs=row.min_packs,
            max_packs=row.max_packs,
            published=row.published,
        )
        for row in session.connection().execute(_OFFERS, {"ids": listing_ids})
    ]
