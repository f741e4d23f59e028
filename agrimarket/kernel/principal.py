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
            raise Forbidden(details={"roles": [role.value for role in roles]})
