"""Notices: what they say, what they changed, and what of them could not be read."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from agrimarket.regions.types.places import PlaceText
from agrimarket.regions.types.restrictions import RiskLevel

MAX_ENTRIES = 100_000
"""Entries of a list in a notice, and communities of an entry."""


OFFICIAL = "risk-level"
"""Series of the official risk-level notices. Notices of one series replace each other; other series stand beside."""


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
    region_name: PlaceText
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
