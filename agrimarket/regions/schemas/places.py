"""Schema of divisions on the wire."""

from typing import Annotated

from pydantic import Field

from agrimarket.kernel.wire import Out, RegionCode, Several
from agrimarket.regions.types.places import FoundRegion, RegionInfo, RegionLevel


class RegionOut(Out):
    """A division of GB/T 2260."""

    code: Annotated[RegionCode, Field(examples=["420102"])]
    name: Annotated[str, Field(examples=["江岸区"])]
    level: RegionLevel
    parent_code: Annotated[str | None, Field(examples=["420100"])]
    full_name: Annotated[str, Field(examples=["湖北省武汉市江岸区"])]
    latin: Annotated[str, Field(examples=["Jiang'an, Wuhan, Hubei"], description="In Latin letters, from itself up.")]
    title: Annotated[
        str, Field(examples=["湖北省武漢市江岸區"], description="The full name in the language asked for.")
    ]
    parts: Annotated[list[str], Several, Field(description="Places in it that have no code of their own.")]

    @classmethod
    def of(cls, region: RegionInfo, language: str = "zh-Hans") -> "RegionOut":
        """The division, for a reader of that language."""
        return cls(
            code=region.code,
            name=region.name,
            level=region.level,
            parent_code=region.parent_code,
            full_name=region.full_name,
            latin=region.latin,
            title=region.in_full(language),
            parts=list(region.parts),
        )


class FoundRegionOut(RegionOut):
    """A division that fits what was typed."""

    former_name: Annotated[
        str | None, Field(examples=["襄樊市"], description="A name typed that it, or what it lies in, no longer has.")
    ] = None
    now_called: Annotated[str | None, Field(examples=["襄阳市"], description="What has that name's place now.")] = None
    former_until: Annotated[int | None, Field(ge=1949, le=2100, examples=[2010], description="Year it went.")] = None
    part: Annotated[
        str | None,
        Field(examples=["台北市信义区"], description="What was typed lies in it and has no code of its own."),
    ] = None

    @classmethod
    def found(cls, found: FoundRegion, language: str) -> "FoundRegionOut":
        """What was found, for a reader of that language."""
        return cls(
            **RegionOut.of(found.region, language).model_dump(),
            former_name=found.former_name,
            now_called=found.renamed.in_short(language) if found.renamed else None,
            former_until=found.former_until,
            part=found.part,
        )
