"""Table of documents and photos; their files are in storage."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from agrimarket.kernel.model import created_at_field, id_field, json_field, state_check, state_field
from agrimarket.onboarding.states import DocumentState


class Document(SQLModel, table=True):
    """Photo or PDF of an application, or photo of an appeal.

    It arrives in `parts` (storage keys, in order), `length` bytes in all; once it is stored, its file is at `key`.
    """

    __tablename__ = "document"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        state_check(DocumentState),
        CheckConstraint("num_nonnulls(application_id, appeal_id) = 1", name="of_one"),
        CheckConstraint("received BETWEEN 0 AND length", name="received_within_length"),
        CheckConstraint("pages > 0", name="pages_positive"),
        CheckConstraint("state <> 'stored' OR (key <> '' AND sha256 IS NOT NULL)", name="stored_is_somewhere"),
        Index(
            "uq_document_content", "application_id", "sha256", unique=True, postgresql_where=text("state = 'stored'")
        ),
        Index("uq_document_photo", "appeal_id", "sha256", unique=True, postgresql_where=text("state = 'stored'")),
    )

    id: UUID = id_field()
    application_id: UUID | None = Field(default=None, foreign_key="application.id", index=True)
    appeal_id: UUID | None = Field(default=None, foreign_key="appeal.id", index=True)
    uploaded_by: UUID = Field(foreign_key="person.id", index=True)
    name: str
    media_type: str = ""
    length: int
    received: int = 0
    parts: list[str] = json_field()
    state: DocumentState = state_field(DocumentState.UPLOADING)
    reason: str = ""
    key: str = ""
    sha256: bytes | None = None
    pages: int = 1
    created_at: datetime = created_at_field()
