"""Coaches on the wire."""

from typing import Annotated

from pydantic import Field

from agrimarket.kernel.resources import PersonId
from agrimarket.kernel.wire import In, Text


class CoachIn(In):
    """A coach's profile."""

    person_id: PersonId
    display_name: Text
    skills: dict[str, Annotated[int, Field(ge=1, le=3)]] = Field(examples=[{"packaging": 3, "pricing": 2}])
    languages: list[str] = Field(min_length=1, examples=[["zh-Hans"]])
    produce: list[str] = Field(default_factory=list, examples=[["strawberry"]])
    region_code: str = Field(pattern=r"^[1-9][0-9]{5}$", examples=["210681"])
    capacity: Annotated[int, Field(ge=1, le=50)] = 5
