"""SELECTs and writes of the inbox."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, select

from agrimarket.notifications.models import Notification
from agrimarket.notifications.states import Channel


def messages(session: Session, person_id: UUID, before: UUID | None, limit: int) -> Sequence[Notification]:
    """A person's messages older than `before`, the newest first."""
    statement = select(Notification).where(
        Notification.person_id == person_id, Notification.channel == Channel.IN_APP.value
    )
    if before is not None:
        statement = statement.where(col(Notification.id) < before)
    return session.exec(statement.order_by(col(Notification.id).desc()).limit(limit)).all()


def unread(session: Session, person_id: UUID) -> int:
    """How many messages a person has not read."""
    return session.connection().execute(_UNREAD, {"person": person_id}).scalar_one()


def mark_all_read(session: Session, person_id: UUID, last: UUID) -> None:
    """Note that a person has read every message up to `last`."""
    session.connection().execute(_ALL_READ, {"person": person_id, "last": last})


def mark_read(session: Session, person_id: UUID, notification_id: UUID) -> bool:
    """Note when the person first read a message; whether it is in their inbox."""
    return session.connection().execute(_READ, {"id": notification_id, "person": person_id}).rowcount > 0


_READ = text("""
    UPDATE notification SET read_at = coalesce(read_at, agrimarket_now())
    WHERE id = :id AND person_id = :person AND channel = 'in_app'
""")
_UNREAD = text("""
    SELECT count(*) FROM notification WHERE person_id = :person AND channel = 'in_app' AND read_at IS NULL
""")
_ALL_READ = text("""
    UPDATE notification SET read_at = agrimarket_now()
    WHERE person_id = :person AND channel = 'in_app' AND read_at IS NULL AND id <= :last
""")
