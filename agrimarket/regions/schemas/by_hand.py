"""Schemas of restrictions by hand."""

from typing import Annotated

from pydantic import Field, StringConstraints

from agrimarket.kernel.resources import HandRestrictionId
from agrimarket.kernel.wire import In, Instant, Out, RegionCode, Several, Text, Typed
from agrimarket.regions.schemas.places import RegionOut
from agrimarket.regions.types.by_hand import ByHand, RestrictedByHand
from agrimarket.regions.types.restrictions import RiskLevel
from agrimarket.typed.text import PLAIN_TEXT, line

Source = Annotated[
    str,
    StringConstraints(min_length=1, max_length=500),
    Typed(line, PLAIN_TEXT),
    Field(examples=["江岸区防控指挥部 2022 年第 31 号通知"]),
]


class HandRestrictionIn(In):
    """A level for a region, or for communities of it (none: all of it), from `begins` (null: now) until `ends`."""

    region_code: RegionCode
    level: RiskLevel
    communities: Annotated[list[Text], Field(max_length=200, examples=[["百步亭花园社区"]])] = []
    source: Source
    reason: Annotated[Text, Field(examples=["电话核实：小区今早封闭"])]
    begins: Instant | None = None
    ends: Instant | None = None

    def asked(self) -> RestrictedByHand:
        """What is asked for, for the service."""
        return RestrictedByHand(
            self.region_code,
            self.level,
            tuple(dict.fromkeys(self.communities)),
            self.source,
            self.reason,
            self.begins,
            self.ends,
        )


class HandEndIn(In):
    """Why a restriction by hand is ended."""

    reason: Annotated[Text, Field(examples=["小区今天解封"])]


class HandRestrictionOut(Out):
    """A restriction by hand, and how it ended, if it did."""

    id: HandRestrictionId
    region: RegionOut
    level: RiskLevel
    communities: Annotated[list[str], Several, Field(examples=[["百步亭花园社区"]])]
    source: Annotated[str, Field(max_length=500, examples=["江岸区防控指挥部 2022 年第 31 号通知"])]
    reason: Annotated[str, Field(max_length=200, examples=["电话核实：小区今早封闭"])]
    begins: Instant
    ends: Instant | None
    in_force: bool
    ended_at: Instant | None
    ended_why: Annotated[str, Field(max_length=200, examples=["小区今天解封"])]

    @classmethod
    def of(cls, found: ByHand) -> "HandRestrictionOut":
        """The restriction, for the wire."""
        return cls(
            id=found.id,
            region=RegionOut.of(found.region),
            level=found.level,
            communities=list(found.communities),
            source=found.source,
            reason=found.reason,
            begins=found.begins,
            ends=found.ends,
            in_force=found.in_force,
            ended_at=found.ended_at,
            ended_why=found.ended_why,
        )


class HandFormIn(In):
    """The form of a restriction by hand: the region by its code or name, a community a line, times as typed."""

    region: Text
    level: RiskLevel
    communities: Annotated[str, StringConstraints(max_length=4_000)] = ""
    source: Source
    reason: Text
    begins: Annotated[str, StringConstraints(max_length=40)] = ""
    ends: Annotated[str, StringConstraints(max_length=40)] = ""

    def names(self) -> tuple[str, ...]:
        """The communities, each once."""
        return tuple(dict.fromkeys(name.strip()[:200] for name in self.communities.splitlines() if name.strip()))
