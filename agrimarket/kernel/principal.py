"""The caller: a signed-in person and their roles."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from agrimarket.kernel.errors import Forbidden


class Role(StrEnum):
    """Roles, each of which lets a person do certain things; one person can have several."""

    SELLER = "seller"
    BUYER = "buyer"
    COACH = "coach"
    OPERATOR = "operator"
    INTEGRATOR = "integrator"


class BuyerNeeded(Forbidden):
    """The person has not registered as a buyer (403); the sentence says where to."""

    code: ClassVar[str] = "forbidden.buyer"


class SellerNeeded(Forbidden):
    """The person's application as a seller is not approved yet (403); the sentence says where to apply."""

    code: ClassVar[str] = "forbidden.seller"


class KeyTooNarrow(Forbidden):
    """The API key was made without any of the roles that this takes, which `details` names (403)."""

    code: ClassVar[str] = "forbidden.key"


def _refusal(who: "Principal", *roles: Role) -> Forbidden:
    if who.session_id is None:
        return KeyTooNarrow(roles=[role.value for role in roles])
    match roles:
        case (Role.BUYER,):
            return BuyerNeeded()
        case (Role.SELLER,):
            return SellerNeeded()
        case _:
            return Forbidden(roles=[role.value for role in roles])


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who is signed in, or whose API key acts for them: then there is no `session_id`.

    `seller_id` and `buyer_id` are set where the person has such an account, and the key has that role.
    """

    person_id: UUID
    roles: frozenset[Role]
    language: str
    session_id: UUID | None = None
    seller_id: UUID | None = None
    buyer_id: UUID | None = None

    def has(self, role: Role) -> bool:
        """Whether the person has that role."""
        return role in self.roles

    def require(self, *roles: Role) -> None:
        """`Forbidden` unless the person has one of `roles`."""
        if not self.roles.intersection(roles):
            raise _refusal(self, *roles)

    def require_seller(self) -> UUID:
        """The person's seller account; `Forbidden` if they have none."""
        if self.seller_id is None:
            raise _refusal(self, Role.SELLER)
        return self.seller_id

    def require_buyer(self) -> UUID:
        """The person's buyer account; `Forbidden` if they have none."""
        if self.buyer_id is None:
            raise _refusal(self, Role.BUYER)
        return self.buyer_id
