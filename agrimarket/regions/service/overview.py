"""What a region's page shows: the three questions, what is in force, the closed places, the past, and what is said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from agrimarket.drive import drive
from agrimarket.kernel.i18n import PEOPLES_ZONE
from agrimarket.kernel.keeping import Kept
from agrimarket.regions import communities
from agrimarket.regions.errors import RegionUnknown
from agrimarket.regions.queries import overview as queries
from agrimarket.regions.queries import places, restrictions
from agrimarket.regions.queries.overview import Position
from agrimarket.regions.questions import Question, questions
from agrimarket.regions.rules import CLOSING, is_code, normalise, verdict_of
from agrimarket.regions.service import served
from agrimarket.regions.types.places import PlaceText, RegionInfo
from agrimarket.regions.types.restrictions import RestrictionInfo, RiskLevel, Verdict
from agrimarket.regions.types.rumours import Finding

_MOST_JUDGED = 2_000
"""Listed communities that one search compares with what was typed: more share a word only with figures alone."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to see of a region: those of its closed places that are called so, after a position."""

    code: str
    community: str = ""
    closing: bool = True
    after: Position | None = None
    limit: int = 40


@dataclass(frozen=True, slots=True)
class Level:
    """What is in force at one level: closed places, areas that are closed as a whole, and since when the first is."""

    level: RiskLevel
    places: int
    whole: int
    regions: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """A closed place in a list: a community, or ("") all of the area, which is a `part` of a division, or all of it.

    Of a place that was not found, `area` is empty, and `part` is what the notice says. `position` is where the list
    goes on after it.
    """

    name: str
    area: PlaceText
    part: str
    level: RiskLevel
    since: datetime
    number: str
    resolved: bool
    position: Position
    by_hand: bool
    source: str


@dataclass(frozen=True, slots=True)
class Province:
    """A province with the number of its closed places."""

    code: str
    name: PlaceText
    places: int


@dataclass(frozen=True, slots=True)
class Told:
    """A rumour with the newest word about it."""

    id: UUID
    said: str
    first_seen: datetime
    verdict: Finding
    why: str
    authority: str
    source_url: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Overview:
    """All that a region's page shows. `total` counts the places of the list, of which `listed` are some. `sources`
    are where the notices in force were published."""

    region: RegionInfo
    verdict: Verdict
    questions: tuple[Question, ...]
    number: str | None
    as_of: datetime | None
    levels: Sequence[Level]
    sources: Sequence[str]
    listed: Sequence[Place]
    total: int
    changes: Sequence[tuple[date, int]]
    provinces: Sequence[Province]
    rumours: Sequence[Told]
    today: date


def of(session: Session, kept: Kept, asked: Asked) -> Overview:
    """The page of a region; `RegionUnknown` (404) if there is none. One statement.

    What is kept is given again if nothing has changed since, which the statement asks; else there are two. One more
    where a community is named: the list shows what it touches, too.
    """
    return kept.read((asked, drive().regions), lambda: restrictions.version(session), lambda: _read(session, asked))


def _read(session: Session, asked: Asked) -> tuple[str, Overview]:
    row = _row(session, asked) if is_code(asked.code) else None
    if row is None:
        raise RegionUnknown(codes=[asked.code])
    return row.version, _overview(session, row)


def _row(session: Session, asked: Asked) -> Any:
    needle = normalise(asked.community)
    return queries.read(
        session,
        asked.code,
        needle=needle,
        closing=asked.closing,
        after=asked.after,
        limit=asked.limit,
        touched=_touched(session, asked) if needle else (),
    )


def _touched(session: Session, asked: Asked) -> list[int]:
    """The listed communities in which an address lies or may lie, as `serviceability` judges them."""
    words = communities.words(asked.community)
    found = queries.candidates(session, asked.code, words, communities.ALWAYS, _MOST_JUDGED)
    return [each for each, listed in found if communities.verdict(listed, asked.community) is not Verdict.OPEN]


def _overview(session: Session, row: Any) -> Overview:
    region = places.info(row)
    here = [_restriction(entry) for entry in row.here or ()]
    beneath = [_restriction(entry) for entry in row.beneath or ()]
    verdict = verdict_of(here, beneath)
    closing = [entry for entry in (*here, *beneath) if entry.level in CLOSING]
    first = min(closing, key=lambda entry: (not entry.resolved, not entry.whole_area, entry.since), default=None)
    not_grown, not_delivered = served.not_grown(session, region.code), served.not_delivered(session, region.code)
    return Overview(
        region=region,
        verdict=verdict,
        questions=questions(verdict, first, not_grown, not_delivered),
        number=row.newest_number,
        as_of=row.newest_at,
        levels=[_level(entry) for entry in row.levels or ()],
        sources=[entry["source"] for entry in row.sources or ()],
        listed=[_place(entry) for entry in row.listed or ()],
        total=row.total,
        changes=[(date.fromisoformat(entry["day"]), int(entry["places"])) for entry in row.days or ()],
        provinces=[_province(entry) for entry in row.provinces or ()],
        rumours=[_told(entry) for entry in row.rumours or ()],
        today=row.now.astimezone(PEOPLES_ZONE).date(),
    )


def _restriction(entry: dict[str, Any]) -> RestrictionInfo:
    """A restriction as far as a verdict asks for it; one beneath stands for all of its kind."""
    return RestrictionInfo(
        level=RiskLevel(entry["level"]),
        communities=[],
        community_count=entry.get("places", 0),
        since=datetime.fromisoformat(entry["since"]),
        bulletin_number=entry.get("number", ""),
        bulletin_id=UUID(entry["bulletin_id"]) if "bulletin_id" in entry else UUID(int=0),
        source=entry.get("source", ""),
        region_code=entry.get("region_code", ""),
        region_name=PlaceText(entry.get("full_name", ""), entry.get("latin") or ""),
        place=entry.get("place", ""),
        whole_area=entry["whole_area"],
        resolved=entry["resolved"],
    )


def _level(entry: dict[str, Any]) -> Level:
    since = datetime.fromisoformat(entry["since"])
    return Level(RiskLevel(entry["level"]), int(entry["places"]), entry["whole"], entry["regions"], since)


def _place(entry: dict[str, Any]) -> Place:
    resolved: bool = entry["resolved"]
    return Place(
        name=entry["name"],
        area=PlaceText(entry["full_name"], entry["latin"]) if resolved else PlaceText(""),
        part=entry["place"] if resolved else entry["stated"],
        level=RiskLevel(entry["level"]),
        since=datetime.fromisoformat(entry["since"]),
        number=entry["number"],
        resolved=resolved,
        by_hand=entry["by_hand"],
        source=entry["source"],
        position=(entry["ordered"], entry["region_code"], UUID(entry["id"]), entry["community"]),
    )


def _province(entry: dict[str, Any]) -> Province:
    return Province(entry["code"], PlaceText(entry["name"], entry["latin"]), entry["places"])


def _told(entry: dict[str, Any]) -> Told:
    first_seen, at = datetime.fromisoformat(entry["first_seen"]), datetime.fromisoformat(entry["at"])
    return Told(
        id=UUID(entry["id"]),
        said=entry["said"],
        first_seen=first_seen,
        verdict=Finding(entry["verdict"]),
        why=entry["why"],
        authority=entry["authority"],
        source_url=entry["source_url"],
        at=at,
    )
