"""Schemas of regions that ask for transport passes."""

from datetime import date
from typing import Annotated

from pydantic import Field

from agrimarket.kernel.resources import PassRequirementId
from agrimarket.kernel.wire import Day, In, Out, RegionCode, Text
from agrimarket.regions.types.passes import NewPassRequirement, PassRequirementInfo

ApplyAt = Annotated[
    Text, Field(examples=["货运车辆通行证小程序"], description="Where one asks for it: an address, a page.")
]


class PassRequirementIn(In):
    """A region that asks vehicles for a transport pass."""

    region_code: RegionCode
    since: Annotated[Day, Field(description="The first day, in China.", examples=["2022-11-20"])]
    source: Annotated[Text, Field(examples=["https://example.org/notices/passes"])]
    issued_by: Annotated[Text, Field(examples=["省交通运输厅"])]
    apply_at: ApplyAt

    def requirement(self) -> NewPassRequirement:
        """The requirement, for the service."""
        return NewPassRequirement(self.region_code, self.since, self.source, self.issued_by, self.apply_at)


class PassRequirementEndIn(In):
    """The end of a requirement."""

    until: Annotated[Day, Field(description="The first day without it, in China.", examples=["2022-12-07"])]


class PassRequirementOut(Out):
    """A region that asks vehicles for a transport pass: one vehicle, one pass, one route; on paper or electronic."""

    id: PassRequirementId
    region_code: RegionCode
    region_name: Annotated[str, Field(examples=["湖北省"])]
    since: date
    until: Annotated[date | None, Field(description="The first day without it; null while none is known.")]
    source: Annotated[str, Field(examples=["https://example.org/notices/passes"])]
    issued_by: Annotated[str, Field(examples=["省交通运输厅"])]
    apply_at: Annotated[str, Field(examples=["货运车辆通行证小程序"])]
    sample: Annotated[bool, Field(description="Invented, for a demonstration.")]

    @classmethod
    def of(cls, found: PassRequirementInfo) -> "PassRequirementOut":
        """The requirement, for the wire."""
        return cls.model_validate({name: getattr(found, name) for name in cls.model_fields})
