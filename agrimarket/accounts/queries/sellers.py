"""SELECTs, locks and writes of sellers."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, select

from agrimarket.accounts.models import Seller, SellerProduce
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
            row.created_at,
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


def add_produce(session: Session, seller_id: UUID, produce: str) -> None:
    """Record that the seller may sell that; what is recorded already stays as it is."""
    session.connection().execute(_ADD_PRODUCE, {"seller": seller_id, "produce": produce})


def produce(session: Session, seller_id: UUID) -> list[str]:
    """What the seller may sell, the first that was approved first."""
    statement = select(SellerProduce.produce).where(col(SellerProduce.seller_id) == seller_id)
    return list(session.exec(statement.order_by(col(SellerProduce.approved_at), col(SellerProduce.produce))))


_ADD_PRODUCE = text("""
    INSERT INTO seller_produce (seller_id, produce) VALUES (:seller, :produce) ON CONFLICT DO NOTHING
""")
_BY_IDS = text("""
    SELECT id, person_id, kind, display_name, region_code, standing, exposure_limit, currency, created_at
    FROM seller WHERE id = ANY(:ids)
""")
_REGISTER = text("""
    INSERT INTO seller (id, person_id, kind, display_name, region_code, standing)
    VALUES (:id, :person, :kind, :name, :region, 'pending')
    ON CONFLICT (person_id) DO UPDATE SET person_id = excluded.person_id
    RETURNING id
""")
