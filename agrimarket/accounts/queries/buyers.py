"""SELECTs and writes of buyers."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, select

from agrimarket.accounts.models import Buyer
from agrimarket.accounts.states import BuyerKind
from agrimarket.accounts.types import BuyerInfo


def by_ids(session: Session, buyer_ids: Collection[UUID]) -> dict[UUID, BuyerInfo]:
    """Buyers by id, those of `buyer_ids` that exist; one statement."""
    rows = session.exec(select(Buyer).where(col(Buyer.id).in_(buyer_ids)))
    return {
        row.id: BuyerInfo(row.id, row.person_id, BuyerKind(row.kind), row.display_name, row.region_code) for row in rows
    }


def register(session: Session, buyer_id: UUID, person_id: UUID, kind: BuyerKind, name: str, region_code: str) -> UUID:
    """Insert a person's buyer account under that id, or change theirs; returns the id that it has."""
    row = {"id": buyer_id, "person": person_id, "kind": kind.value, "name": name, "region": region_code}
    return session.connection().execute(_REGISTER, row).scalar_one()


_REGISTER = text("""
    INSERT INTO buyer (id, person_id, kind, display_name, region_code)
    VALUES (:id, :person, :kind, :name, :region)
    ON CONFLICT (person_id) DO UPDATE SET
        kind = excluded.kind, display_name = excluded.display_name, region_code = excluded.region_code
    RETURNING id
""")
