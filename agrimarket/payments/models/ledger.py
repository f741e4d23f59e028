"""The ledger: accounts, and journal entries with their postings."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from agrimarket.kernel.model import amount_field, created_at_field, currency_check, id_field, state_check, state_field
from agrimarket.payments.states import LedgerKind


class LedgerAccount(SQLModel, table=True):
    """Account of the chart (`LedgerKind`) in one currency; `owner_id` is the seller, for kinds that each seller has."""

    __tablename__ = "ledger_account"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        UniqueConstraint("kind", "owner_id", "currency", postgresql_nulls_not_distinct=True),
        UniqueConstraint("id", "currency"),
        state_check(LedgerKind, "kind"),
        currency_check(),
    )

    id: UUID = id_field()
    kind: LedgerKind = state_field()
    owner_id: UUID | None = Field(default=None, foreign_key="seller.id", index=True)
    currency: str
    created_at: datetime = created_at_field()


class JournalEntry(SQLModel, table=True):
    """A movement of money. Its unique key makes it happen once; `postings` is the number of its lines, for ever."""

    __tablename__ = "journal_entry"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (CheckConstraint("postings >= 2", name="postings_two"),)

    id: UUID = id_field()
    key: str = Field(unique=True)
    kind: str
    source_type: str
    source_id: UUID
    postings: int
    created_at: datetime = created_at_field()


class Posting(SQLModel, table=True):
    """A line of a journal entry, in minor units: debits are positive, credits negative."""

    __tablename__ = "posting"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        ForeignKeyConstraint(["account_id", "currency"], ["ledger_account.id", "ledger_account.currency"]),
        CheckConstraint("amount <> 0", name="amount_moves"),
        Index("ix_posting_account_id_id", "account_id", "id"),
    )

    id: UUID = id_field()
    entry_id: UUID = Field(foreign_key="journal_entry.id", index=True)
    account_id: UUID
    amount: int = amount_field()
    currency: str
