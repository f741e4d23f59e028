"""Kinds of sellers and buyers, roles of staff, and how a seller's standing may change."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from agrimarket.kernel.principal import Role

STAFF_ROLES: Final = (Role.COACH, Role.OPERATOR, Role.INTEGRATOR)
"""Roles that operators give and take; sellers and buyers get theirs with their account."""
MAILBOX_ROLES: Final = frozenset({Role.COACH, Role.OPERATOR})
"""Who has one of them sees other people's data, and signs in with mailbox, password and authenticator only."""


class SellerKind(StrEnum):
    """Kinds of sellers."""

    FARMER = "farmer"
    COOPERATIVE = "cooperative"
    ENTERPRISE = "enterprise"


class BuyerKind(StrEnum):
    """Kinds of buyers."""

    HOUSEHOLD = "household"
    GROUP_BUY_LEADER = "group_buy_leader"
    CANTEEN = "canteen"
    SUPERMARKET = "supermarket"
    DONOR = "donor"


class Standing(StrEnum):
    """Standings of sellers: `limited` sells up to its exposure limit, `suspended` sells nothing."""

    PENDING = "pending"
    LIMITED = "limited"
    APPROVED = "approved"
    SUSPENDED = "suspended"


STANDING_TRANSITIONS: Mapping[Standing, frozenset[Standing]] = {
    Standing.PENDING: frozenset({Standing.LIMITED, Standing.APPROVED, Standing.SUSPENDED}),
    Standing.LIMITED: frozenset({Standing.APPROVED, Standing.SUSPENDED}),
    Standing.APPROVED: frozenset({Standing.LIMITED, Standing.SUSPENDED}),
    Standing.SUSPENDED: frozenset({Standing.LIMITED, Standing.APPROVED}),
}
