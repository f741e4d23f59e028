"""Tables of imports, and of their filings for members. Data that people typed about others is sealed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CHAR, CheckConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from agrimarket.kernel.model import (
    amount_field,
    created_at_field,
    id_field,
    state_check,
    state_field,
    time_field,
)
from agrimarket.onboarding.states import FilingState, ImportState, RowState


class MemberImport(SQLModel, table=True):
    """File of members and their produce. `importer_id` is the cooperative's person; `uploaded_by` is the same, or an
    operator for them. The counters count rows by outcome."""

    __tablename__ = "member_import"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        state_check(ImportState),
        CheckConstraint("format IN ('csv', 'xlsx')", name="format_known"),
        CheckConstraint("total > 0 AND faulty BETWEEN 0 AND total", name="faulty_within_total"),
        CheckConstraint(
            "loaded >= 0 AND updated >= 0 AND known >= 0 AND failed >= 0 "
            "AND loaded + updated + known + failed <= total - faulty",
            name="done_within_ready",
        ),
        Index("ix_member_import_importer_id_id", "importer_id", "id"),
    )

    id: UUID = id_field()
    importer_id: UUID = Field(foreign_key="person.id")
    uploaded_by: UUID = Field(foreign_key="person.id", index=True)
    file_name: str
    format: str
    encoding: str
    delimiter: str
    header: list[str] = Field(sa_type=JSONB, nullable=False)
    state: ImportState = state_field(ImportState.CHECKED)
    total: int
    faulty: int
    loaded: int = 0
    updated: int = 0
    known: int = 0
    failed: int = 0
    created_at: datetime = created_at_field()
    started_at: datetime | None = time_field(nullable=True)
    ended_at: datetime | None = time_field(nullable=True)


class MemberFiling(SQLModel, table=True):
    """Harvest that an importer filed for a member, one for each produce; it has no effect until the member confirms.

    `digest` is a keyed hash of its whole content, so that a repeat is recognised without opening it.
    """

    __tablename__ = "member_filing"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        state_check(FilingState),
        UniqueConstraint("importer_id", "person_id", "product_key"),
        CheckConstraint("grams > 0", name="grams_positive"),
        CheckConstraint("(state = 'confirmed') = (appeal_id IS NOT NULL)", name="confirmed_has_appeal"),
        Index("ix_member_filing_person_id_id", "person_id", "id"),
    )

    id: UUID = id_field()
    importer_id: UUID = Field(foreign_key="person.id")
    person_id: UUID = Field(foreign_key="person.id")
    import_id: UUID = Field(foreign_key="member_import.id", index=True)
    appeal_id: UUID | None = Field(default=None, foreign_key="appeal.id", index=True)
    name: bytes
    region_code: str = Field(sa_type=CHAR(6), foreign_key="region.code", index=True)  # type: ignore[call-overload]  # an instance is meant
    product: str
    product_key: str
    grams: int | None = amount_field(default=None, nullable=True)
    quantity_text: str
    spoils_at: datetime = time_field()
    note: str
    digest: bytes
    state: FilingState = state_field(FilingState.WAITING)
    created_at: datetime = created_at_field()
    answered_at: datetime | None = time_field(nullable=True)


class ImportRow(SQLModel, table=True):
    """Row of a file: its cells as typed and their values as read, sealed; or its `faults`."""

    __tablename__ = "import_row"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        state_check(RowState),
        CheckConstraint("number > 0", name="number_positive"),
        CheckConstraint("(state = 'error') = (faults <> '[]'::jsonb)", name="error_has_faults"),
        Index("ix_import_row_state", "import_id", "state", "number"),
    )

    import_id: UUID = Field(foreign_key="member_import.id", primary_key=True, ondelete="CASCADE")
    number: int = Field(primary_key=True)
    sealed: bytes
    faults: list[dict[str, Any]] = Field(sa_type=JSONB, nullable=False)
    state: RowState = state_field()
    filing_id: UUID | None = Field(default=None, foreign_key="member_filing.id", index=True)
