"""The inbox: messages to a person, in their language."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from agrimarket.kernel.errors import NotFound
from agrimarket.notifications.queries import inbox as queries
from agrimarket.notifications.rules import words


@dataclass(frozen=True, slots=True)
class InboxEntry:
    """A message in a person's inbox, in their language."""

    id: UUID
    template: str
    text: str
    at: datetime
    read_at: datetime | None


def entries(
    session: Session, person_id: UUID, *, language: str, before: UUID | None = None, limit: int = 50
) -> list[InboxEntry]:
    """A person's messages older than `before`, the newest first."""
    return [
        InboxEntry(row.id, row.template, words(row.template, row.params, language), row.created_at, row.read_at)
        for row in queries.messages(session, person_id, before, limit)
    ]


def mark_read(session: Session, person_id: UUID, notification_id: UUID) -> None:
    """Note that the person has read a message; `NotFound` if it is not in their inbox. Twice does no harm."""
    if not queries.mark_read(session, person_id, notification_id):
        raise NotFound
