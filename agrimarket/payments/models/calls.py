"""Calls to the provider that move money."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from agrimarket.kernel.model import created_at_field, id_field, json_field, state_check, state_field, time_field
from agrimarket.payments.states import CallState, Operation


class ProviderCall(SQLModel, table=True):
    """A call that moves money and its idempotency key, written before the call and kept for ever (invariant 11).

    `called_at` is when a process last claimed it, `retry_at` when the sweep takes it up again; `attempt` counts calls
    about one subject, `calls` how often this one was made.
    """

    __tablename__ = "provider_call"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        UniqueConstraint("operation", "subject_id", "attempt"),
        state_check(CallState),
        state_check(Operation, "operation"),
        Index("ix_provider_call_open", "retry_at", postgresql_where="state IN ('intent', 'unresolved')"),
    )

    id: UUID = id_field()
    key: str = Field(unique=True)
    operation: Operation = state_field()
    subject_id: UUID
    attempt: int = 1
    request: dict[str, Any] = json_field()
    state: CallState = state_field(CallState.INTENT)
    result: dict[str, Any] | None = json_field(nullable=True)
    error: str | None = None
    calls: int = 0
    created_at: datetime = created_at_field()
    called_at: datetime | None = time_field(nullable=True)
    retry_at: datetime = created_at_field()
    finished_at: datetime | None = time_field(nullable=True)
