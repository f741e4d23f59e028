"""SELECTs of a seller's listings as rows of a file."""

from collections.abc import Collection, Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import String, Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Session

from agrimarket.catalog.states import EDITABLE, ListingState
from agrimarket.catalog.types.stocklists import Stocked
from agrimarket.kernel.i18n import PEOPLES_ZONE

_QUIET = (ListingState.DRAFT, ListingState.PAUSED)
"""Listings in these states are not meant to be on sale."""


def of_references(
    session: Session, seller_id: UUID, skus: Collection[str], ids: Collection[UUID], *, lock: bool = False
) -> list[tuple[str | None, Stocked]]:
    """The seller's listings with one of these own references or ids, each with its reference; locked lot by lot.

    One statement.
    """
    params = {"seller": seller_id, "skus": list(skus), "ids": list(ids), "open": None}
    rows = session.connection().execute(_LOCKED if lock else _STOCKED, params)
    return [(row.sku, _stocked(row)) for row in rows]


def open_(session: Session, seller_id: UUID) -> Iterator[tuple[str | None, Stocked]]:
    """The seller's listings that have not ended, oldest first. One statement."""
    params = {"seller": seller_id, "skus": None, "ids": None, "open": [state.value for state in EDITABLE]}
    for row in session.connection().execute(_STOCKED, params):
        yield row.sku, _stocked(row)


_FROM = """
    SELECT i.id, i.lot_id, i.state, i.version, i.sku, p.code, i.region_code, l.harvested_on, i.perish_by, l.quantity,
           i.title, i.description, i.pack_grams, i.price, i.priced_by, i.min_packs, i.max_packs, i.modes
    FROM listing AS i JOIN harvest_lot AS l ON l.id = i.lot_id JOIN product AS p ON p.id = i.product_id
    WHERE i.seller_id = :seller AND (:open IS NULL OR i.state = ANY(:open))
      AND (:skus IS NULL OR i.sku = ANY(:skus) OR i.id = ANY(:ids))
    ORDER BY i.lot_id, i.id
"""
_PARAMS = (
    bindparam("seller", type_=Uuid()),
    bindparam("ids", type_=ARRAY(Uuid())),
    bindparam("skus", type_=ARRAY(String())),
    bindparam("open", type_=ARRAY(String())),
)
_STOCKED = text(_FROM).bindparams(*_PARAMS)
_LOCKED = text(f"{_FROM} FOR UPDATE OF l").bindparams(*_PARAMS)


def _stocked(row: Any) -> Stocked:
    by = row.perish_by.astimezone(PEOPLES_ZONE).replace(microsecond=0)
    values = {
        "produce": row.code,
        "region": row.region_code,
        "harvested_on": row.harvested_on.isoformat(),
        "quantity": row.quantity,
        "spoils_by": by.isoformat(),
        "title": row.title,
        "description": row.description,
        "pack": row.pack_grams,
        "price": row.price,
        "priced_by": row.priced_by,
        "min_packs": row.min_packs,
        "max_packs": row.max_packs,
        "modes": list(row.modes),
        "publish": ListingState(row.state) not in _QUIET,
    }
    return Stocked(row.id, row.lot_id, ListingState(row.state), row.version, values)
