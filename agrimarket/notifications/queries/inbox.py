"""SELECTs of the inbox."""

from collections.abc import Sequence
from uuid import UUID

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
