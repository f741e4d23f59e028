"""Schemas of the enrolment of staff."""

from typing import Annotated

from pydantic import Field, StringConstraints

from agrimarket.accounts.schemas.people import Language
from agrimarket.kernel.principal import Role
from agrimarket.kernel.resources import PersonId
from agrimarket.kernel.wire import In, Out, Text

Email = Annotated[
    str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254), Field(examples=["chen@example.org"])
]


class StaffIn(In):
    """A new member of staff."""

    email: Email
    display_name: Text
    language: Language
    roles: Annotated[list[Role], Field(min_length=1, max_length=len(Role), examples=[["coach"]])]


class StaffOut(Out):
    """Credentials of a new member of staff, shown only here. `totp_uri` goes into an authenticator app."""

    person_id: PersonId
    password: str
    totp_uri: str
