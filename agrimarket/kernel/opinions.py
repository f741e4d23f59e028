"""What an office of a county said about stock, as it is typed: the same for a lot and for an appeal.

Office and produce stand on a public list, so neither may have a number in it by which somebody could be called.
"""

import re
from datetime import date, datetime
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from agrimarket.kernel.errors import Invalid
from agrimarket.kernel.i18n import PEOPLES_ZONE
from agrimarket.kernel.wire import Day, In, LongText, Text

_NUMBER = re.compile(r"(?:\d[\s\-.·]*){5}")
"""Five digits, however they are written apart: no office and no produce is called so."""


def _unnumbered(text: str) -> str:
    if _NUMBER.search(text):
        raise PydanticCustomError("text_with_number", "has a number")
    return text


PublicName = Annotated[Text, StringConstraints(max_length=60), AfterValidator(_unnumbered)]
"""A name of an office or of produce that everybody reads."""


class OpinionIn(In):
    """An office's opinion: who gave it, when, in words, and whether the stock is there as told."""

    verified: Annotated[bool, Field(strict=True, description="Whether the office vouches for the stock.")]
    office: Annotated[PublicName, Field(examples=["東港市農業農村局"])]
    officer: Annotated[Text, StringConstraints(max_length=60), Field(description="Who gave it; not published.")]
    words: Annotated[LongText, StringConstraints(max_length=1_000), Field(description="In words; not published.")]
    given_on: Annotated[Day, Field(examples=["2020-02-17"])]


class OpinionAhead(Invalid):
    """The opinion is dated after today."""

    code: ClassVar[str] = "opinion.ahead"


def check_day(given_on: date, now: datetime) -> None:
    """`OpinionAhead` unless that day has begun in China by `now`."""
    if given_on > now.astimezone(PEOPLES_ZONE).date():
        raise OpinionAhead(pointer="/given_on")
