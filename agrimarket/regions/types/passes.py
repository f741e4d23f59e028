"""Requirements of transport passes."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from agrimarket.regions.types.places import PlaceText


@dataclass(frozen=True, slots=True)
class PassRequirementInfo:
    """A region that asks vehicles for a transport pass, from `since` on, and no more from `until` on.

    `issued_by` is who gives it out, `apply_at` where one asks for it; a `sample` is invented.
    """

    id: UUID
    region_code: str
    region_name: PlaceText
    since: date
    until: date | None
    source: str
    issued_by: str
    apply_at: str
    sample: bool


@dataclass(frozen=True, slots=True)
class NewPassRequirement:
    """A region that asks for transport passes, to be written down."""

    region_code: str
    since: date
    source: str
    issued_by: str
    apply_at: str
    sample: bool = False
