"""The port for notices: whoever publishes them in whatever format, an adapter makes a `Notice` of each.

Adapters stand in `adapters/`, one file a format, and are told apart by what a file holds. What they read is one of a
series: within a series a notice is the full list in force from its hour on, and series do not touch each other.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from agrimarket.regions.types.bulletins import OFFICIAL, SetAsideRow
from agrimarket.regions.types.restrictions import RiskLevel

CHINA = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Place:
    """A place with its communities, as a notice names it; no communities means all of it.

    `code` is set where the notice itself gives the division's code. `note` is what it says of the place beside that.
    """

    province: str
    city: str = ""
    county: str = ""
    communities: Sequence[str] = ()
    code: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice, whoever published it.

    `counts` by level are communities: as the notice states (None: it does not), and as read. `missing` are those at
    most that were `set_aside`.
    """

    published_at: datetime
    sha256: bytes
    lists: Mapping[RiskLevel, Sequence[Place]]
    counts: Mapping[RiskLevel, tuple[int | None, int]]
    series: str = OFFICIAL
    source: str = ""
    """Who published it, where the format itself says so."""
    licence: str = ""
    expires_at: datetime | None = None
    set_aside: Sequence[SetAsideRow] = ()
    missing: Mapping[RiskLevel, int] = field(default_factory=dict[RiskLevel, int])
    pointers: Mapping[str, str] = field(default_factory=dict[str, str])
    """Where the document says the hour and each level's list, for refusals."""

    @property
    def number(self) -> str:
        """The hour in China, ten digits, as notices are cited."""
        return self.published_at.astimezone(CHINA).strftime("%Y%m%d%H")


class Adapter(Protocol):
    """Reads one format."""

    def reads(self, raw: bytes) -> bool:
        """Whether a file is of this format, by its first bytes."""
        ...

    def notices(self, raw: bytes) -> Iterable[Notice]:
        """The notices of a file, oldest first. `InvalidFields` for a file that is none."""
        ...
