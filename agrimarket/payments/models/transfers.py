"""Transfers to sellers' accounts, and holds on them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from agrimarket.kernel.model import amount_field, created_at_field, id_field, state_check, state_field, time_field
from agrimarket.kernel.money import DEFAULT_CURRENCY
from agrimarket.payments.states import TransferState


class Hold(SQLModel, table=True):
    """Hold on money of a split, which is not sent while a claim is open."""

    __tablename__ = "hold"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (CheckConstraint("amount > 0", name="amount_positive"),)

    id: UUID = id_field()
    split_id: UUID = Field(foreign_key="payment_split.id", index=True)
    amount: int = amount_field()
    created_at: datetime = created_at_field()
    released_at: datetime | None = time_field(nullable=True)


class Transfer(SQLModel, table=True):
    """Money of a split to its seller's account, in minor units; `withheld` pays what the seller owed us."""

    __tablename__ = "transfer"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        UniqueConstraint("split_id", "sequence"),
        Index(
            "uq_transfer_open_split",
            "split_id",
            unique=True,
            postgresql_where="state IN ('due', 'sending', 'unresolved', 'failed')",
        ),
        Index("ix_transfer_due", "due_at", postgresql_where="state IN ('due', 'failed')"),
        state_check(TransferState),
        CheckConstraint("amount >= 0 AND withheld >= 0 AND reversed BETWEEN 0 AND amount", name="amounts"),
    )

    id: UUID = id_field()
    split_id: UUID = Field(foreign_key="payment_split.id")
    seller_id: UUID = Field(foreign_key="seller.id", index=True)
    sequence: int = 1
    state: TransferState = state_field(TransferState.DUE)
    due_at: datetime = time_field()
    amount: int = amount_field(default=0)
    withheld: int = amount_field(default=0)
    reversed: int = amount_field(default=0)
    currency: str = DEFAULT_CURRENCY
    attempts: int = 0
    provider_id: str | None = Field(default=None, unique=True)
    failure_code: str | None = None
    created_at: datetime = created_at_field()
    sent_at: datetime | None = time_field(nullable=True)
