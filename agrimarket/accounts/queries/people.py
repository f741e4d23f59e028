"""SELECTs of people."""

from collections.abc import Collection
from uuid import UUID

from sqlmodel import Session, col, select

from agrimarket.accounts.models import Person
from agrimarket.accounts.types import Contact


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
