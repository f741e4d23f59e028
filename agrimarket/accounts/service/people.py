"""People: their contacts, their roles, and their own profiles."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from agrimarket.accounts.errors import PersonUnknown, PhoneUnreadable, SomebodyUnknown
from agrimarket.accounts.queries import buyers, sellers
from agrimarket.accounts.queries import people as queries
from agrimarket.accounts.rules import normal_phone
from agrimarket.accounts.types import Contact, Profile
from agrimarket.kernel import ids
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.principal import Principal, Role


def with_phone(session: Session, phone: str, language: str, display_name: str = "") -> UUID:
    """Id of the person with that phone, who is made if there is none. One statement; safe when run twice at once.

    A village agent who files for a farmer names them by phone in this way. `PhoneUnreadable`.
    """
    row = {"id": new_id(), "phone": normal_phone(phone), "language": language, "name": display_name}
    return session.connection().execute(_WITH_PHONE, row).scalar_one()


def contact(session: Session, person_id: UUID) -> Contact:
    """Contact of that person; `PersonUnknown`."""
    found = queries.contacts(session, [person_id])
    if person_id not in found:
        raise PersonUnknown
    return found[person_id]


def find(session: Session, text: str, *, pointer: str | None = None) -> UUID:
    """The person with that id (as on the wire), e-mail or telephone number; `SomebodyUnknown`."""
    try:
        person_id = queries.with_email(session, text.lower()) if "@" in text else _by_id_or_phone(session, text)
    except PhoneUnreadable:
        person_id = None
    if person_id is None:
        raise SomebodyUnknown(pointer=pointer)
    return person_id


def _by_id_or_phone(session: Session, text: str) -> UUID | None:
    try:
        person_id = ids.decode("per", text)
    except ValueError:
        return queries.with_phone(session, normal_phone(text))
    return person_id if queries.contacts(session, [person_id]) else None


def contacts(session: Session, person_ids: Collection[UUID]) -> dict[UUID, Contact]:
    """Contacts of people by id, those of `person_ids` that exist; one statement."""
    return queries.contacts(session, person_ids)


def describe(
    session: Session, person_id: UUID, *, display_name: str | None = None, language: str | None = None
) -> None:
    """Change a person's name, or the language of messages to them."""
    row = {"id": person_id, "name": display_name, "language": language}
    session.connection().execute(_DESCRIBE, row)


def grant_role(session: Session, person_id: UUID, role: Role) -> None:
    """Give a person a role; nothing changes if they have it."""
    session.connection().execute(_GRANT, {"person": person_id, "role": role.value})


def revoke_role(session: Session, person_id: UUID, role: Role) -> None:
    """Take a role from a person, and so from their sessions and keys, at once."""
    session.connection().execute(
        text("DELETE FROM person_role WHERE person_id = :person AND role = :role"),
        {"person": person_id, "role": role.value},
    )


def profile(session: Session, who: Principal) -> Profile:
    """Profile of `who`, as they may see it."""
    seller = sellers.by_ids(session, [who.seller_id])[who.seller_id] if who.seller_id else None
    buyer = buyers.by_ids(session, [who.buyer_id])[who.buyer_id] if who.buyer_id else None
    return Profile(who.person_id, who.roles, contact(session, who.person_id), seller, buyer)


def name_if_nameless(session: Session, person_id: UUID, display_name: str) -> None:
    """Give a person without a name that of the account that they open."""
    session.connection().execute(_NAME, {"id": person_id, "name": display_name})


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
