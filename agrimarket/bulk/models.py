"""Tables of `bulk`: files that sellers upload, and their rows, which are sealed since they may name people."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from agrimarket.bulk.states import FileState, Kind, RowState
from agrimarket.kernel.model import created_at_field, id_field, state_check, state_field, time_field


class BulkFile(SQLModel, table=True):
    """A file of one kind, for one seller. Its faults are told in `language`."""

    __tablename__ = "bulk_file"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        state_check(FileState),
        state_check(Kind, "kind"),
        CheckConstraint("format IN ('csv', 'xlsx')", name="format_known"),
        Index("ix_bulk_file_seller_id_id", "seller_id", "id"),
    )

    id: UUID = id_field()
    kind: Kind = state_field()
    seller_id: UUID = Field(foreign_key="seller.id")
    uploaded_by: UUID = Field(foreign_key="person.id", index=True)
    file_name: str
    format: str
    delimiter: str
    language: str
    header: list[str] = Field(sa_type=JSONB, nullable=False)
    state: FileState = state_field(FileState.CHECKED)
    created_at: datetime = created_at_field()
    started_at: datetime | None = time_field(nullable=True)
    ended_at: datetime | None = time_field(nullable=True)


class BulkRow(SQLModel, table=True):
    """A row: `sealed` are its cells, values and changes, `act` what it does, `faults` why it cannot.

    Rows of one thing (`about_id`) are done together.
    """

    __tablename__ = "bulk_row"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        state_check(RowState),
        CheckConstraint("number > 0", name="number_positive"),
        CheckConstraint("(state IN ('error', 'failed')) = (faults <> '[]'::jsonb)", name="faults_told"),
        Index("ix_bulk_row_state", "file_id", "state", "number"),
        Index("ix_bulk_row_waiting", "about_id", postgresql_where="state = 'waiting'"),
    )

    file_id: UUID = Field(foreign_key="bulk_file.id", primary_key=True, ondelete="CASCADE")
    number: int = Field(primary_key=True)
    sealed: bytes
    act: str
    faults: list[dict[str, Any]] = Field(sa_type=JSONB, nullable=False)
    state: RowState = state_field()
    about_id: UUID | None = None
