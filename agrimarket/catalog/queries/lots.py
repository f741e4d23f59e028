"""Harvest lots: locked, listed and viewed."""

from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, text
from sqlmodel import Session, col, select

from agrimarket.catalog.models import HarvestLot
from agrimarket.catalog.states import ListingState
from agrimarket.catalog.types import LotView
from agrimarket.kernel.db import locked


def lock(session: Session, lot_id: UUID, seller_id: UUID | None) -> HarvestLot | None:
    """The lot of that seller (None: of anybody), locked."""
    statement = select(HarvestLot).where(col(HarvestLot.id) == lot_id)
    if seller_id is not None:
        statement = statement.where(col(HarvestLot.seller_id) == seller_id)
    return session.exec(locked(statement, referred_to=True)).one_or_none()


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


_LOTS = text("""
    SELECT l.*, p.code AS product_code,
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
        listings=[(UUID(id_), title, ListingState(state)) for id_, title, state in row.listings],
    )
