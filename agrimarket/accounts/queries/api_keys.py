"""SELECTs and locks of API keys."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from agrimarket.accounts.models import ApiKey


def of_person(session: Session, person_id: UUID, before: UUID | None, limit: int) -> Sequence[ApiKey]:
    """A person's keys made before `before`, revoked ones too, newest first."""
    statement = select(ApiKey).where(ApiKey.person_id == person_id).order_by(col(ApiKey.id).desc()).limit(limit)
    if before is not None:
        statement = statement.where(col(ApiKey.id) < before)
    return session.exec(statement).all()


def lock(session: Session, person_id: UUID, key_id: UUID) -> ApiKey | None:
    """A person's key under its lock; None if it is not theirs."""
    statement = select(ApiKey).where(ApiKey.id == key_id, ApiKey.person_id == person_id).with_for_update()
    return session.exec(statement).one_or_none()
