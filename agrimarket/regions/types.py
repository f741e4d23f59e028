"""Values that `regions`' services take and return."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from agrimarket.regions.variants import traditional

MAX_ENTRIES = 100_000
"""Entries of a list in a notice, and communities of an entry."""

OFFICIAL = "risk-level"
"""Series of the official risk-level notices. Notices of one series replace each other; other series stand beside."""


BY_HAND = "by-hand:"
"""Beginning of the series of a restriction by hand; each has its own."""


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


class PlaceText(str):
    """The full name of a division, which sentences write as their language does. To others it is the official one."""

    latin: str

    def __new__(cls, full_name: str, latin: str = "") -> "PlaceText":
        made = super().__new__(cls, full_name)
        made.latin = latin
        return made

    def in_language(self, language: str) -> str:
        """The name as people of that language read it; without `latin`, the Chinese one."""
        return in_script(self, language) if language.startswith("zh") or not self.latin else self.latin


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
    """Kinds of what would make an answer yes: another mode, county, community, destination, origin or day."""

    MODE = "mode"
    COUNTY = "county"
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


class Finding(StrEnum):
    """Findings on a rumour. `partly`: some of it is true; `unproven`: nobody knows yet."""

    FALSE = "false"
    PARTLY = "partly"
    UNPROVEN = "unproven"
    TRUE = "true"


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

    @property
    def text(self) -> PlaceText:
        """The full name, for sentences."""
        return PlaceText(self.full_name, self.latin)

    def in_full(self, language: str) -> str:
        """The name with all that it lies in, as people of that language read it."""
        return in_script(self.full_name, language) if language.startswith("zh") or not self.latin else self.latin

    def in_short(self, language: str) -> str:
        """The name alone."""
        if language.startswith("zh") or not self.latin:
            return in_script(self.name, language)
        return self.latin.partition(",")[0]


class NameKind(StrEnum):
    """Kinds of names by which a place is found.

    `own` is the official one, `short` that without its suffix, `other` one that people use beside it (沪, 兵团, Tibet),
    `part` one of a place in it that has no code, `former` one that it had, and `sound` how it is pronounced.
    """

    OWN = "own"
    SHORT = "short"
    OTHER = "other"
    LATIN = "latin"
    SOUND = "sound"
    INITIALS = "initials"
    PART = "part"
    FORMER = "former"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class PlaceName:
    """A name by which the division `code` is found.

    `key` is compared with what is typed (`finding.key_of`), `shown` is told; `near` are the keys with a character
    left out. `until` is the year in which a former name went. Of equal matches the higher `prominence` comes first.
    """

    code: str
    kind: NameKind
    key: str
    shown: str
    prominence: int
    until: int | None = None
    near: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundRegion:
    """A division that fits what was typed. `exact`: by its names as they are, and not by sound or a slip of one letter.

    `former_name` was typed and went in `former_until`; it was that of `renamed`, which is `region` or what it lies in.
    `part` has no code of its own and lies in it. `score` is equal
    for those that fit equally well.
    """

    region: RegionInfo
    score: float = 0.0
    exact: bool = False
    former_name: str | None = None
    former_until: int | None = None
    renamed: RegionInfo | None = None
    part: str | None = None

    def former_in(self, language: str) -> str:
        """The former name in the characters of that language."""
        return in_script(self.former_name or "", language)

    def part_in(self, language: str) -> str:
        """The name of the part in the characters of that language."""
        return in_script(self.part or "", language)


def in_script(name: str, language: str) -> str:
    """A Chinese name of a place in the characters of that language."""
    return traditional(name) if language == "zh-Hant" else name


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
    region_name: str
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
class SetAsideRow:
    """What of a notice could not be read: a pointer to it, the thing as published in JSON, and the code of why."""

    pointer: str
    said: str
    why: str


@dataclass(frozen=True, slots=True)
class Change:
    """What a notice did to one entry, against the notice before it. The names are the first few of the communities."""

    level: RiskLevel
    region_code: str | None
    region_name: str
    place: str
    whole_area: bool
    begun: int
    ended: int
    begun_names: list[str]
    ended_names: list[str]


@dataclass(frozen=True, slots=True)
class Changes:
    """What a notice opened, closed and changed: entries that ended, began, and went on with other communities."""

    opened: list[Change] = field(default_factory=list[Change])
    closed: list[Change] = field(default_factory=list[Change])
    changed: list[Change] = field(default_factory=list[Change])


@dataclass(frozen=True, slots=True)
class BulletinSummary:
    """A notice. `repeated`: it had been imported before, and nothing was done.

    `opened` and `closed` count the regions where a closure ended or began against the notice before; counts by level
    are communities, (stated, parsed). `corrected`: a later import of the same hour counts in its place.
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
    series: str = OFFICIAL
    licence: str = ""
    expires_at: datetime | None = None
    corrected: bool = False


@dataclass(frozen=True, slots=True)
class BulletinDetail:
    """A notice with what it changed and what of it could not be read."""

    summary: BulletinSummary
    changes: Changes
    set_aside: list[SetAsideRow]


class EntryKey(NamedTuple):
    """Key by which entries of two notices are the same."""

    stated: str
    level: RiskLevel
    whole_area: bool
    note: str = ""


class Found(NamedTuple):
    """Place of an entry, as stored: see `models.Restriction`."""

    code: str | None
    zone_id: UUID | None
    place: str
    resolved: bool


@dataclass(slots=True)
class StagedEntry:
    """An entry to put into force. `names` are its communities by their normalised names."""

    id: UUID
    found: Found
    names: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Follow:
    """Somebody who is told when what is in force in a region changes."""

    id: UUID
    person_id: UUID
    region: RegionInfo


@dataclass(frozen=True, slots=True)
class RebuttalInfo:
    """What was published about a rumour, and who says so."""

    id: UUID
    verdict: Finding
    why: str
    authority: str
    source_url: str
    at: datetime
    supersedes_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Word:
    """A word about a rumour, to be published. `supersedes` is the one that held when its writer looked."""

    verdict: Finding
    why: str
    authority: str
    source_url: str
    supersedes: UUID | None = None


@dataclass(frozen=True, slots=True)
class RumourInfo:
    """A rumour, in one region or ("") everywhere. `words` are what was published about it, the newest first."""

    id: UUID
    said: str
    region_code: str | None
    region_name: str
    latin: str
    reports: int
    first_seen: datetime
    last_seen: datetime
    set_aside_why: str = ""
    words: tuple[RebuttalInfo, ...] = ()

    @property
    def current(self) -> RebuttalInfo | None:
        """The word that holds; None while nothing is published."""
        return self.words[0] if self.words else None

    def region_in(self, language: str) -> str:
        """The region's full name, as people of that language read it."""
        return self.region_name if language.startswith("zh") or not self.latin else self.latin


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
