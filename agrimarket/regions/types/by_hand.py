"""Restrictions that operators make by hand."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from agrimarket.regions.types.places import RegionInfo
from agrimarket.regions.types.restrictions import RiskLevel

BY_HAND = "by-hand:"
"""Beginning of the series of a restriction by hand; each has its own."""


@dataclass(frozen=True, slots=True)
class RestrictedByHand:
    """A restriction that an operator makes; no communities means all of the region. `begins` None: now."""

    region_code: str
    level: RiskLevel
    communities: tuple[str, ...]
    source: str
    reason: str
    begins: datetime | None = None
    ends: datetime | None = None


@dataclass(frozen=True, slots=True)
class ByHand:
    """A restriction that an operator made, and how it ended, if it did. `ends` is when it ends by itself."""

    id: UUID
    region: RegionInfo
    level: RiskLevel
    communities: tuple[str, ...]
    source: str
    reason: str
    begins: datetime
    ends: datetime | None
    ended_at: datetime | None
    ended_why: str
    in_force: bool
