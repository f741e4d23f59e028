"""Values that `regions`' services take and return."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from agrimarket.regions.variants import traditional

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
    """A restriction in force. `communities` may name fewer than `community_count`: each service says which."""

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

    Where it is not `served` the drive does not deliver at all, whatever is in force there.
    """

    verdict: Verdict
    restrictions: list[RestrictionInfo]
    blocking: list[RestrictionInfo] = field(default_factory=list[RestrictionInfo])
    served: bool = True


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
