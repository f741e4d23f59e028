"""Schemas of the enrolment of staff."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from agrimarket.accounts.schemas.people import OfferedLanguage
from agrimarket.accounts.states import STAFF_ROLES
from agrimarket.accounts.types import Enrolment, StaffMember
from agrimarket.kernel.principal import Role
from agrimarket.kernel.resources import PersonId
from agrimarket.kernel.wire import In, Instant, Out, Text, Typed
from agrimarket.typed.identifiers import email

Email = Annotated[
    str,
    StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254),
    Typed(email),
    Field(examples=["chen@example.org"]),
]


def _staff_role(role: Role) -> Role:
    if role not in STAFF_ROLES:
        raise PydanticCustomError("role_not_of_staff", "is no role that operators give")
    return role


StaffRole = Annotated[Role, AfterValidator(_staff_role)]


class StaffIn(In):
    """A new member of staff."""

    email: Email
    display_name: Text
    language: OfferedLanguage
    roles: Annotated[list[StaffRole], Field(min_length=1, max_length=len(Role), examples=[["coach"]])]


class StaffOut(Out):
    """A member of staff who was sent a link, by which they set password and authenticator themselves."""

    person_id: PersonId
    sent_to: Annotated[str, Field(max_length=254, examples=["chen@example.org"])]

    @classmethod
    def of(cls, made: Enrolment) -> "StaffOut":
        """As it is on the wire."""
        return cls(person_id=made.person_id, sent_to=made.email)


class RolesIn(In):
    """The roles of staff that somebody is to have."""

    roles: Annotated[list[StaffRole], Field(max_length=len(Role))] = []


class DisableIn(In):
    """Why somebody is of staff no more; it is kept in the audit log."""

    reason: Text


class StaffMemberOut(Out):
    """Somebody with a role of staff or a password. `seen_at` is when they last did something, signed in."""

    person_id: PersonId
    display_name: str
    email: str | None
    roles: Annotated[list[Role], Field(max_length=len(Role), examples=[["operator"]])]
    since: Instant
    seen_at: Instant | None
    disabled_at: Instant | None

    @classmethod
    def of(cls, member: StaffMember) -> "StaffMemberOut":
        """As it is on the wire."""
        return cls(
            person_id=member.person_id,
            display_name=member.display_name,
            email=member.email,
            roles=sorted(member.roles),
            since=member.since,
            seen_at=member.seen_at,
            disabled_at=member.disabled_at,
        )
