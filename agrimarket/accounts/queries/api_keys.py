"""SELECTs, locks and writes of API keys."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, select

from agrimarket.accounts.models import ApiKey, Person
from agrimarket.accounts.queries.sign_in import LIVE
from agrimarket.kernel.db import locked


def of_person(session: Session, person_id: UUID, before: UUID | None, limit: int) -> Sequence[ApiKey]:
    """A person's keys made before `before`, revoked ones too, newest first."""
    statement = select(ApiKey).where(ApiKey.person_id == person_id).order_by(col(ApiKey.id).desc()).limit(limit)
    if before is not None:
        statement = statement.where(col(ApiKey.id) < before)
    return session.exec(statement).all()


def lock_owner(session: Session, person_id: UUID) -> None:
    """Wait until nobody else makes a key for that person."""
    session.exec(locked(select(Person.id).where(Person.id == person_id), referred_to=True)).one()


def signed_in(session: Session, session_id: UUID) -> bool:
    """Whether that sign-in has not ended."""
    return session.connection().execute(_SIGNED_IN, {"id": session_id}).scalar_one()


def in_use(session: Session, person_id: UUID, name: str) -> bool:
    """Whether a key of the person that is not revoked has that name."""
    statement = select(ApiKey.id).where(
        ApiKey.person_id == person_id, ApiKey.name == name, col(ApiKey.revoked_at).is_(None)
    )
    return session.exec(statement.limit(1)).first() is not None


def lock(session: Session, person_id: UUID, key_id: UUID) -> ApiKey | None:
    """A person's key under its lock; None if it is not theirs."""
    statement = locked(select(ApiKey).where(ApiKey.id == key_id, ApiKey.person_id == person_id))
    return session.exec(statement).one_or_none()


def revoke_all(session: Session, person_id: UUID) -> None:
    """End every key of a person."""
    session.connection().execute(_REVOKE_ALL, {"person": person_id})


_SIGNED_IN = text(f"SELECT EXISTS (SELECT FROM sign_in_session WHERE id = :id AND {LIVE})")  # noqa: S608  # a constant
_REVOKE_ALL = text("UPDATE api_key SET revoked_at = agrimarket_now() WHERE person_id = :person AND revoked_at IS NULL")
