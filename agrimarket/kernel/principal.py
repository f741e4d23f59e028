"""The caller: a signed-in person and their roles, or a person's API key and its scopes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import ClassVar, Final
from uuid import UUID

from agrimarket.kernel.errors import Forbidden


class Role(StrEnum):
    """Roles, each of which lets a person do certain things; one person can have several."""

    SELLER = "seller"
    BUYER = "buyer"
    COACH = "coach"
    OPERATOR = "operator"
    INTEGRATOR = "integrator"


KEY_PREFIX: Final = "agm_"
"""Prefix of API keys, by which scanners for leaked secrets find them."""


class Scope(StrEnum):
    """What an API key may be made for. An operation that names none of them is closed to keys.

    Closed are, by purpose: sign-ins, keys, contacts, where money is sent, who is of the staff, consent that is a
    person's own, and everything that an operator decides.
    """

    PROFILE_READ = "profile:read"
    NOTIFICATIONS_READ = "notifications:read"
    NOTIFICATIONS_WRITE = "notifications:write"
    APPEALS_READ = "appeals:read"
    APPEALS_WRITE = "appeals:write"
    APPLICATIONS_READ = "applications:read"
    APPLICATIONS_WRITE = "applications:write"
    IMPORTS_READ = "imports:read"
    IMPORTS_WRITE = "imports:write"
    LOTS_READ = "lots:read"
    LOTS_WRITE = "lots:write"
    LISTINGS_READ = "listings:read"
    LISTINGS_WRITE = "listings:write"
    ORDERS_READ = "orders:read"
    ORDERS_WRITE = "orders:write"
    PURCHASES_READ = "purchases:read"
    PURCHASES_WRITE = "purchases:write"
    CLAIMS_READ = "claims:read"
    CLAIMS_WRITE = "claims:write"
    PAYOUTS_READ = "payouts:read"
    COACHING_READ = "coaching:read"
    COACHING_WRITE = "coaching:write"
    BULLETINS_READ = "bulletins:read"
    BULLETINS_WRITE = "bulletins:write"
    LEDGER_READ = "ledger:read"
    AUDIT_READ = "audit:read"


_OWN: Final = frozenset({Role.SELLER, Role.BUYER, Role.INTEGRATOR})
"""Roles in which people have things of their own: with these nobody sees more than what is theirs."""
_SELLER, _BUYER, _COACH, _OPERATOR = (
    frozenset({role}) for role in (Role.SELLER, Role.BUYER, Role.COACH, Role.OPERATOR)
)
SPEAKS_AS: Final[Mapping[Scope, frozenset[Role]]] = {
    Scope.PROFILE_READ: frozenset(Role),
    Scope.NOTIFICATIONS_READ: _OWN,
    Scope.NOTIFICATIONS_WRITE: _OWN,
    Scope.APPEALS_READ: _OWN,
    Scope.APPEALS_WRITE: _OWN,
    Scope.APPLICATIONS_READ: _OWN,
    Scope.APPLICATIONS_WRITE: _OWN,
    Scope.IMPORTS_READ: _OWN,
    Scope.IMPORTS_WRITE: _OWN,
    Scope.LOTS_READ: _SELLER,
    Scope.LOTS_WRITE: _SELLER,
    Scope.LISTINGS_READ: _OWN,
    Scope.LISTINGS_WRITE: _SELLER,
    Scope.ORDERS_READ: _SELLER,
    Scope.ORDERS_WRITE: _SELLER,
    Scope.PURCHASES_READ: _BUYER,
    Scope.PURCHASES_WRITE: _BUYER,
    Scope.CLAIMS_READ: _BUYER | _SELLER,
    Scope.CLAIMS_WRITE: _BUYER,
    Scope.PAYOUTS_READ: _SELLER,
    Scope.COACHING_READ: _COACH,
    Scope.COACHING_WRITE: _COACH,
    Scope.BULLETINS_READ: _OPERATOR,
    Scope.BULLETINS_WRITE: _OPERATOR,
    Scope.LEDGER_READ: _OPERATOR,
    Scope.AUDIT_READ: _OPERATOR,
}
"""The roles in which a key acts under each scope, of those that its owner has at that moment."""


SELLS: Final = frozenset(
    {
        Scope.LOTS_READ,
        Scope.LOTS_WRITE,
        Scope.LISTINGS_READ,
        Scope.LISTINGS_WRITE,
        Scope.ORDERS_READ,
        Scope.ORDERS_WRITE,
    }
)
"""Scopes of operations that may be done for a grower under a mandate: stock, listings and orders, and no money."""


def scopes_for(roles: Collection[Role]) -> tuple[Scope, ...]:
    """The scopes that a key of somebody with `roles` may have; those of people's own things are for everybody."""
    return tuple(scope for scope, speaks in SPEAKS_AS.items() if speaks >= _OWN or not speaks.isdisjoint(roles))


class BuyerNeeded(Forbidden):
    """The person has not registered as a buyer (403); the sentence says where to."""

    code: ClassVar[str] = "forbidden.buyer"


class SellerNeeded(Forbidden):
    """The person's application as a seller is not approved yet (403); the sentence says where to apply."""

    code: ClassVar[str] = "forbidden.seller"


class MandateNeeded(Forbidden):
    """The seller whom the request names has not let the caller sell for them, or has ended that (403)."""

    code: ClassVar[str] = "forbidden.mandate"


class ScopeMissing(Forbidden):
    """The API key was made without the scope that this takes, which `details.scope` names (403)."""

    code: ClassVar[str] = "forbidden.scope"


class SignInNeeded(Forbidden):
    """An API key asks for what no key may do, whatever it was made for: that takes a person who signs in (403)."""

    code: ClassVar[str] = "forbidden.sign_in"


def _refusal(*roles: Role) -> Forbidden:
    match roles:
        case (Role.BUYER,):
            return BuyerNeeded()
        case (Role.SELLER,):
            return SellerNeeded()
        case _:
            return Forbidden(roles=[role.value for role in roles])


@dataclass(frozen=True, slots=True)
class Grower:
    """A seller who has given the caller a mandate to sell for them."""

    seller_id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who is signed in, or whose API key acts for them: then there are `scopes` and no `session_id`.

    `seller_id` and `buyer_id` are set where the person has such an account, and acts in that role. `sells_for` is the
    grower whom they have chosen to sell for, while that grower's mandate stands.
    """

    person_id: UUID
    roles: frozenset[Role]
    language: str
    session_id: UUID | None = None
    seller_id: UUID | None = None
    buyer_id: UUID | None = None
    scopes: frozenset[Scope] | None = None
    sells_for: Grower | None = None

    def selling(self) -> "Principal":
        """As whom stock, listings and orders are handled: as the chosen grower, and then in no other role."""
        if self.sells_for is None:
            return self
        return replace(self, roles=frozenset({Role.SELLER}), seller_id=self.sells_for.seller_id, buyer_id=None)

    def within(self, wanted: Collection[Scope]) -> "Principal":
        """As whom an operation is answered that is open to keys with one of the scopes `wanted`.

        Whoever is signed in is answered as themselves. A key acts in the roles of those of its scopes that are wanted,
        and in no other; `SignInNeeded` if no key may do this, `ScopeMissing` if this one may not.
        """
        if self.scopes is None:
            return self
        if not wanted:
            raise SignInNeeded
        held = [scope for scope in wanted if scope in self.scopes]
        if not held:
            raise ScopeMissing(scope=" ".join(wanted))
        roles = self.roles & frozenset[Role]().union(*(SPEAKS_AS[scope] for scope in held))
        return replace(
            self,
            roles=roles,
            seller_id=self.seller_id if Role.SELLER in roles else None,
            buyer_id=self.buyer_id if Role.BUYER in roles else None,
        )

    def has(self, role: Role) -> bool:
        """Whether the person has that role."""
        return role in self.roles

    def require(self, *roles: Role) -> None:
        """`Forbidden` unless the person has one of `roles`."""
        if not self.roles.intersection(roles):
            raise _refusal(*roles)

    def require_seller(self) -> UUID:
        """The person's seller account; `Forbidden` if they have none."""
        if self.seller_id is None:
            raise _refusal(Role.SELLER)
        return self.seller_id

    def require_buyer(self) -> UUID:
        """The person's buyer account; `Forbidden` if they have none."""
        if self.buyer_id is None:
            raise _refusal(Role.BUYER)
        return self.buyer_id
