"""Coaches on the wire."""

from typing import Annotated

from pydantic import Field, StringConstraints

from agrimarket.kernel.resources import PersonId
from agrimarket.kernel.wire import In, RegionCode, Text

Word = Annotated[Text, StringConstraints(max_length=60)]


class CoachIn(In):
    """A coach's profile."""

    person_id: PersonId
    display_name: Text
    skills: dict[Word, Annotated[int, Field(strict=True, ge=1, le=3)]] = Field(
        max_length=50, examples=[{"packaging": 3, "pricing": 2}]
    )
    languages: list[Word] = Field(min_length=1, max_length=50, examples=[["zh-Hans"]])
    produce: list[Word] = Field(default_factory=list, max_length=200, examples=[["strawberry"]])
    region_code: RegionCode = Field(examples=["210681"])
    capacity: Annotated[int, Field(strict=True, ge=1, le=50)] = 5
