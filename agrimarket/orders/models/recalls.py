"""Recalls of lots and drills of them: who was to be told, and how long it took to know."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from agrimarket.kernel.model import amount_field, created_at_field, id_field, time_field


class RecallDrill(SQLModel, table=True):
    """A recall of a lot, or (`drill`) the practice of one. A drill changes no stock, listing or order.

    `pressed_at` is when somebody asked for it, `listed_at` when the list of everybody who bought of the lot was
    complete, by the database's clock. `told`: each of them gets a text. Buyers are counted once, by how they can be
    reached.
    """

    __tablename__ = "recall_drill"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        CheckConstraint("listed_at IS NULL OR listed_at >= pressed_at", name="listed_after_pressed"),
        CheckConstraint("by_phone + by_email + unreachable = buyers", name="each_buyer_once"),
        CheckConstraint("drill OR told", name="recall_is_told"),
        Index("uq_recall_drill_recall", "lot_id", unique=True, postgresql_where="NOT drill"),
        Index("ix_recall_drill_lot_id", "lot_id"),
    )

    id: UUID = id_field()
    lot_id: UUID = Field(foreign_key="harvest_lot.id")
    seller_id: UUID = Field(foreign_key="seller.id", index=True)
    pressed_by: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    drill: bool
    told: bool
    reason: str
    pressed_at: datetime = time_field()
    listed_at: datetime | None = time_field(nullable=True)
    orders: int = 0
    buyers: int = 0
    by_phone: int = 0
    by_email: int = 0
    unreachable: int = 0
    grams: int = amount_field(default=0)
    created_at: datetime = created_at_field()
