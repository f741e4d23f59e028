"""The outbox: an event is a row written in the transaction that made it true, and delivered after the commit.

Each event becomes one delivery for every handler that subscribes to its topic. A delivery is also that handler's
inbox row: the handler's effect and `handled_at` commit together, so that a message that comes twice acts once.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

import structlog
from pydantic import BaseModel, ConfigDict
from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, Session, SQLModel

from agrimarket.kernel.ids import new_id
from agrimarket.kernel.model import (
    created_at_field,
    id_field,
    json_field,
    state_check,
    state_field,
    time_field,
)


class Event(BaseModel):
    """An event: something that happened. Subclasses name their `topic` and carry what handlers need, frozen."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    topic: ClassVar[str]


class OutboxMessage(SQLModel, table=True):
    """An event that was recorded; `relayed_at` is set once its deliveries exist."""

    __tablename__ = "outbox_message"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("ix_outbox_message_unrelayed", "id", postgresql_where="relayed_at IS NULL"),)

    id: UUID = id_field()
    topic: str
    payload: dict[str, Any] = json_field()
    request_id: str | None = None
    created_at: datetime = created_at_field()
    relayed_at: datetime | None = time_field(nullable=True)


class DeliveryState(StrEnum):
    """States of a delivery. A `dead` one waits for an operator; the others move by themselves."""

    PENDING = "pending"
    PUBLISHED = "published"
    HANDLED = "handled"
    DEAD = "dead"


class Delivery(SQLModel, table=True):
    """A message for one handler. `due_at` is when it should next be published (again) unless handled before."""

    __tablename__ = "delivery"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        UniqueConstraint("message_id", "handler"),
        state_check(DeliveryState),
        Index("ix_delivery_due", "due_at", postgresql_where="state IN ('pending', 'published')"),
        Index("ix_delivery_dead", "id", postgresql_where="state = 'dead'"),
    )

    id: UUID = id_field()
    message_id: UUID = Field(foreign_key="outbox_message.id", ondelete="CASCADE")
    handler: str
    state: DeliveryState = state_field(DeliveryState.PENDING)
    publishes: int = 0
    attempts: int = 0
    due_at: datetime = created_at_field()
    last_error: str | None = None
    created_at: datetime = created_at_field()
    handled_at: datetime | None = time_field(nullable=True)


def record(session: Session, event: Event, *, topic: str | None = None) -> None:
    """Put `event` into the outbox, in the caller's transaction; `topic` overrides the event's own."""
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    payload = event.model_dump(mode="json")
    session.add(OutboxMessage(id=new_id(), topic=topic or event.topic, payload=payload, request_id=request_id))
