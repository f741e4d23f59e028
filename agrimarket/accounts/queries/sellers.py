"""SELECTs, locks and writes of sellers."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, select

from agrimarket.accounts.models import Seller
from agrimarket.accounts.states import SellerKind, Standing
from agrimarket.accounts.types import SellerInfo
from agrimarket.kernel.db import locked
from agrimarket.kernel.money import Money


def by_ids(session: Session, seller_ids: Collection[UUID]) -> dict[UUID, SellerInfo]:
    """Sellers by id, those of `seller_ids` that exist; one statement."""
    rows = session.connection().execute(_BY_IDS, {"ids": list(seller_ids)})
    return {
        row.id: SellerInfo(
            row.id,
            row.person_id,
            SellerKind(row.kind),
            row.display_name,
            row.region_code,
            Standing(row.standing),
            None if row.exposure_limit is None else Money(row.exposure_limit, row.currency),
        )
        for row in rows
    }


def lock(session: Session, seller_id: UUID) -> Seller | None:
    """The seller under its lock; None if it does not exist."""
    statement = locked(select(Seller).where(col(Seller.id) == seller_id))
    return session.exec(statement.execution_options(populate_existing=True)).one_or_none()


def register(session: Session, seller_id: UUID, person_id: UUID, kind: SellerKind, name: str, region_code: str) -> UUID:
    """Insert a person's seller account under that id, unless they have one; returns the id that it has."""
    row = {"id": seller_id, "person": person_id, "kind": kind.value, "name": name, "region": region_code}
    return session.connection().execute(_REGISTER, row).scalar_one()


_BY_IDS = text("""
    SELECT id, person_id, kind, display_name, region_code, standing, exposure_limit, currency
    FROM seller WHERE id = ANY(:ids)
""")
_REGISTER = text("""
    INSERT INTO seller (id, person_id, kind, display_name, region_code, standing)
    VALUES (:id, :person, :kind, :name, :region, 'pending')
    ON CONFLICT (person_id) DO UPDATE SET person_id = excluded.person_id
    RETURNING id
""")
