"""Schema of divisions on the wire."""

from typing import Annotated

from pydantic import Field

from agrimarket.kernel.wire import Out, RegionCode, Several
from agrimarket.regions.types import (
    RegionInfo,
    RegionLevel,
)


class RegionOut(Out):
    """A division of GB/T 2260."""

    code: Annotated[RegionCode, Field(examples=["420102"])]
    name: Annotated[str, Field(examples=["江岸区"])]
    level: RegionLevel
    parent_code: Annotated[str | None, Field(examples=["420100"])]
    full_name: Annotated[str, Field(examples=["湖北省武汉市江岸区"])]
    latin: Annotated[str, Field(examples=["Jiang'an, Wuhan, Hubei"], description="In Latin letters, from itself up.")]
    parts: Annotated[list[str], Several, Field(description="Places in it that have no code of their own.")]

    @classmethod
    def of(cls, region: RegionInfo) -> "RegionOut":
        """The division, for the wire."""
        return cls(
            code=region.code,
            name=region.name,
            level=region.level,
            parent_code=region.parent_code,
            full_name=region.full_name,
            latin=region.latin,
            parts=list(region.parts),
        )
