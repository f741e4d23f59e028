"""SELECTs and writes of who is told of each day's clearance list."""

from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session


def begin(session: Session, follow_id: UUID, person_id: UUID) -> None:
    """Tell the person from now on, unless they are told already."""
    session.connection().execute(_BEGIN, {"id": follow_id, "person": person_id})


def end(session: Session, person_id: UUID) -> None:
    """Tell the person no more."""
    session.connection().execute(text("DELETE FROM clearance_follow WHERE person_id = :person"), {"person": person_id})


def end_one(session: Session, follow_id: UUID) -> None:
    """End the one with that id, if there is one."""
    session.connection().execute(text("DELETE FROM clearance_follow WHERE id = :id"), {"id": follow_id})


def follows(session: Session, person_id: UUID) -> bool:
    """Whether the person is told."""
    return session.connection().execute(_FOLLOWS, {"person": person_id}).scalar_one()


def exists(session: Session, follow_id: UUID) -> bool:
    """Whether there is one with that id."""
    return session.connection().execute(_EXISTS, {"id": follow_id}).scalar_one()


def everybody(session: Session) -> list[tuple[UUID, UUID]]:
    """Id and person of each, in the order in which they began."""
    rows = session.connection().execute(text("SELECT id, person_id FROM clearance_follow ORDER BY id"))
    return [(row.id, row.person_id) for row in rows]


_BEGIN = text("""
    INSERT INTO clearance_follow (id, person_id) VALUES (:id, :person) ON CONFLICT (person_id) DO NOTHING
""")
_FOLLOWS = text("SELECT EXISTS (SELECT FROM clearance_follow WHERE person_id = :person)")
_EXISTS = text("SELECT EXISTS (SELECT FROM clearance_follow WHERE id = :id)")
