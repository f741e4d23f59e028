"""Schemas of a person's own account."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from agrimarket.accounts.schemas.buyers import BuyerOut
from agrimarket.accounts.schemas.sellers import SellerOut
from agrimarket.accounts.types import Profile
from agrimarket.drive import drive
from agrimarket.kernel.i18n import LANGUAGES
from agrimarket.kernel.principal import Role
from agrimarket.kernel.resources import PersonId
from agrimarket.kernel.wire import In, Out, Text

Language = Annotated[
    str, StringConstraints(pattern="^(" + "|".join(LANGUAGES) + ")$", max_length=7), Field(examples=["zh-Hans"])
]


def _offered(language: str) -> str:
    if language not in drive().languages:
        raise PydanticCustomError("language_not_offered", "not offered", {"offered": ", ".join(drive().languages)})
    return language


OfferedLanguage = Annotated[Language, AfterValidator(_offered)]
"""A language that the drive offers."""


class MeIn(In):
    """Changes to the caller's account."""

    display_name: Text | None = None
    language: OfferedLanguage | None = None


class MeOut(Out):
    """The caller."""

    id: PersonId
    display_name: str
    phone: Annotated[str | None, Field(examples=["+8613800000001"])]
    email: str | None
    language: Language
    roles: Annotated[list[Role], Field(max_length=len(Role))]
    seller: SellerOut | None
    buyer: BuyerOut | None

    @classmethod
    def of(cls, profile: Profile) -> "MeOut":
        """The caller's profile as it is on the wire."""
        seller, buyer, contact = profile.seller, profile.buyer, profile.contact
        return cls(
            id=profile.person_id,
            display_name=contact.display_name,
            phone=contact.phone,
            email=contact.email,
            language=contact.language,
            roles=sorted(profile.roles),
            seller=None if seller is None else SellerOut.of(seller),
            buyer=None if buyer is None else BuyerOut.of(buyer),
        )
