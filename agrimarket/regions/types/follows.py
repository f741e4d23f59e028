"""Who follows a region."""

from dataclasses import dataclass
from uuid import UUID

from agrimarket.regions.types.places import RegionInfo


@dataclass(frozen=True, slots=True)
class Follow:
    """Somebody who is told when what is in force in a region changes."""

    id: UUID
    person_id: UUID
    region: RegionInfo
