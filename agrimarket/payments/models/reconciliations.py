"""Comparisons of the ledger with the provider's balances."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import SQLModel

from agrimarket.kernel.model import created_at_field, id_field, json_field


class Reconciliation(SQLModel, table=True):
    """A comparison of our ledger with the provider's balances. `differences` is empty where they agree."""

    __tablename__ = "reconciliation"  # pyright: ignore[reportAssignmentType]

    id: UUID = id_field()
    accounts: int
    in_flight: int
    differences: list[dict[str, Any]] = json_field()
    created_at: datetime = created_at_field(index=True)
