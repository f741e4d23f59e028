"""Events from providers, each received once."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, SQLModel, col

from agrimarket.kernel.ids import new_id
from agrimarket.kernel.model import created_at_field, id_field, json_field


class ExternalEvent(SQLModel, table=True):
    """A provider's event that was received; its (source, external id) is unique, so that it acts once."""

    __tablename__ = "external_event"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (UniqueConstraint("source", "external_id"),)

    id: UUID = id_field()
    source: str
    external_id: str
    payload: dict[str, Any] = json_field()
    received_at: datetime = created_at_field()


def receive(session: Session, source: str, external_id: str, payload: dict[str, Any]) -> bool:
    """Store the event; False if it was stored before, in which case nothing more should be done."""
    statement = (
        insert(ExternalEvent)
        .values(id=new_id(), source=source, external_id=external_id, payload=payload)
        .on_conflict_do_nothing(index_elements=["source", "external_id"])
        .returning(col(ExternalEvent.id))
    )
    return session.connection().execute(statement).scalar_one_or_none() is not None
