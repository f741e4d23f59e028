"""The inbox: messages to a person, in their language."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from agrimarket.kernel.errors import NotFound
from agrimarket.notifications.models import Notification
from agrimarket.notifications.queries import inbox as queries
from agrimarket.notifications.rules import words


@dataclass(frozen=True, slots=True)
class InboxEntry:
    """A message in a person's inbox, in their language; `path` is where they can act on it."""

    id: UUID
    template: str
    text: str
    path: str | None
    at: datetime
    read_at: datetime | None


def entries(
    session: Session, person_id: UUID, *, language: str, before: UUID | None = None, limit: int = 50
) -> list[InboxEntry]:
    """A person's messages older than `before`, the newest first."""
    return [_entry(row, language) for row in queries.messages(session, person_id, before, limit)]


def _entry(row: Notification, language: str) -> InboxEntry:
    said = words(row.template, row.params, language)
    return InboxEntry(row.id, row.template, said, row.params.get("path"), row.created_at, row.read_at)


def unread(session: Session, person_id: UUID) -> int:
    """How many messages a person has not read; one statement."""
    return queries.unread(session, person_id)


def mark_all_read(session: Session, person_id: UUID, last: UUID) -> None:
    """Note that a person has read every message up to `last`, the newest that they were shown."""
    queries.mark_all_read(session, person_id, last)


def mark_read(session: Session, person_id: UUID, notification_id: UUID) -> None:
    """Note that the person has read a message; `NotFound` if it is not in their inbox. Twice does no harm."""
    if not queries.mark_read(session, person_id, notification_id):
        raise NotFound
