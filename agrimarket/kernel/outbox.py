"""The outbox: an event is a row written in the transaction that made it true, and delivered after the commit.

Each event becomes one delivery for every handler that subscribes to its topic. A delivery is also that handler's
inbox row: the handler's effect and `handled_at` commit together, so that a message that comes twice acts once.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

import structlog
from pydantic import BaseModel, ConfigDict
from sqlalchemy import Index, UniqueConstraint, text
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
    """Where a delivery stands. `dead` waits for an operator, who requeues or abandons it; the rest moves by itself."""

    PENDING = "pending"
    PUBLISHED = "published"
    HANDLED = "handled"
    DEAD = "dead"
    ABANDONED = "abandoned"


class Delivery(SQLModel, table=True):
    """One message for one handler. `due_at` is when it should next be published (again) unless handled before.

    `handled_at` is when it was handled or abandoned, `died_at` when its last attempt failed.
    """

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
    died_at: datetime | None = time_field(nullable=True)


def record(session: Session, event: Event, *, topic: str | None = None) -> None:
    """Put `event` into the outbox, in the caller's transaction; `topic` overrides the event's own. One statement."""
    _insert(session, [(topic or event.topic, event)])


def record_all(session: Session, events: Iterable[Event]) -> None:
    """`record` several events in one statement."""
    if told := [(event.topic, event) for event in events]:
        _insert(session, told)


def _insert(session: Session, told: Sequence[tuple[str, Event]]) -> None:
    row = {
        "ids": [new_id() for _ in told],
        "topics": [topic for topic, _ in told],
        "payloads": [event.model_dump_json() for _, event in told],
        "request_id": structlog.contextvars.get_contextvars().get("request_id"),
    }
    session.connection().execute(_INSERT, row)


_INSERT = text("""
    INSERT INTO outbox_message (id, topic, payload, request_id)
    SELECT m.id, m.topic, m.payload, :request_id
    FROM unnest(CAST(:ids AS uuid[]), CAST(:topics AS text[]), CAST(:payloads AS jsonb[])) AS m (id, topic, payload)
""")
