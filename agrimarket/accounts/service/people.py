"""People: their contacts, their roles, and their own profiles."""

from collections.abc import Collection
from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.errors import PersonUnknown, PhoneUnreadable, SomebodyUnknown
from agrimarket.accounts.queries import buyers, sellers
from agrimarket.accounts.queries import people as queries
from agrimarket.accounts.rules import normal_email, normal_phone
from agrimarket.accounts.types import Contact, Profile
from agrimarket.kernel import ids
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.principal import Principal, Role


def with_phone(session: Session, phone: str, language: str, display_name: str = "") -> UUID:
    """Id of the person with that phone, who is made if there is none. One statement; safe when run twice at once.

    A village agent who files for a farmer names them by phone in this way. `PhoneUnreadable`.
    """
    return queries.find_or_insert(session, new_id(), normal_phone(phone), display_name, language)


def contact(session: Session, person_id: UUID) -> Contact:
    """Contact of that person; `PersonUnknown`."""
    found = queries.contacts(session, [person_id])
    if person_id not in found:
        raise PersonUnknown
    return found[person_id]


def find(session: Session, text: str, *, pointer: str | None = None) -> UUID:
    """The person with that id (as on the wire), e-mail or telephone number; `SomebodyUnknown`."""
    try:
        person_id = queries.with_email(session, normal_email(text)) if "@" in text else _by_id_or_phone(session, text)
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
    queries.describe(session, person_id, display_name, language)


def grant_role(session: Session, person_id: UUID, role: Role) -> None:
    """Give a person a role; nothing changes if they have it."""
    queries.grant(session, person_id, role)


def revoke_role(session: Session, person_id: UUID, role: Role) -> None:
    """Take a role from a person, and so from their sessions and keys, at once."""
    queries.revoke(session, person_id, role)


def profile(session: Session, who: Principal) -> Profile:
    """Profile of `who`, as they may see it."""
    seller = sellers.by_ids(session, [who.seller_id])[who.seller_id] if who.seller_id else None
    buyer = buyers.by_ids(session, [who.buyer_id])[who.buyer_id] if who.buyer_id else None
    return Profile(who.person_id, who.roles, contact(session, who.person_id), seller, buyer)


def name_if_nameless(session: Session, person_id: UUID, display_name: str) -> None:
    """Give a person without a name that of the account that they open."""
    queries.name_if_nameless(session, person_id, display_name)
