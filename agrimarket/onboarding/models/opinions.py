"""Table of counties' opinions about appeals."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from agrimarket.kernel.model import amount_field, created_at_field, id_field


class AppealOpinion(SQLModel, table=True):
    """What a county's office said about the stock of an appeal: `verified`, or not. The newest counts.

    Rows are only added; only `words` can change, and only to "". `product`, `grams` and `price_per_kg` are as verified;
    none of them where it was not.
    """

    __tablename__ = "appeal_opinion"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        CheckConstraint("grams > 0", name="grams_positive"),
        CheckConstraint("price_per_kg > 0", name="price_positive"),
        CheckConstraint("verified = (grams IS NOT NULL) AND verified = (product IS NOT NULL)", name="verified_whole"),
        Index("ix_appeal_opinion_appeal", "appeal_id", "id"),
    )

    id: UUID = id_field()
    appeal_id: UUID = Field(foreign_key="appeal.id")
    verified: bool
    office: str
    officer: str
    words: str
    given_on: date
    product: str | None = None
    grams: int | None = amount_field(default=None, nullable=True)
    price_per_kg: int | None = amount_field(default=None, nullable=True)
    by_id: UUID = Field(foreign_key="person.id", index=True)
    at: datetime = created_at_field()
