"""Rumours, and what is published about them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from agrimarket.regions.types.places import PlaceText


class Finding(StrEnum):
    """Findings on a rumour. `partly`: some of it is true; `unproven`: nobody knows yet."""

    FALSE = "false"
    PARTLY = "partly"
    UNPROVEN = "unproven"
    TRUE = "true"


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
        return PlaceText(self.region_name, self.latin).in_language(language)
