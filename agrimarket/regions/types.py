"""Values that `regions`' services take and return."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

MAX_ENTRIES = 100_000
"""Entries of a list in a notice, and communities of an entry."""


class RegionLevel(StrEnum):
    """Levels of the tree of GB/T 2260."""

    PROVINCE = "province"
    PREFECTURE = "prefecture"
    COUNTY = "county"


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


class Level(StrEnum):
    """Levels of an answer, from the best to the worst.

    `essential_only`: people stay in, so goods come no further than a contactless point. `closed`: nothing comes in.
    """

    OPEN = "open"
    ESSENTIAL_ONLY = "essential_only"
    CLOSED = "closed"


class Mode(StrEnum):
    """Modes in which goods get from a seller to a buyer.

    `truck` and `cold_chain` come to the door, `contactless_point` to a place at the community's edge where nobody
    meets; with `pick_up` the buyer fetches them from the seller.
    """

    TRUCK = "truck"
    COLD_CHAIN = "cold_chain"
    CONTACTLESS_POINT = "contactless_point"
    PICK_UP = "pick_up"


class Basis(StrEnum):
    """What an answer rests on: a past day's notices, those in force now, or the assumption that these stay in force."""

    HISTORY = "history"
    IN_FORCE = "in_force"
    ASSUMED = "assumed"


class Remedy(StrEnum):
    """Kinds of what would make an answer yes: another mode, community, destination, origin or day."""

    MODE = "mode"
    COMMUNITY = "community"
    DESTINATION = "destination"
    ORIGIN = "origin"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Instead:
    """One thing that would make an answer yes. `mode` or `day` is set where it names one."""

    kind: Remedy
    mode: Mode | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class RegionInfo:
    """A division of GB/T 2260. `parts` have no codes of their own.

    `full_name` reads from the province down, `latin` from the division up: `Donggang, Dandong, Liaoning`.
    """

    code: str
    name: str
    level: RegionLevel
    parent_code: str | None
    full_name: str
    parts: tuple[str, ...] = ()
    latin: str = ""

    def in_full(self, language: str) -> str:
        """The name with all that it lies in, as people of that language read it."""
        return self.full_name if language.startswith("zh") or not self.latin else self.latin

    def in_short(self, language: str) -> str:
        """The name alone."""
        return self.name if language.startswith("zh") or not self.latin else self.latin.partition(",")[0]


@dataclass(frozen=True, slots=True)
class RestrictionInfo:
    """A restriction in force. `communities` may name fewer than `community_count`: each service says which.

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
    region_name: str
    place: str = ""
    whole_area: bool = False
    resolved: bool = True
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


@dataclass(frozen=True, slots=True)
class Serviceability:
    """Whether something goes from one region to another. `blocking` are the restrictions that made the verdict.

    Where it is not `served` the drive does not deliver at all, whatever is in force there. `level` is what holds for
    the address, whatever the mode; with the verdict `partial`, what holds in the communities on the list. `instead`
    is what would make the answer yes, the easiest first. `day` is the one that was asked about, in China.
    """

    verdict: Verdict
    restrictions: list[RestrictionInfo]
    blocking: list[RestrictionInfo] = field(default_factory=list[RestrictionInfo])
    served: bool = True
    mode: Mode = Mode.TRUCK
    level: Level = Level.OPEN
    instead: tuple[Instead, ...] = ()
    basis: Basis = Basis.IN_FORCE
    day: date | None = None


@dataclass(frozen=True, slots=True)
class PassRequirementInfo:
    """A region that asks vehicles for a transport pass, from `since` on, and no more from `until` on.

    `issued_by` is who gives it out, `apply_at` where one asks for it; a `sample` is invented.
    """

    id: UUID
    region_code: str
    region_name: str
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


@dataclass(frozen=True, slots=True)
class BulletinSummary:
    """A notice and the effect of its import. `repeated`: it had been imported before, and nothing was done.

    `opened` and `closed` count regions; counts by level are communities, (stated, parsed).
    """

    id: UUID
    number: str
    source: str
    published_at: datetime
    sha256: bytes
    counts: dict[RiskLevel, tuple[int | None, int]]
    entries: int
    unresolved: int
    repeated: bool = False
    opened: int = 0
    closed: int = 0


class EntryKey(NamedTuple):
    """Key by which entries of two notices are the same."""

    stated: str
    level: RiskLevel
    whole_area: bool
    region_code: str | None
    place: str
    resolved: bool


@dataclass(slots=True)
class StagedEntry:
    """An entry to put into force. `names` are its communities by their normalised names."""

    id: UUID
    names: dict[str, str] = field(default_factory=dict[str, str])
