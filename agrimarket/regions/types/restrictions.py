"""Restrictions in force, and verdicts by them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from agrimarket.regions.types.places import PlaceText, RegionInfo


class RiskLevel(StrEnum):
    """Levels that a notice gives to areas. High and middle close deliveries; low (常态化防控) only informs."""

    HIGH = "high"
    MIDDLE = "middle"
    LOW = "low"


class Verdict(StrEnum):
    """Verdicts on deliveries to a region, or on one delivery.

    Of a region: `partial` has closed communities, `closed` is closed as a whole. Of a delivery: `partial` can be
    made only to a community that is named and not on the list.
    """

    OPEN = "open"
    PARTIAL = "partial"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class RestrictionInfo:
    """A restriction in force. `communities` may name fewer than `community_count`: each service says which.

    `zone` names the zone of the region that is meant, if one is. `note` is what the source says beside the names.
    `until` is its end, where that is known already. `touch` is how an address that was asked about stands to it:
    `closed` lies in it, `partial` may; None otherwise.
    """

    level: RiskLevel
    communities: list[str]
    community_count: int
    since: datetime
    bulletin_number: str
    bulletin_id: UUID
    source: str
    region_code: str
    region_name: PlaceText
    place: str = ""
    whole_area: bool = False
    resolved: bool = True
    zone: str = ""
    note: str = ""
    until: datetime | None = None
    touch: Verdict | None = None


@dataclass(frozen=True, slots=True)
class RegionStatus:
    """Restrictions in force in a region. `as_of` and `bulletin_number` are of the newest notice, if there is any."""

    code: str
    verdict: Verdict
    restrictions: list[RestrictionInfo]
    region: RegionInfo
    bulletin_number: str | None = None
    as_of: datetime | None = None
