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


def _refusal(roles: tuple[Role, ...]) -> Forbidden:
    match roles:
        case (Role.BUYER,):
            return BuyerNeeded()
        case (Role.SELLER,):
            return SellerNeeded()
        case _:
            return Forbidden(roles=[role.value for role in roles])


@dataclass(frozen=True, slots=True)
class Principal:
    """A signed-in person. `seller_id` and `buyer_id` are set if the person has such an account."""

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
            raise _refusal(roles)

    def require_seller(self) -> UUID:
        """The person's seller account; `Forbidden` if they have none."""
        if self.seller_id is None:
            raise SellerNeeded
        return self.seller_id

    def require_buyer(self) -> UUID:
        """The person's buyer account; `Forbidden` if they have none."""
        if self.buyer_id is None:
            raise BuyerNeeded
        return self.buyer_id
