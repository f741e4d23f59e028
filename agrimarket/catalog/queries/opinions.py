"""Counties' opinions about lots, and verified stock of appeals."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from agrimarket.catalog.types.clearance import LotToVerify, VerifiedStock


def about_soon(session: Session, until: datetime, lot_id: UUID | None, limit: int) -> list[LotToVerify]:
    """Lots on sale that spoil by `until`, or the one named: those without an opinion first, then by perish-by.

    One statement.
    """
    rows = session.connection().execute(_SOON, {"until": until, "lot": lot_id, "limit": limit})
    return [LotToVerify(**row._mapping) for row in rows]  # pyright: ignore[reportPrivateUsage]  # SQLAlchemy's name


_SOON = text("""
    SELECT lot_id, listing_id, title, region_code, origin_name, grams, perish_by, o.verified, o.office,
           o.words, o.given_on
    FROM (
        SELECT DISTINCT ON (i.perish_by, l.id) l.id AS lot_id, i.id AS listing_id, i.title, l.region_code,
               l.origin_name, l.quantity - l.reserved - l.committed AS grams, i.perish_by
        FROM listing AS i JOIN harvest_lot AS l ON l.id = i.lot_id
        WHERE i.state = 'published' AND i.perish_by > (SELECT agrimarket_now())
            AND i.perish_by <= CAST(:until AS timestamptz) AND l.quantity > l.reserved + l.committed
            AND (CAST(:lot AS uuid) IS NULL OR l.id = CAST(:lot AS uuid))
        ORDER BY i.perish_by, l.id, i.id
    ) AS soon
    LEFT JOIN LATERAL (
        SELECT verified, office, words, given_on FROM lot_opinion AS o WHERE o.lot_id = soon.lot_id
        ORDER BY o.id DESC LIMIT 1
    ) AS o ON true
    ORDER BY o.verified IS NOT NULL, perish_by, lot_id
    LIMIT :limit
""")


def take(session: Session, stock: VerifiedStock, origin_name: str) -> bool:
    """Keep what was told about the stock of an appeal, unless something later was; returns whether it was kept.

    The produce is the kind of that name, in any language, if there is one.
    """
    row: dict[str, Any] = {name: getattr(stock, name) for name in stock.__slots__}
    return session.connection().execute(_TAKE, {**row, "origin_name": origin_name}).rowcount == 1


_TAKE = text("""
    INSERT INTO appeal_stock AS s (
        appeal_id, turn, open, number, product, product_id, region_code, origin_name, grams, spoils_at, price_per_kg,
        office, given_on
    )
    SELECT :appeal_id, :turn, :open, :number, CAST(:product AS varchar),
           (SELECT p.id FROM product AS p
            WHERE lower(CAST(:product AS varchar)) IN (p.name_hant, p.name_hans, lower(p.name_en))
            ORDER BY p.id LIMIT 1),
           :region_code, :origin_name, :grams, :spoils_at, :price_per_kg, :office, :given_on
    ON CONFLICT (appeal_id) DO UPDATE SET
        turn = excluded.turn, open = excluded.open, number = excluded.number, product = excluded.product,
        product_id = excluded.product_id, region_code = excluded.region_code, origin_name = excluded.origin_name,
        grams = excluded.grams, spoils_at = excluded.spoils_at, price_per_kg = excluded.price_per_kg,
        office = excluded.office, given_on = excluded.given_on
    WHERE s.turn < excluded.turn
""")
