"""Pictures of a region's page, as numbers: where each province stands on the map of tiles, and the line of the past.

Pure: what is drawn is made of it in templates, and the same figures stand in a table beneath.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

TILES: Final[Mapping[str, tuple[int, int, str, str, str]]] = {
    "23": (7, 0, "黑", "黑", "HL"), "15": (4, 1, "蒙", "蒙", "NM"), "22": (7, 1, "吉", "吉", "JL"),
    "65": (0, 2, "新", "新", "XJ"), "62": (2, 2, "甘", "甘", "GS"), "64": (3, 2, "宁", "寧", "NX"),
    "11": (5, 2, "京", "京", "BJ"), "12": (6, 2, "津", "津", "TJ"), "21": (7, 2, "辽", "遼", "LN"),
    "63": (1, 3, "青", "青", "QH"), "61": (3, 3, "陕", "陝", "SN"), "14": (4, 3, "晋", "晉", "SX"),
    "13": (5, 3, "冀", "冀", "HE"), "37": (6, 3, "鲁", "魯", "SD"), "54": (0, 4, "藏", "藏", "XZ"),
    "51": (2, 4, "川", "川", "SC"), "50": (3, 4, "渝", "渝", "CQ"), "41": (4, 4, "豫", "豫", "HA"),
    "34": (5, 4, "皖", "皖", "AH"), "32": (6, 4, "苏", "蘇", "JS"), "31": (7, 4, "沪", "滬", "SH"),
    "53": (2, 5, "滇", "滇", "YN"), "52": (3, 5, "黔", "黔", "GZ"), "42": (4, 5, "鄂", "鄂", "HB"),
    "36": (5, 5, "赣", "贛", "JX"), "33": (6, 5, "浙", "浙", "ZJ"), "45": (3, 6, "桂", "桂", "GX"),
    "43": (4, 6, "湘", "湘", "HN"), "44": (5, 6, "粤", "粵", "GD"), "35": (6, 6, "闽", "閩", "FJ"),
    "71": (7, 6, "台", "臺", "TW"), "46": (4, 7, "琼", "瓊", "HI"), "82": (5, 7, "澳", "澳", "MO"),
    "81": (6, 7, "港", "港", "HK"),
}  # fmt: skip
"""First two digits of a province's code → column, row, and its sign in simplified and traditional script and in Latin
letters (ISO 3166-2:CN)."""
MOST = 31
"""Points of a line at most; a longer past is told by weeks, then by months, each with the most of any of its days."""
STEPS: Final = (1, 100, 1_000)
"""From how many closed places on a tile has its first, second and third depth."""
WIDTH, HEIGHT, TOP = 320, 90, 8


@dataclass(frozen=True, slots=True)
class Tile:
    """A province on the map: where it stands, what is written on it, and how deep it is, 0 to 3."""

    x: int
    y: int
    sign: str
    depth: int
    places: int
    here: bool


@dataclass(frozen=True, slots=True)
class Past:
    """How many places were closed over time. `unit`: each point is a `day`, a `week` or a `month`, by its first day."""

    unit: str
    points: Sequence[tuple[date, int]]
    line: str
    most: int


def tiles(counts: Mapping[str, int], code: str, language: str) -> list[Tile]:
    """The map of the provinces; `counts` are their closed places by their code, `code` is where the reader looks."""
    script = {"zh-Hans": 2, "zh-Hant": 3}.get(language, 4)
    return [
        Tile(where[0], where[1], str(where[script]), depth(counts[full]), counts[full], code[:2] == province)
        for province, where in TILES.items()
        if (full := f"{province}0000") in counts
    ]


def depth(places: int) -> int:
    """How deep a tile with so many closed places is, 0 to 3."""
    return sum(places >= step for step in STEPS)


def past(changes: Sequence[tuple[date, int]], today: date) -> Past:
    """The line of the past, from the days on which the number of closed places changed and the number after each."""
    told = ((unit, _grouped(changes, begins)) for unit, begins in _UNITS)
    unit, points = next((each for each in told if len(each[1]) <= MOST), ("month", _grouped(changes, _first)[-MOST:]))
    most = max((places for _, places in points), default=0)
    return Past(unit, points, _line(points, today, most), most)


def _day(day: date) -> date:
    return day


def _first(day: date) -> date:
    return day.replace(day=1)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


_UNITS: Final = (("day", _day), ("week", _monday), ("month", _first))


def _grouped(changes: Sequence[tuple[date, int]], begins: Callable[[date], date]) -> list[tuple[date, int]]:
    """The most at once of each unit in which something changed; what was there as it began counts."""
    found: dict[date, int] = {}
    before = 0
    for day, places in changes:
        first = begins(day)
        carried = before if first < day else 0
        found[first] = max(found.get(first, carried), places)
        before = places
    return list(found.items())


def _line(points: Sequence[tuple[date, int]], today: date, most: int) -> str:
    """Points of an SVG polyline: each number holds until the next."""
    if not points or not most:
        return ""
    start = points[0][0]
    days = max((today - start).days, 1)
    drawn: list[str] = []
    level = HEIGHT
    for day, places in points:
        x = round(WIDTH * (day - start).days / days)
        drawn.append(f"{x},{level}")
        level = round(TOP + (HEIGHT - TOP) * (1 - places / most))
        drawn.append(f"{x},{level}")
    return " ".join([*drawn, f"{WIDTH},{level}"])
