"""Tables of `notifications`."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from agrimarket.kernel.model import created_at_field, id_field, json_field, state_check, state_field, time_field
from agrimarket.notifications.states import Channel, NotificationState


class Notification(SQLModel, table=True):
    """Message to one person by one channel; `dedupe_key` keeps an event that comes twice from being told twice.

    A message with a sign-in code has no person; its `params` hold the code's id, never the code.
    """

    __tablename__ = "notification"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        state_check(Channel, "channel"),
        state_check(NotificationState),
        CheckConstraint("person_id IS NOT NULL OR channel = 'sms'", name="inbox_has_owner"),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_at_if_sent"),
        Index("ix_notification_person_id_id", "person_id", "id"),
    )

    id: UUID = id_field()
    person_id: UUID | None = Field(default=None, foreign_key="person.id")
    channel: Channel = state_field()
    template: str
    params: dict[str, Any] = json_field()
    state: NotificationState = state_field(NotificationState.QUEUED)
    dedupe_key: str = Field(unique=True)
    attempts: int = 0
    provider_ref: str | None = None
    last_error: str | None = None
    created_at: datetime = created_at_field()
    sent_at: datetime | None = time_field(nullable=True)
    read_at: datetime | None = time_field(nullable=True)
