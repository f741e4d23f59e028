"""Notices: the format in which they are published and imported, and their schema on the wire.

The format is read strictly: a malformed document is refused before anything is written.

`{"data": {"end_update_time": "2022-12-02 08时", "hcount": …, "mcount": …, "lcount": …, "highlist": […],
"middlelist": […], "lowlist": […]}}`; an entry has province, city, county and communitys. `lcount` and `lowlist` came
with the ninth edition of the rules, so that older notices lack them.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import PydanticCustomError

from agrimarket.kernel.errors import InvalidFields
from agrimarket.kernel.resources import BulletinId
from agrimarket.kernel.wire import Count, Instant, Out
from agrimarket.regions.types import MAX_ENTRIES, BulletinSummary, RiskLevel

CHINA = ZoneInfo("Asia/Shanghai")
_HOUR = re.compile(r"^\s*(\d{4})-(\d{1,2})-(\d{1,2})\s+(\d{1,2})\s*[时時]\s*$")
_SHOWN_FAULTS = 20


def _storable(value: str) -> str:
    if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise PydanticCustomError("text_unprintable", "has characters that cannot be stored")
    return value


def _hour(value: str) -> str:
    try:
        published_at(value)
    except ValueError as error:
        raise PydanticCustomError("bulletin_hour", "not an hour") from error
    return value


def published_at(hour: str) -> datetime:
    """`2022-12-02 08时` in China's time; `ValueError` if it is no hour."""
    match = _HOUR.match(hour)
    if match is None:
        raise ValueError(hour)
    year, month, day, clock = map(int, match.groups())
    return datetime(year, month, day, clock, tzinfo=CHINA)


Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100), AfterValidator(_storable)]
Community = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4_000), AfterValidator(_storable)]
Stated = Annotated[int, Field(strict=True, ge=0, le=10_000_000)]


class Entry(BaseModel):
    """A place and its communities; names as published. No communities means all of the place."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    province: Annotated[Name, Field(min_length=1, examples=["湖北省"])]
    city: Annotated[Name, Field(examples=["武汉市"])] = ""
    county: Annotated[Name, Field(examples=["江岸区"])] = ""
    communitys: Annotated[list[Community], Field(max_length=MAX_ENTRIES, examples=[["某某社区"]])]


Entries = Annotated[list[Entry], Field(max_length=MAX_ENTRIES)]


class Notice(BaseModel):
    """Content of a document's `data`."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    end_update_time: Annotated[str, AfterValidator(_hour), Field(max_length=40, examples=["2022-12-02 08时"])]
    hcount: Stated | None = None
    mcount: Stated | None = None
    lcount: Stated | None = None
    highlist: Entries
    middlelist: Entries
    lowlist: Entries = []

    @property
    def published_at(self) -> datetime:
        """The hour of the notice."""
        return published_at(self.end_update_time)

    @property
    def number(self) -> str:
        """The hour in China, ten digits, as notices are cited."""
        return self.published_at.strftime("%Y%m%d%H")

    @property
    def lists(self) -> dict[RiskLevel, list[Entry]]:
        """The entries of each level."""
        return {RiskLevel.HIGH: self.highlist, RiskLevel.MIDDLE: self.middlelist, RiskLevel.LOW: self.lowlist}

    @property
    def counts(self) -> dict[RiskLevel, tuple[int | None, int]]:
        """Communities of each level: (as stated, as read). An entry without any counts as one."""
        stated = {RiskLevel.HIGH: self.hcount, RiskLevel.MIDDLE: self.mcount, RiskLevel.LOW: self.lcount}
        return {
            level: (stated[level], sum(max(1, len(entry.communitys)) for entry in entries))
            for level, entries in self.lists.items()
        }


class Document(BaseModel):
    """A notice as published."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    data: Notice

    @property
    def sha256(self) -> bytes:
        """Hash of the notice's content, whatever its spacing."""
        said = self.data.model_dump(mode="json")
        return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).digest()


def read(document: Mapping[str, Any]) -> Document:
    """The document; `InvalidFields` names its faults, at most twenty."""
    try:
        return Document.model_validate(document)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)[:_SHOWN_FAULTS]
        raise InvalidFields(
            [("".join(f"/{part}" for part in fault["loc"]), fault["type"], fault.get("ctx", {})) for fault in found]
        ) from error


class CountOut(Out):
    """Communities of one level: as the notice states, and as read from its list."""

    stated: Count | None
    parsed: Count


class BulletinOut(Out):
    """A notice. After importing: how many regions it opened and closed, or `repeated` if it was known."""

    id: BulletinId
    number: Annotated[str, Field(pattern="^[0-9]{1,10}$", max_length=10, examples=["2022120208"])]
    source: str
    published_at: Instant
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$", max_length=64, examples=["0f" * 32])]
    counts: dict[RiskLevel, CountOut]
    entries: Annotated[Count, Field(examples=[2579])]
    unresolved: Annotated[Count, Field(description="Entries whose names match no region.", examples=[78])]
    repeated: bool = False
    opened: Count = 0
    closed: Count = 0

    @classmethod
    def of(cls, summary: BulletinSummary) -> "BulletinOut":
        """The notice, for the wire."""
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
