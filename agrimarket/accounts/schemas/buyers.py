"""Schemas of a buyer account."""

from typing import Annotated

from pydantic import Field

from agrimarket.accounts.states import BuyerKind
from agrimarket.accounts.types import BuyerInfo
from agrimarket.kernel.resources import BuyerId
from agrimarket.kernel.wire import In, Out, RegionCode, Text


class BuyerIn(In):
    """Kind, name and region of a buyer."""

    kind: BuyerKind
    display_name: Annotated[Text, Field(examples=["幸福里小区团购"])]
    region_code: Annotated[RegionCode, Field(examples=["420106"])]


class BuyerOut(Out):
    """A buyer account."""

    id: BuyerId
    kind: BuyerKind
    display_name: Annotated[str, Field(examples=["幸福里小区团购"])]
    region_code: Annotated[str, Field(examples=["420106"])]

    @classmethod
    def of(cls, info: BuyerInfo) -> "BuyerOut":
        """The buyer account as it is on the wire."""
        return cls(id=info.id, kind=info.kind, display_name=info.display_name, region_code=info.region_code)
