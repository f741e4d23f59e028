"""Opinions of counties' offices, and clearance lists."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Index,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel

from agrimarket.kernel.model import (
    amount_field,
    created_at_field,
    id_field,
    time_field,
)


class LotOpinion(SQLModel, table=True):
    """What a county's office said about a lot: `verified`, or not. Rows are only added; the newest counts."""

    __tablename__ = "lot_opinion"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("ix_lot_opinion_lot", "lot_id", "id"),)

    id: UUID = id_field()
    lot_id: UUID = Field(foreign_key="harvest_lot.id")
    verified: bool
    office: str
    officer: str
    words: str
    given_on: date
    by_id: UUID = Field(foreign_key="person.id", index=True)
    at: datetime = created_at_field()


class AppealStock(SQLModel, table=True):
    """Stock of an appeal that a county verified, as its event told it: nothing personal, and never the appeal's words.

    `turn` grows with each telling, so that events may come in any order. `price_per_kg` in minor units.
    """

    __tablename__ = "appeal_stock"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        CheckConstraint("grams > 0", name="grams_positive"),
        CheckConstraint("price_per_kg > 0", name="price_positive"),
        Index("ix_appeal_stock_open", "spoils_at", "appeal_id", postgresql_where=text("open")),
    )

    appeal_id: UUID = Field(primary_key=True)
    turn: int
    open: bool
    number: str
    product: str
    product_id: UUID | None = Field(default=None, foreign_key="product.id", index=True)
    region_code: str
    origin_name: str
    grams: int = amount_field()
    spoils_at: datetime = time_field()
    price_per_kg: int | None = amount_field(default=None, nullable=True)
    office: str
    given_on: date


class ClearanceList(SQLModel, table=True):
    """The clearance list of a day in China, or a correction of it: a later `edition`, with the reason `why`. It never
    changes. `rows` and `grams` are its sums."""

    __tablename__ = "clearance_list"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        UniqueConstraint("day", "edition"),
        CheckConstraint("edition > 0", name="edition_positive"),
        CheckConstraint("(edition = 1) = (why IS NULL)", name="corrected_with_reason"),
    )

    id: UUID = id_field()
    day: date
    edition: int
    why: str | None = None
    by_id: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    rows: int
    grams: int = amount_field()
    made_at: datetime = created_at_field()


class ClearanceRow(SQLModel, table=True):
    """A line of a clearance list: what stood there when it was made. It never changes.

    `stock_id` is the lot or the appeal, and `number` what an appeal is called by; a lot is bought by its `listing_id`.
    """

    __tablename__ = "clearance_row"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (UniqueConstraint("list_id", "stock_id"),)

    list_id: UUID = Field(foreign_key="clearance_list.id", primary_key=True)
    position: int = Field(primary_key=True)
    stock_id: UUID
    number: str | None = None
    listing_id: UUID | None = None
    product: str
    product_id: UUID | None = Field(default=None, foreign_key="product.id", index=True)
    grade: str | None = None
    region_code: str
    origin_name: str
    grams: int = amount_field()
    spoils_at: datetime = time_field()
    price_per_kg: int | None = amount_field(default=None, nullable=True)
    pack_grams: int | None = amount_field(default=None, nullable=True)
    office: str
    given_on: date


class ClearanceFollow(SQLModel, table=True):
    """A buyer who is told of each day's clearance list."""

    __tablename__ = "clearance_follow"  # pyright: ignore[reportAssignmentType]

    id: UUID = id_field()
    person_id: UUID = Field(foreign_key="person.id", unique=True)
    created_at: datetime = created_at_field()
