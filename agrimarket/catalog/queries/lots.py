"""Harvest lots: locked, listed and viewed."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Session, col, select

from agrimarket.catalog.models.listings import HarvestLot
from agrimarket.catalog.states import Grade, ListingState, Storage
from agrimarket.catalog.types.lots import LotView
from agrimarket.kernel.db import locked


def lock(session: Session, lot_id: UUID, seller_id: UUID | None) -> HarvestLot | None:
    """The lot of that seller (None: of anybody), locked."""
    statement = select(HarvestLot).where(col(HarvestLot.id) == lot_id)
    if seller_id is not None:
        statement = statement.where(col(HarvestLot.seller_id) == seller_id)
    return session.exec(locked(statement, referred_to=True)).one_or_none()


def offered(session: Session, lot_id: UUID) -> bool:
    """Whether anything of the lot was ever on sale."""
    return session.connection().execute(_OFFERED, {"lot": lot_id}).scalar_one()


def in_review(session: Session, lot_id: UUID) -> bool:
    """Whether an operator was asked about a listing of the lot, and has not decided."""
    return session.connection().execute(_IN_REVIEW, {"lot": lot_id}).scalar_one()


def discard(session: Session, lot_id: UUID) -> None:
    """Delete a lot, which the caller has locked, with its listings.

    Their photos are kept no longer than any others that no listing shows.
    """
    for statement in _DISCARD:
        session.connection().execute(statement, {"lot": lot_id})


_OFFERED = text("SELECT EXISTS (SELECT FROM listing WHERE lot_id = :lot AND published_at IS NOT NULL)")
_IN_REVIEW = text("SELECT EXISTS (SELECT FROM listing WHERE lot_id = :lot AND review_since IS NOT NULL)")
_DISCARD = (
    text("DELETE FROM listing_proposal AS p USING listing AS i WHERE i.id = p.listing_id AND i.lot_id = :lot"),
    text("""
        DELETE FROM listing_photo AS f USING listing AS i WHERE i.id = f.listing_id AND i.lot_id = :lot AND EXISTS (
            SELECT FROM listing_photo AS k
            WHERE k.seller_id = f.seller_id AND k.sha256 = f.sha256 AND (k.listing_id IS NULL OR k.id < f.id))
    """),
    text("""
        UPDATE listing_photo AS f SET listing_id = NULL, position = NULL FROM listing AS i
        WHERE i.id = f.listing_id AND i.lot_id = :lot
    """),
    text("DELETE FROM listing WHERE lot_id = :lot"),
    text("DELETE FROM harvest_lot WHERE id = :lot"),
)


def find(session: Session, lot_id: UUID, seller_id: UUID | None) -> HarvestLot | None:
    """The lot of that seller (None: of anybody)."""
    found = session.get(HarvestLot, lot_id)
    return found if found and seller_id in (None, found.seller_id) else None


def page(session: Session, seller_id: UUID, before: UUID | None, limit: int) -> list[LotView]:
    """A seller's lots, newest first. One statement."""
    rows = session.connection().execute(_LOTS, {"seller": seller_id, "before": before, "limit": limit, "id": None})
    return [_lot(row) for row in rows]


def view(session: Session, seller_id: UUID, lot_id: UUID) -> LotView | None:
    """The seller's lot with its listings. One statement."""
    params = {"seller": seller_id, "before": None, "limit": 1, "id": lot_id}
    row = session.connection().execute(_LOTS, params).one_or_none()
    return None if row is None else _lot(row)


def being_shared(session: Session, limit: int = 200) -> list[UUID]:
    """Lots whose harvest was short, and of which nothing is held for an order being paid."""
    short = select(HarvestLot.id).where(col(HarvestLot.came_in).is_not(None), HarvestLot.reserved == 0)
    return list(session.exec(short.order_by(col(HarvestLot.id)).limit(limit)))


def expected(session: Session, lot_ids: Collection[UUID]) -> Sequence[Row[Any]]:
    """(id, day) of those of the lots whose harvest is not in, or is being shared out."""
    return session.connection().execute(_EXPECTED, {"ids": sorted(lot_ids)}).all()


_EXPECTED = text("""
    SELECT id, harvested_on AS day FROM harvest_lot WHERE id = ANY(:ids) AND expected_share IS NOT NULL ORDER BY id
""").bindparams(bindparam("ids", type_=ARRAY(Uuid())))
_LOTS = text("""
    SELECT l.*, p.code AS product_code, coalesce(l.storage, p.storage) AS kept_as,
           (SELECT coalesce(json_agg(json_build_array(i.id, i.title, i.state) ORDER BY i.id), '[]')
            FROM listing AS i WHERE i.lot_id = l.id) AS listings
    FROM harvest_lot AS l JOIN product AS p ON p.id = l.product_id
    WHERE l.seller_id = :seller AND (:before IS NULL OR l.id < :before) AND (:id IS NULL OR l.id = :id)
    ORDER BY l.id DESC LIMIT :limit
""").bindparams(*(bindparam(name, type_=Uuid()) for name in ("seller", "before", "id")))


def _lot(row: Any) -> LotView:
    return LotView(
        id=row.id,
        product_id=row.product_id,
        product_code=row.product_code,
        region_code=row.region_code,
        origin_name=row.origin_name,
        harvested_on=row.harvested_on,
        perish_by=row.perish_by,
        quantity=row.quantity,
        reserved=row.reserved,
        committed=row.committed,
        recalled_at=row.recalled_at,
        expected_share=row.expected_share,
        came_in=row.came_in,
        sellable=row.sellable,
        grade=row.grade and Grade(row.grade),
        storage=Storage(row.kept_as),
        listings=[(UUID(id_), title, ListingState(state)) for id_, title, state in row.listings],
    )
