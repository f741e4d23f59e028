"""Zones: names of places that GB/T 2260 gives no code, read by what they end in.

Development zones, new areas, scenic areas, state farms and the divisions of 兵团 are governed like counties and named
in notices where the county should be. They come and go, so that no list has all of them: a name under a known city
that ends like a zone's is one. `data/zones.csv` adds what no name tells: the counties in which a zone lies.
"""

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from agrimarket.regions.rules import normalise

READ = "read in a notice"
"""Source of a zone of which nothing is known but its name."""

_KINDS: Sequence[tuple[str, re.Pattern[str]]] = tuple(
    (kind, re.compile(f"(?:{pattern})$"))
    for kind, pattern in (
        ("高新区", r"(?:国家级?)?(?:高新技术|高技术|高新)(?:技术)?(?:产业)?(?:开发|示范|工业|产业)?(?:园区|园|区)"),
        (
            "经开区",
            r"(?:国家级?)?(?:经济技术开发园?区|经济技术产业开发区|经济开发园?区|经济综合实验区|综合经济实验区|经开区"
            r"|经济技术开发|开发区)",
        ),
        ("综保区", r"综合保税区|综保区"),
        ("度假区", r"(?:国家级?|省级)?(?:生态|文化|休闲)?(?:旅游)?度假(?:示范)?区"),
        ("风景区", r"(?:国家级?)?(?:生态)?(?:旅游|文化)?(?:风景名胜区|风景旅游区|风景区|名胜区|旅游景区|景区)"),
        ("旅开区", r"旅游(?:经济)?开发区|旅开区"),
        ("示范区", r"城乡一体化示范区|一体化示范区|示范区"),
        ("物流园", r"(?:国际)?物流(?:园区|园|港)"),
        ("工业园", r"(?:国家级?)?(?:工业园区|工业园|工业区|产业园区|产业园|工业集中区)"),
        (
            "新区",
            r"新区|新城区?|新片区|片区|(?:生态|科技|科学|大学|智慧|产业|空港|高铁|教育|文化|健康|知识)城|组团",
        ),
        (
            "管理区",
            r"(?<!行政)管理区|管理处|管理局|行政委员会|行委|功能区|核心区|先导区|先行区|起步区|启动区|合作区|试验区"
            r"|实验区|保护区|保护开发区|生态区|经济区|经济带|投资区|保税港区|保税区|保税物流中心|自贸区|自由贸易区"
            r"|自贸试验区|贸易区|集聚区|聚集区|集中区|综改区|文旅区|旅游区|商务区|文教区|高教区|教育园|科教园|科技园区?"
            r"|农业园区?|生态园区?|产业带|化工区|化工园区?|工贸区|工矿区|加工区|开放区|港务区|空港区?|航空港区?|临港区"
            r"|临空区|园区|口岸|基地|油田|库区|湿地|公园|特区|中心区|商贸区|服务区|循环区",
        ),
        (
            "农场",
            r"农场|牧场|林场|农牧场|渔场|茶场|盐场|果园场|良种场|原种场|种畜场|垦殖场|华侨场|总场|林业局|林管局|林区",
        ),
        ("垦区", r"垦区|农垦(?:总局|分局|局)?|分局"),
    )
)
_WHOLE_NAMES = frozenset({"港区", "新站", "新站区", "空港", "临港", "航空港"})
"""Names that are zones' only where nothing else stands before them but the city's own."""
_TAIL = re.compile(r"(?:党工委|工委)?(?:管理委员会|管委会|委员会|管委)$")
_BRACKETS = re.compile(r"[（(〔【].*?[）)〕】]")
_STEM = re.compile(r"(?:特别行政区|(?:壮族|回族|维吾尔)?自治区|自治州|地区|[省市州盟])$")
DIVISION = re.compile(r"(?<![\d一二三四五六七八九十])第?([一二三四五六七八九]|十[一二三四]?|1[0-4]|[1-9])师")
_REGIMENT = re.compile(r"(?<![\d一二三四五六七八九十百第])(\d{1,3})团")
_DIGITS = {
    name: number
    for number, name in enumerate(
        ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二", "十三", "十四"), 1
    )
}


@dataclass(frozen=True, slots=True)
class ZoneName:
    """A zone under the division `city_code`; `counties` are the codes of those that it lies in, if that is known.

    A code of `counties` may be of a prefecture, and then stands for all its counties.
    """

    city_code: str
    name: str
    key: str
    counties: tuple[str, ...] = ()
    source: str = READ


def core(name: str, above: Iterable[str]) -> str:
    """A zone's name without what names the places above it, and without 管委会."""
    text = _TAIL.sub("", normalise(_BRACKETS.sub("", name)))
    for place in above:
        full = normalise(place)
        for prefix in (full, stem(full)):
            if text != prefix and len(prefix) > 1:
                text = text.removeprefix(prefix)
    return text


def stem(name: str) -> str:
    """A province's or a city's name without what says that it is one: 西安, 阿拉善, 广西."""
    return _STEM.sub("", name)


def parts(name: str, above: Iterable[str]) -> tuple[str, str] | None:
    """(distinguishing part, kind) of a zone's name: 净月高新技术产业开发区 is (净月, 高新区). None: no zone's."""
    text = core(name, above)
    if text in _WHOLE_NAMES:
        return "", text
    for kind, pattern in _KINDS:
        if match := pattern.search(text):
            if kind in ("新区", "管理区", "农场", "垦区", "物流园"):
                return text[: match.start()], match.group()
            return text[: match.start()], kind
    return None


def reading(city_code: str, city: str, name: str, above: Iterable[str]) -> ZoneName | None:
    """The zone that a name under a division means; None for a name that does not end like a zone's."""
    found = parts(name, above)
    if found is None:
        return None
    key = "".join(found)
    return ZoneName(city_code, f"{stem(city)}{key}", key)


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of `data/zones.csv`."""

    province: str
    city: str
    names: tuple[str, ...]
    counties: tuple[str, ...]
    source: str


@cache
def listed() -> tuple[Listed, ...]:
    """Zones whose names do not tell that they are zones, or whose counties are known."""
    with files("agrimarket.regions").joinpath("data", "zones.csv").open(encoding="utf-8") as stream:
        return tuple(
            Listed(
                row["province"],
                row["city"],
                tuple(row["names"].split("|")),
                tuple(row["counties"].split()),
                row["source"],
            )
            for row in csv.DictReader(stream)
        )


@dataclass(frozen=True, slots=True)
class _Division:
    number: int
    city: str
    regiments: frozenset[int]
    counties: tuple[str, ...]
    source: str


@cache
def _divisions() -> dict[int, _Division]:
    """Divisions of 兵团, from `data/divisions.csv`."""
    with files("agrimarket.regions").joinpath("data", "divisions.csv").open(encoding="utf-8") as stream:
        rows = [
            _Division(
                int(row["division"]),
                row["city"],
                frozenset(_numbers(row["regiments"])),
                tuple(row["counties"].split()),
                row["source"],
            )
            for row in csv.DictReader(stream)
        ]
    return {row.number: row for row in rows}


def _numbers(text: str) -> Iterable[int]:
    for stretch in text.split():
        first, _, last = stretch.partition("-")
        yield from range(int(first), int(last or first) + 1)


def division(text: str, code: str) -> ZoneName | None:
    """The only division of 兵团 that a text names: by its number, its city, or the number of a regiment of it."""
    named = {_DIGITS.get(found) or int(found) for found in DIVISION.findall(text)}
    if not named:
        named = {row.number for row in _divisions().values() if row.city and row.city.removesuffix("市") in text}
    if not named:
        regiments = {int(found) for found in _REGIMENT.findall(text)}
        named = {row.number for row in _divisions().values() if regiments & row.regiments}
    if len(named) != 1:
        return None
    row = _divisions()[named.pop()]
    name = next(name for name, number in _DIGITS.items() if number == row.number)
    return ZoneName(code, f"新疆生产建设兵团第{name}师{row.city}", f"第{name}师", row.counties, row.source)
