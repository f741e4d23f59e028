"""Schemas of operators' answers about names."""

from typing import Annotated

from pydantic import Field

from agrimarket.kernel.wire import Count, In, Out, RegionCode, Text


class NameAnswerIn(In):
    """Names as a notice states them, and the region that they mean."""

    stated: Annotated[
        str,
        Field(
            min_length=1,
            max_length=400,
            examples=["四川省 成都市 高新区"],
            description="As `place` of the list has them.",
        ),
    ]
    region_code: RegionCode


class NameAnswerOut(Out):
    """What was answered, and how many entries of notices moved there, past ones included."""

    stated: Annotated[str, Field(examples=["四川省 成都市 高新区"])]
    region_code: RegionCode
    entries: Annotated[Count, Field(examples=[3])]


class NameMeantIn(In):
    """The form of an answer: names as a notice states them, and the region by its code or name."""

    stated: Annotated[str, Field(min_length=1, max_length=400)]
    region: Text
