"""Schemas of restrictions in force."""

from typing import Annotated

from pydantic import Field

from agrimarket.kernel.resources import BulletinId
from agrimarket.kernel.wire import Count, Instant, Out
from agrimarket.regions.schemas.places import RegionOut
from agrimarket.regions.types.bulletins import MAX_ENTRIES
from agrimarket.regions.types.restrictions import RegionStatus, RestrictionInfo, RiskLevel, Verdict


class RestrictionOut(Out):
    """A restriction in force. `high` and `middle` close; `low` informs."""

    level: RiskLevel
    region_code: Annotated[str | None, Field(examples=["420102"])]
    region_name: Annotated[str, Field(examples=["湖北省武汉市江岸区"])]
    place: Annotated[str, Field(description="What of the published names lies beneath the region, a town for example.")]
    zone: Annotated[str, Field(description="The zone of the region that is meant, if one is.", examples=["西安高新区"])]
    note: Annotated[str, Field(description="What the source says beside the names, an index for example.")]
    whole_area: Annotated[bool, Field(description="All of the region, not only the communities.")]
    resolved: Annotated[bool, Field(description="False: only the region around it is known; see `place`.")]
    communities: Annotated[list[str], Field(max_length=MAX_ENTRIES, examples=[["百步亭花园社区"]])]
    community_count: Annotated[Count, Field(description="May be more than `communities` lists.", examples=[1])]
    since: Instant
    bulletin_id: BulletinId
    bulletin_number: Annotated[str, Field(examples=["2022120108"])]
    source: Annotated[str, Field(examples=["https://example.org/notices/2022120108"])]

    @classmethod
    def of(cls, restriction: RestrictionInfo) -> "RestrictionOut":
        """The restriction, for the wire."""
        return cls(
            level=restriction.level,
            region_code=restriction.region_code or None,
            region_name=restriction.region_name,
            place=restriction.place,
            zone=restriction.zone,
            note=restriction.note,
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
    """The restrictions in force in a region, and the notice that says so."""

    region: RegionOut
    verdict: Verdict
    restrictions: Annotated[list[RestrictionOut], Field(max_length=MAX_ENTRIES)]
    bulletin_number: Annotated[str | None, Field(description="The newest notice.", examples=["2022120208"])]
    as_of: Instant | None

    @classmethod
    def of(cls, status: RegionStatus, language: str = "zh-Hans") -> "RegionStatusOut":
        """The region's status, for a reader of that language."""
        return cls(
            region=RegionOut.of(status.region, language),
            verdict=status.verdict,
            restrictions=[RestrictionOut.of(entry) for entry in status.restrictions],
            bulletin_number=status.bulletin_number,
            as_of=status.as_of,
        )
