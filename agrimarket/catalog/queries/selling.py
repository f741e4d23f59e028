"""What sellers have: their lots by days left, what waits for them, and what others ask for such produce."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Uuid, bindparam, text
from sqlmodel import Session

from agrimarket.catalog.queries.listings import PRICE
from agrimarket.catalog.states import ListingState
from agrimarket.catalog.types.selling import AtHand, OwnListing, OwnLot, UsualPrice
from agrimarket.kernel.money import DEFAULT_CURRENCY, Money


def lots(
    session: Session, seller_id: UUID, after: tuple[datetime, UUID] | None, limit: int, *, ended: bool
) -> list[OwnLot]:
    """A seller's lots after (perish-by, id): open ones, what spoils first on top; or `ended` ones, the last first."""
    perish_by, lot_id = after or (None, None)
    params = {"seller": seller_id, "perish_by": perish_by, "after": lot_id, "limit": limit}
    return [_lot(row) for row in session.connection().execute(_ENDED if ended else _OPEN, params)]


def at_hand(session: Session, seller_id: UUID) -> AtHand:
    """What a seller has at hand. One statement."""
    row = session.connection().execute(_AT_HAND, {"seller": seller_id}).one()
    begun, review, no = (found and (UUID(found[0]), found[1]) for found in (row.begun, row.review, row.no))
    return AtHand(row.on_sale, begun, review, no)


def usual_price(session: Session, product_id: UUID, but: UUID | None = None) -> UsualPrice:
    """The middle price of a kilogram of that produce in listings on sale, `but` one of them. One statement."""
    row = session.connection().execute(_USUAL, {"product": product_id, "but": but}).one()
    return UsualPrice(row.n, None if row.middle is None else Money(int(row.middle), DEFAULT_CURRENCY))


_LOTS = f"""
    SELECT l.id, p.name_hant, p.name_hans, p.name_en, p.perishability_days, l.harvested_on, l.perish_by,
           extract(epoch FROM l.perish_by - (SELECT agrimarket_now()))::float8 AS seconds_left,
           l.quantity, l.reserved, l.committed, greatest(0, l.sellable - l.reserved - l.committed) AS free,
           l.expected_share IS NOT NULL AS expected, l.recalled_at IS NOT NULL AS recalled,
           (SELECT coalesce(json_agg(json_build_array(
                i.id, i.title,
                CASE WHEN i.state IN ('published', 'paused') AND i.perish_by <= (SELECT agrimarket_now())
                     THEN 'expired' ELSE i.state END,
                {PRICE}, i.currency, i.pack_grams, i.review_since IS NOT NULL, i.review_reason <> ''
            ) ORDER BY i.id), '[]')
            FROM listing AS i WHERE i.lot_id = l.id) AS listings
    FROM harvest_lot AS l JOIN product AS p ON p.id = l.product_id
"""  # noqa: S608  # literals alone
_GONE = "(l.recalled_at IS NOT NULL OR l.perish_by <= (SELECT agrimarket_now()))"
_PARAMS = (
    bindparam("seller", type_=Uuid()),
    bindparam("after", type_=Uuid()),
    bindparam("perish_by", type_=DateTime(timezone=True)),
)
_OPEN = text(f"""{_LOTS} WHERE l.seller_id = :seller AND NOT {_GONE}
    AND (:after IS NULL OR (l.perish_by, l.id) > (:perish_by, :after)) ORDER BY l.perish_by, l.id LIMIT :limit
""").bindparams(*_PARAMS)  # literals alone
_ENDED = text(f"""{_LOTS} WHERE l.seller_id = :seller AND {_GONE}
    AND (:after IS NULL OR (l.perish_by, l.id) < (:perish_by, :after)) ORDER BY l.perish_by DESC, l.id DESC LIMIT :limit
""").bindparams(*_PARAMS)  # literals alone
_AT_HAND = text("""
    WITH live AS (
        SELECT i.id, i.title, i.state, i.review_since, i.review_reason, i.published_at
        FROM listing AS i WHERE i.seller_id = :seller AND i.perish_by > (SELECT agrimarket_now())
            AND i.state IN ('draft', 'pending_review', 'published', 'paused')
    )
    SELECT (SELECT count(*) FROM live WHERE state = 'published') AS on_sale,
           (SELECT json_build_array(l.id, p.name_hans) FROM harvest_lot AS l JOIN product AS p ON p.id = l.product_id
            WHERE l.seller_id = :seller AND l.perish_by > (SELECT agrimarket_now()) AND l.recalled_at IS NULL
                AND NOT EXISTS (SELECT FROM listing AS i WHERE i.lot_id = l.id AND (i.state <> 'draft'
                    OR i.review_reason <> ''))
            ORDER BY l.id DESC LIMIT 1) AS begun,
           (SELECT json_build_array(id, title) FROM live WHERE review_since IS NOT NULL
            ORDER BY id LIMIT 1) AS review,
           (SELECT json_build_array(id, title) FROM live WHERE state = 'draft' AND review_reason <> ''
            ORDER BY id LIMIT 1) AS no
""")
_USUAL = text("""
    SELECT count(*) AS n, percentile_disc(0.5) WITHIN GROUP (ORDER BY price_per_kg) AS middle
    FROM listing WHERE product_id = :product AND state = 'published' AND perish_by > (SELECT agrimarket_now())
        AND id IS DISTINCT FROM :but
""").bindparams(bindparam("but", type_=Uuid()))


def _lot(row: Any) -> OwnLot:
    return OwnLot(
        id=row.id,
        names={"zh-Hant": row.name_hant, "zh-Hans": row.name_hans, "en": row.name_en},
        harvested_on=row.harvested_on,
        perish_by=row.perish_by,
        seconds_left=row.seconds_left,
        keeps_days=row.perishability_days,
        quantity=row.quantity,
        reserved=row.reserved,
        committed=row.committed,
        free=row.free,
        expected=row.expected,
        recalled=row.recalled,
        listings=[
            OwnListing(UUID(id_), title, ListingState(state), Money(price, currency), pack, in_review, declined)
            for id_, title, state, price, currency, pack, in_review, declined in row.listings
        ],
    )
