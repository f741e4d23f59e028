"""What goes out over HTTP. A notice comes in as published: `documents.Document`."""

from typing import Annotated

from pydantic import Field

from agrimarket.kernel.resources import BulletinId
from agrimarket.kernel.wire import Instant, Out
from agrimarket.regions.types import (
    BulletinSummary,
    RegionInfo,
    RegionLevel,
    RegionStatus,
    RestrictionInfo,
    RiskLevel,
    Serviceability,
    Verdict,
)


class RegionOut(Out):
    """A division of GB/T 2260."""

    code: Annotated[str, Field(examples=["420102"])]
    name: Annotated[str, Field(examples=["江岸区"])]
    level: RegionLevel
    parent_code: Annotated[str | None, Field(examples=["420100"])]
    full_name: Annotated[str, Field(examples=["湖北省武汉市江岸区"])]
    parts: Annotated[list[str], Field(description="Places in it that have no code of their own.")]

    @classmethod
    def of(cls, region: RegionInfo) -> "RegionOut":
        """From the service."""
        return cls(
            code=region.code,
            name=region.name,
            level=region.level,
            parent_code=region.parent_code,
            full_name=region.full_name,
            parts=list(region.parts),
        )


class RestrictionOut(Out):
    """A restriction in force. `high` and `middle` close; `low` informs."""

    level: RiskLevel
    region_code: Annotated[str | None, Field(examples=["420102"])]
    region_name: Annotated[str, Field(examples=["湖北省武汉市江岸区"])]
    place: Annotated[str, Field(description="What of the published names lies beneath the region, a town for example.")]
    whole_area: Annotated[bool, Field(description="All of the region, not only the communities.")]
    resolved: Annotated[bool, Field(description="False: only the region around it is known; see `place`.")]
    communities: Annotated[list[str], Field(examples=[["百步亭花园社区"]])]
    community_count: Annotated[int, Field(description="May be more than `communities` lists.", examples=[1])]
    since: Instant
    bulletin_id: BulletinId
    bulletin_number: Annotated[str, Field(examples=["2022120108"])]
    source: Annotated[str, Field(examples=["https://example.org/notices/2022120108"])]

    @classmethod
    def of(cls, restriction: RestrictionInfo) -> "RestrictionOut":
        """From the service."""
        return cls(
            level=restriction.level,
            region_code=restriction.region_code or None,
            region_name=restriction.region_name,
            place=restriction.place,
            whole_area=restriction.whole_area,
            resolved=restriction.resolved,
            communities=restriction.communities,
            community_count=restriction.community_count,
            since=restriction.since,
            bulletin_id=restriction.bulletin_id,
            bulletin_number=restriction.bulletin_number,
            source=restriction.source,
        )


class RegionStatusOut(Out):
    """What is in force in a region, and the notice that says so."""

    region: RegionOut
    verdict: Verdict
    restrictions: list[RestrictionOut]
    bulletin_number: Annotated[str | None, Field(description="The newest notice.", examples=["2022120208"])]
    as_of: Instant | None

    @classmethod
    def of(cls, status: RegionStatus) -> "RegionStatusOut":
        """From the service."""
        return cls(
            region=RegionOut.of(status.region),
            verdict=status.verdict,
            restrictions=[RestrictionOut.of(entry) for entry in status.restrictions],
            bulletin_number=status.bulletin_number,
            as_of=status.as_of,
        )


class ServiceabilityOut(Out):
    """`open`: delivered. `partial`: only to a named community that is not on the list. `closed`: not delivered."""

    verdict: Verdict
    blocking: Annotated[list[RestrictionOut], Field(description="What made the verdict.")]
    restrictions: Annotated[list[RestrictionOut], Field(description="All that bears on the delivery, `low` included.")]

    @classmethod
    def of(cls, found: Serviceability) -> "ServiceabilityOut":
        """From the service."""
        return cls(
            verdict=found.verdict,
            blocking=[RestrictionOut.of(entry) for entry in found.blocking],
            restrictions=[RestrictionOut.of(entry) for entry in found.restrictions],
        )


class CountOut(Out):
    """Communities of one level: as the notice states, and as read from its list."""

    stated: int | None
    parsed: int


class BulletinOut(Out):
    """A notice. After importing: how many regions it opened and closed, or `repeated` if it was known."""

    id: BulletinId
    number: Annotated[str, Field(examples=["2022120208"])]
    source: str
    published_at: Instant
    sha256: str
    counts: dict[RiskLevel, CountOut]
    entries: Annotated[int, Field(examples=[2579])]
    unresolved: Annotated[int, Field(description="Entries whose names match no region.", examples=[78])]
    repeated: bool = False
    opened: int = 0
    closed: int = 0

    @classmethod
    def of(cls, summary: BulletinSummary) -> "BulletinOut":
        """From the service."""
        counts = {level: CountOut(stated=stated, parsed=parsed) for level, (stated, parsed) in summary.counts.items()}
        return cls(
            id=summary.id,
            number=summary.number,
            source=summary.source,
            published_at=summary.published_at,
            sha256=summary.sha256.hex(),
            counts=counts,
            entries=summary.entries,
            unresolved=summary.unresolved,
            repeated=summary.repeated,
            opened=summary.opened,
            closed=summary.closed,
        )
