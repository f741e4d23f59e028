"""SELECTs of buyers."""

from collections.abc import Collection
from uuid import UUID

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
