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
