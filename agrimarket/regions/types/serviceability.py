"""Answers on deliveries: modes, levels, and what would make them possible."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from agrimarket.regions.types.restrictions import RestrictionInfo, Verdict


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
