"""Names of regions as notices write them: with blanks, in traditional script, shortened, repeated. Pure."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import TypeVar

from agrimarket.regions import zones
from agrimarket.regions.rules import normalise
from agrimarket.regions.types.places import RegionInfo
from agrimarket.regions.variants import simplified

Found = TypeVar("Found")

_BLANK = re.compile(r"[\s\u00a0\u200b-\u200f\u2060\u3000\ufeff]+")
_GROUP = re.compile(
    r"^(?:市辖区|市直辖?|县|区|市|省直.*|.*直辖(?:县级)?(?:行政)?(?:单位|区划|区|市|县)?|无|全[市省区]|-+|/)?$"
)
"""Names of groups of counties, which are part of no address."""
_PROVINCE = re.compile(r"(?:省|市|特别行政区|(?:壮族|回族|维吾尔)?自治区)$")
_SUFFIX = re.compile(r"(?:自治州|自治县|自治旗|林区|特区|地区|新区|县|区|市|旗|州|盟)$")
_PLAIN_SUFFIX = re.compile(r"(?:自治州|自治县|自治旗|地区|县|(?<!新)(?<!林)(?<!特)区|市|旗|州|盟)$")
_PEOPLES = re.compile(
    r"(?:土家|苗|侗|壮|瑶|回|彝|藏|羌|满|蒙古|朝鲜|傣|白|哈尼|拉祜|佤|布朗|景颇|傈僳|独龙|怒|纳西|布依|仡佬|水|黎|畲|仫佬|毛南|土|撒拉|东乡|保安"
    r"|裕固|哈萨克|柯尔克孜|塔吉克|锡伯|达斡尔|鄂伦春|鄂温克|各)族|(?:蒙古|哈萨克|柯尔克孜|锡伯|塔吉克)(?=自治)"
)
_TOWN = re.compile(r"(?:街道|街道办|街道办事处|办事处|镇|乡|苏木|嘎查|社区|村|居委会|村委会|地区办事处)$")
_CORPS = re.compile(r"^(?:新疆)?(?:生产)?(?:建设)?兵团|^新疆(?:生产)?建设兵团")
_INSIDE = re.compile(r"[（(](.+?)[）)]")
_NICKNAMES = {"巴州": "巴音郭楞蒙古自治州", "博州": "博尔塔拉蒙古自治州", "克州": "克孜勒苏柯尔克孜自治州"}
_ZONE = re.compile(r"(?:管理区|示范区|新区|园区|区)$")


def compact(name: str) -> str:
    """A name without blanks, in simplified characters."""
    return simplified(_BLANK.sub("", name))


@lru_cache(maxsize=16_384)
def key(name: str) -> str:
    """A name in the spelling for comparison, in simplified characters."""
    return simplified(normalise(name))


def is_corps(name: str) -> bool:
    """Whether that is 兵团, in any of its names."""
    return bool(_CORPS.match(name))


def is_group(name: str, *above: RegionInfo) -> bool:
    """Whether the name says no more than the one above it: empty, a group such as 市辖区, or the region's own name."""
    return bool(_GROUP.match(name)) or any(same(region, name) or _short(region.name) == name for region in above)


def is_town(name: str) -> bool:
    """Whether a name is a street's, a town's or a village's."""
    return bool(_TOWN.search(name))


def without(name: str, above: str) -> str:
    """A name without the name of what it lies in written before it: 武汉市江岸区 in 武汉市."""
    return name.removeprefix(above) if name != above else name


def province(provinces: Iterable[RegionInfo], name: str) -> RegionInfo | None:
    """The province with that name, with or without 省, 市 or 自治区."""
    return only(p for p in provinces if same(p, name) or _short(p.name) == _short(name))


def _short(name: str) -> str:
    return _PROVINCE.sub("", name)


def same(region: RegionInfo, name: str) -> bool:
    """Whether that is the region's name."""
    return key(region.name) == key(name)


@lru_cache(maxsize=16_384)
def core(name: str) -> str:
    """A region's name without what says of what kind it is and which peoples live in it: 恩施, 浦东."""
    text = key(name)
    return _SUFFIX.sub("", _PEOPLES.sub("", text)) or text


@lru_cache(maxsize=16_384)
def _asked(name: str) -> str:
    """As `core`, of a name that was asked for: a 新区 is no 区."""
    text = key(_NICKNAMES.get(name, name))
    return _PLAIN_SUFFIX.sub("", _PEOPLES.sub("", text)) or text


def unique(among: Iterable[RegionInfo], name: str) -> RegionInfo | None:
    """The only region with that name; else with it in parentheses; else without what says of what kind it is."""
    among = list(among)
    outside = re.sub(r"[（(].*?[）)]", "", name)
    for candidate in (name, outside, *_INSIDE.findall(name)):
        if found := only(region for region in among if same(region, candidate)):
            return found
    asked = _asked(outside)
    return only(r for r in among if len(asked) > 1 and core(r.name) == asked)


def only(found_ones: Iterable[Found]) -> Found | None:
    """What was found, if there is but one."""
    found = list(found_ones)
    return found[0] if len(found) == 1 else None


def is_near(name: str, other: str) -> bool:
    """Whether two names differ by one character at most: one that is another, one too many, or one too few."""
    if abs(len(name) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(name), len(other)) and name[start] == other[start]:
        start += 1
    rests = name[start:], other[start:]
    return rests[0][1:] == rests[1][1:] or rests[0][1:] == rests[1] or rests[0] == rests[1][1:]


def zone_parts(name: str, above: Iterable[str]) -> tuple[str, str]:
    """(the distinguishing part of a zone's name, its kind): 净月高新技术产业开发区 is (净月, 高新区)."""
    found = zones.parts(name, above)
    if found is not None and found[1] in ("高新区", "经开区"):
        return found
    text = zones.core(name, above)
    match = _ZONE.search(text)
    return (text[: match.start()], "zone") if match else (text, "zone")


def alike(coded: str, asked: str, distinct: str) -> bool:
    """Whether two kinds of zones may be one: the same, or where the name is distinct, one that is just a zone."""
    return coded == asked or (bool(distinct) and "zone" in (coded, asked))
