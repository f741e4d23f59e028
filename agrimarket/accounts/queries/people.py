"""SELECTs and writes of people and their roles."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, select

from agrimarket.accounts.models import Person
from agrimarket.accounts.types import Contact
from agrimarket.kernel.principal import Role


def contacts(session: Session, person_ids: Collection[UUID]) -> dict[UUID, Contact]:
    """Contacts of people by id, those of `person_ids` that exist; one statement."""
    people = session.exec(select(Person).where(col(Person.id).in_(person_ids)))
    return {one.id: Contact(one.phone, one.email, one.language, one.display_name) for one in people}


def with_email(session: Session, email: str) -> UUID | None:
    """The person with that e-mail, in lower case; None if nobody has it."""
    return session.exec(select(Person.id).where(Person.email == email)).one_or_none()


def with_phone(session: Session, phone: str) -> UUID | None:
    """The person with that telephone number in E.164; None if nobody has it."""
    return session.exec(select(Person.id).where(Person.phone == phone)).one_or_none()


def insert(session: Session, person_id: UUID, email: str, name: str, language: str) -> UUID | None:
    """Insert a person with that e-mail, in lower case; None if somebody has it."""
    row = {"id": person_id, "email": email, "name": name, "language": language}
    return session.connection().execute(_INSERT, row).scalar_one_or_none()


def find_or_insert(session: Session, person_id: UUID, phone: str, name: str, language: str) -> UUID:
    """The person with that telephone number in E.164, inserted under `person_id` if there is none."""
    row = {"id": person_id, "phone": phone, "name": name, "language": language}
    return session.connection().execute(_WITH_PHONE, row).scalar_one()


def describe(session: Session, person_id: UUID, name: str | None, language: str | None) -> None:
    """Change what is not None."""
    session.connection().execute(_DESCRIBE, {"id": person_id, "name": name, "language": language})


def name_if_nameless(session: Session, person_id: UUID, name: str) -> None:
    """Name a person who has no name."""
    session.connection().execute(_NAME, {"id": person_id, "name": name})


def grant(session: Session, person_id: UUID, role: Role) -> None:
    """Insert the role, unless the person has it."""
    session.connection().execute(_GRANT, {"person": person_id, "role": role.value})


def revoke(session: Session, person_id: UUID, role: Role) -> None:
    """Delete the role."""
    session.connection().execute(_REVOKE, {"person": person_id, "role": role.value})


_INSERT = text("""
    INSERT INTO person (id, email, display_name, language) VALUES (:id, :email, :name, :language)
    ON CONFLICT (email) DO NOTHING RETURNING id
""")
_NAME = text("UPDATE person SET display_name = :name WHERE id = :id AND display_name = ''")
_WITH_PHONE = text("""
    INSERT INTO person (id, phone, language, display_name) VALUES (:id, :phone, :language, :name)
    ON CONFLICT (phone) DO UPDATE SET
        display_name = CASE WHEN person.display_name = '' THEN excluded.display_name ELSE person.display_name END
    RETURNING id
""")
_DESCRIBE = text("""
    UPDATE person SET display_name = coalesce(:name, display_name), language = coalesce(:language, language)
    WHERE id = :id
""")
_GRANT = text("INSERT INTO person_role (person_id, role) VALUES (:person, :role) ON CONFLICT DO NOTHING")
_REVOKE = text("DELETE FROM person_role WHERE person_id = :person AND role = :role")
