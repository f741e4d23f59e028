"""Who is asking."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from agrimarket.kernel.errors import Forbidden


class Role(StrEnum):
    """What a person may do here; one person can have several."""

    SELLER = "seller"
    BUYER = "buyer"
    COACH = "coach"
    OPERATOR = "operator"
    INTEGRATOR = "integrator"


@dataclass(frozen=True, slots=True)
class Principal:
    """A signed-in person. `seller_id` and `buyer_id` are set where the person has such an account."""

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
            raise Forbidden(roles=[role.value for role in roles])

    def require_seller(self) -> UUID:
        """The person's seller account; `Forbidden` where they have none."""
        if self.seller_id is None:
            raise Forbidden(roles=[Role.SELLER.value])
        return self.seller_id

    def require_buyer(self) -> UUID:
        """The person's buyer account; `Forbidden` where they have none."""
        if self.buyer_id is None:
            raise Forbidden(roles=[Role.BUYER.value])
        return self.buyer_id
