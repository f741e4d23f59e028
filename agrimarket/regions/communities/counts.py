"""What is counted in an address: phases, blocks, buildings, units, rooms and numbers on a road."""

import re
from dataclasses import dataclass, replace
from enum import IntEnum


class Level(IntEnum):
    """What a number counts, from the widest to the narrowest."""

    GROUP = 1
    PHASE = 2
    AREA = 3
    BLOCK = 4
    ROW = 5
    COMPOUND = 6
    DOOR = 7
    BUILDING = 8
    UNIT = 9
    FLOOR = 10
    ROOM = 11
    BARE = 12


_CLASSES: tuple[tuple[Level, str], ...] = (
    (Level.BLOCK, r"组团"),
    (Level.GROUP, r"村民小组|居民小组|生产队|小组|组(?!织)|社(?=$|[,()0-9-])|队(?!伍)|连队?(?![锁接廊体续])"),
    (Level.PHASE, r"期(?!货)"),
    (Level.AREA, r"号?片区|区(?!域)"),
    (Level.ROW, r"排(?!水)"),
    (Level.COMPOUND, r"号大院|号院落?(?!子)|弄(?!堂)"),
    (
        Level.BUILDING,
        r"号?居民楼|号?住宅楼|号?宿舍楼|号楼栋?|号栋|号厂房|号公寓|栋楼?|幢楼?|橦|座(?!落)|楼栋"
        r"|楼(?![盘宇下上村台店前梯道层主区苑园镇街庄])",
    ),
    (Level.UNIT, r"单元楼?|门(?=$|[,()0-9室房楼-])|梯(?=$|[,()0-9-])"),
    (Level.FLOOR, r"层楼?"),
    (Level.ROOM, r"室|号房|房(?![地屋管产])|户(?=$|[,()-])"),
    (
        Level.DOOR,
        r"(?:单|双|奇数|偶数)?号(?!线|桥|小区|公馆|府|庄园|别院|花园|城|社区|井|矿|煤|基地|工程|路|街|巷|村)",
    ),
)
_CLASS = "|".join(f"(?P<{level.name}>{pattern})" for level, pattern in _CLASSES)
_FIRST = r"(?:负|甲|乙|丙|丁|戊|己|[a-z]{1,2})?[0-9]{1,5}[a-z]?(?![0-9a-z])"
_ONE = rf"(?:{_FIRST}(?:-(?:[a-z]{{0,2}}[0-9]{{1,5}}[a-z]?)(?![0-9a-z]))*)"
_LETTER = r"(?:[a-z]{1,2}(?![a-z0-9])|[甲乙丙丁戊己](?=座|栋|幢|单元|区|组团|号楼))"
_ANY = rf"(?:{_ONE}|{_LETTER}(?:-{_LETTER})?)"
_COUNT = re.compile(rf"(?P<all>{_ANY}(?:[,和及与]{_ANY})*)(?:{_CLASS})(?!镇|乡|街道|社区|路|大道)")
_BARE = re.compile(rf"(?P<all>{_ONE}(?:,{_ONE})*)(?=$|[,()])")
_UNTIL = re.compile(rf"-(?P<last>{_FIRST})(?:号?)(?:{_CLASS})?")
_ONLY = re.compile(r"(?:单|双|奇数?|偶数?)号?(?=$|[,()])")
_SUB = re.compile(r"之-?([0-9]+)|附属?([0-9]+)号?")
_PART = re.compile(r"(负|[甲乙丙丁戊己]|[a-z]{1,2})?([0-9]+)?([a-z])?")


@dataclass(frozen=True, slots=True)
class Number:
    """A number or a range of them. `sub` is what stands behind it: 8-4号, 8号之一, 8号附1号.

    `prefix` is a letter or 甲 before it; without a number it may be a range of letters, `a-c`.
    """

    prefix: str
    low: int
    high: int
    sub: str = ""
    odd: bool | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """Numbers of one level, any of which is meant."""

    level: Level
    numbers: tuple[Number, ...]

    def with_parity(self, *, odd: bool) -> "Count":
        """The same, of which only the odd ones (or the even ones) count."""
        return replace(self, numbers=tuple(replace(n, odd=odd) for n in self.numbers))


def read_at(text: str, at: int, *, listed: bool) -> tuple[list[Count], int] | None:
    """The counts that begin at `at` of a canonical text, and where they end; None if a name begins there.

    In a listed text `1-4` is a range, in an address a door: people do not live in ranges.
    """
    match = _COUNT.match(text, at)
    if match is not None:
        return _classed(text, match, listed=listed)
    bare = _BARE.match(text, at)
    if bare is None:
        return None
    return _bare(bare.group("all"), listed=listed), bare.end()


def _classed(text: str, match: re.Match[str], *, listed: bool) -> tuple[list[Count], int]:
    level = _level_of(match)
    numbers = [_number(part, listed=listed) for part in re.split("[,和及与]", match.group("all"))]
    end = match.end()
    said = match.group(level.name)
    if listed and (until := _UNTIL.match(text, end)) is not None:
        last = _number(until.group("last"), listed=True)
        if last.low > numbers[-1].low and last.prefix == numbers[-1].prefix:
            numbers[-1] = replace(numbers[-1], high=last.low, sub="")
            said, end = said + until.group(), until.end()
    if (sub := _SUB.match(text, end)) is not None:
        numbers[-1] = replace(numbers[-1], sub=sub.group(1) or "附" + sub.group(2))
        end = sub.end()
    if (only := _ONLY.match(text, end)) is not None:
        said, end = said + only.group() + "号", only.end()
    count = Count(level, tuple(numbers))
    if "单号" in said or "奇" in said:
        count = count.with_parity(odd=True)
    elif "双号" in said or "偶" in said:
        count = count.with_parity(odd=False)
    return [count], end


def _level_of(match: re.Match[str]) -> Level:
    return next(level for level, _ in _CLASSES if match.group(level.name) is not None)


def _number(part: str, *, listed: bool) -> Number:
    first, *more = part.split("-")
    one = _single(first)
    if not more:
        return one
    last = _single(more[-1])
    if listed and len(more) == 1 and last.low > one.low and last.prefix in ("", one.prefix):
        return replace(one, high=last.low)
    if listed and len(more) == 1 and one.low == last.low == 0 and last.prefix > one.prefix:
        return Number(f"{one.prefix}-{last.prefix}", 0, 0)
    return replace(one, sub="-".join(more))


def _single(text: str) -> Number:
    match = _PART.fullmatch(text)
    if match is None:  # a letter more than the pattern knows
        return Number(text, 0, 0)
    prefix, figure, suffix = match.groups()
    value = int(figure) if figure else 0
    return Number((prefix or "") + (suffix or ""), value, value)


_ROOM = 100
"""Smallest number without a word that is a room, when it stands behind a building."""


def _bare(text: str, *, listed: bool) -> list[Count]:
    """Numbers without a word: 3-2-301 is a building, a unit and a room, 3-301 a building and a room."""
    parts = text.split("-")
    if "," not in text and len(parts) == 3:
        levels = (Level.BUILDING, Level.UNIT, Level.ROOM)
        return [Count(level, (_single(part),)) for level, part in zip(levels, parts, strict=True)]
    if "," not in text and len(parts) == 2:
        one, other = _single(parts[0]), _single(parts[1])
        if other.low >= _ROOM and one.low < _ROOM:
            return [Count(Level.BUILDING, (one,)), Count(Level.ROOM, (other,))]
        if one.prefix:
            return [Count(Level.BUILDING, (one,))]
    return [Count(Level.BARE, tuple(_number(part, listed=listed) for part in text.split(",")))]
