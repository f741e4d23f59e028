"""The official risk-level notice: the format in which it is published and imported.

The frame of a document is read strictly: what has no hour or no lists is refused before anything is written. Of its
rows, those that cannot be read are set aside, and the rest counts.

`{"data": {"end_update_time": "2022-12-02 08时", "hcount": …, "mcount": …, "lcount": …, "highlist": […],
"middlelist": […], "lowlist": […]}}`; an entry has province, city, county and communitys. `lcount` and `lowlist` came
with the ninth edition of the rules, so that older notices lack them.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, cast

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from agrimarket.kernel.errors import InvalidFields
from agrimarket.regions import notices
from agrimarket.regions.notices import CHINA
from agrimarket.regions.rules import normalise
from agrimarket.regions.types.bulletins import MAX_ENTRIES, SetAsideRow
from agrimarket.regions.types.restrictions import RiskLevel

_HOUR = re.compile(r"^\s*(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?\s*(\d{1,2})\s*(?:[时時点]|:00(?::00)?)\s*$")
_SHOWN_FAULTS = 20
_MIDNIGHT = 24
_YEARS = (1949, 9998)
"""Those whose last hour has a time in every zone."""
_LISTS = {"highlist": RiskLevel.HIGH, "middlelist": RiskLevel.MIDDLE, "lowlist": RiskLevel.LOW}
_LONGEST_SAID = 2_000
"""Characters that are kept of a row which was set aside."""


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
    if not _YEARS[0] <= year <= _YEARS[1]:
        raise ValueError(hour)
    if clock == _MIDNIGHT:
        return datetime(year, month, day, tzinfo=CHINA) + timedelta(days=1)
    return datetime(year, month, day, clock, tzinfo=CHINA)


Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100), AfterValidator(_storable)]
Community = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000), AfterValidator(_storable)]
Stated = Annotated[int, Field(strict=True, ge=0, le=10_000_000)]


def _nothing(value: object) -> object:
    return "" if value is None else value


class Entry(BaseModel):
    """A place and its communities; names as published. No communities means all of the place."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    province: Annotated[Name, Field(min_length=1, examples=["湖北省"])]
    city: Annotated[Name, BeforeValidator(_nothing), Field(examples=["武汉市"])] = ""
    county: Annotated[Name, BeforeValidator(_nothing), Field(examples=["江岸区"])] = ""
    communitys: Annotated[list[Community], Field(max_length=MAX_ENTRIES, examples=[["某某社区"]])]


Entries = Annotated[
    list[Entry], BeforeValidator(lambda rows: [] if rows is None else rows), Field(max_length=MAX_ENTRIES)
]


class Data(BaseModel):
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

    data: Data
    _set_aside: tuple[SetAsideRow, ...] = PrivateAttr(default=())
    _missing: dict[RiskLevel, int] = PrivateAttr(default_factory=dict[RiskLevel, int])

    @model_validator(mode="wrap")
    @classmethod
    def _without_unreadable(cls, value: Any, handler: ModelWrapValidatorHandler["Document"]) -> "Document":
        """The document without the rows that cannot be read; refused if that leaves none, or the frame is broken."""
        try:
            return handler(value)
        except ValidationError as error:
            faults = error.errors(include_url=False)
            kept, set_aside, missing = _sift(value, faults)
            if kept is None:
                raise
            document = handler(kept)
        document._set_aside, document._missing = tuple(set_aside), missing
        return document

    @property
    def set_aside(self) -> tuple[SetAsideRow, ...]:
        """What could not be read."""
        return self._set_aside

    @property
    def sha256(self) -> bytes:
        """Hash of the notice's content, whatever its spacing."""
        said: dict[str, Any] = self.data.model_dump(mode="json")
        if self._set_aside:
            said["set_aside"] = [(row.pointer, row.said) for row in self._set_aside]
        return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).digest()

    def _blank(self) -> Iterable[SetAsideRow]:
        """Entries with a list of blanks: it is not said which communities are meant, and somebody has to find out."""
        for level, entries in self.data.lists.items():
            for index, entry in enumerate(entries):
                if entry.communitys and not any(normalise(one) for one in entry.communitys):
                    said = _said(entry.model_dump())
                    yield SetAsideRow(f"/data/{level.value}list/{index}/communitys", said, "missing")

    def notice(self) -> notices.Notice:
        """The notice that the document is."""
        return notices.Notice(
            published_at=self.data.published_at,
            sha256=self.sha256,
            lists={
                level: [notices.Place(e.province, e.city, e.county, e.communitys) for e in entries]
                for level, entries in self.data.lists.items()
            },
            counts=self.data.counts,
            set_aside=(*self._set_aside, *self._blank()),
            missing=self._missing,
            pointers={"hour": "/data/end_update_time", **{level: f"/data/{level.value}list" for level in RiskLevel}},
        )


def _sift(
    document: Any, faults: Sequence[Mapping[str, Any]]
) -> tuple[dict[str, Any] | None, list[SetAsideRow], dict[RiskLevel, int]]:
    """The document without its unreadable rows and communities; None if something else is wrong, or nothing is left."""
    spoilt: dict[tuple[str, int], dict[int | None, str]] = {}
    for fault in faults:
        match fault["loc"]:
            case ("data", str(name), int(row), "communitys", int(community)):
                spoilt.setdefault((name, row), {}).setdefault(community, fault["type"])
            case ("data", str(name), int(row), *_):
                spoilt.setdefault((name, row), {}).setdefault(None, fault["type"])
            case _:
                return None, [], {}
    data = {name: list(rows) if name in _LISTS else rows for name, rows in document["data"].items()}
    set_aside: list[SetAsideRow] = []
    missing: dict[RiskLevel, int] = {}
    for (name, index), why in spoilt.items():
        row = data[name][index]
        data[name][index], lost = _mended(row, f"/data/{name}/{index}", why)
        set_aside += lost
        missing[_LISTS[name]] = missing.get(_LISTS[name], 0) + _most(row, data[name][index])
    for name in _LISTS:
        data[name] = [row for row in data.get(name) or () if row is not None]
    left = any(data[name] for name in _LISTS)
    return ({**document, "data": data} if left else None), set_aside, missing


def _mended(row: Any, pointer: str, why: Mapping[int | None, str]) -> tuple[Any, list[SetAsideRow]]:
    """A row without the communities that cannot be read, and these; without any left, all of it is set aside."""
    communities = _communities(row)
    if None not in why and communities is not None:
        kept = [one for index, one in enumerate(communities) if index not in why]
        if kept:
            lost = [
                SetAsideRow(f"{pointer}/communitys/{index}", _said(communities[index]), code)
                for index, code in why.items()
                if index is not None
            ]
            return {**row, "communitys": kept}, lost
    return None, [SetAsideRow(pointer, _said(row), why.get(None) or next(iter(why.values())))]


def _communities(row: Any) -> list[Any] | None:
    listed: Any = cast("dict[str, Any]", row).get("communitys") if isinstance(row, dict) else None
    return cast("list[Any]", listed) if isinstance(listed, list) else None


def _most(before: Any, after: Any) -> int:
    """Communities at most that a row lost."""
    left = len(_communities(after) or ()) if after is not None else 0
    return max(1, len(_communities(before) or ())) - left


def _said(value: Any) -> str:
    """A value as published, in JSON that the database takes."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    text = text.encode("utf-8", "backslashreplace").decode()
    return text.replace("\\u0000", "")[:_LONGEST_SAID]


def read(document: Mapping[str, Any]) -> Document:
    """The document; `InvalidFields` names its faults, at most twenty."""
    try:
        return Document.model_validate(document)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)[:_SHOWN_FAULTS]
        raise InvalidFields(
            [("".join(f"/{part}" for part in fault["loc"]), fault["type"], fault.get("ctx", {})) for fault in found]
        ) from error


class RiskLevelNotices:
    """Adapter for a file with one such document in JSON."""

    def reads(self, raw: bytes) -> bool:
        """JSON begins with a brace."""
        return raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")

    def notices(self, raw: bytes) -> Iterable[notices.Notice]:
        """The notice of the file."""
        try:
            document = json.loads(raw)
        except ValueError as error:
            raise InvalidFields([("", "json_invalid", {"error": str(error)})]) from error
        return [read(document).notice()]
