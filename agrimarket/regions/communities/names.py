"""Names in an address: towns, communities, roads and estates, out of a run of characters without a space."""

import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache


class Kind(Enum):
    """What a name is the name of. `PLAIN` does not say."""

    ZONE = "zone"
    TOWN = "town"
    COMMUNITY = "community"
    VILLAGE = "village"
    ROAD = "road"
    ESTATE = "estate"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Name:
    """A name without the word that says its kind. `relative`: only together with the name before it (二巷)."""

    core: str
    kind: Kind
    relative: bool = False


_ZONES = tuple(
    re.compile(f"({pattern})(?=.{{2,}})(?!域|街道|小区|社区)")
    for pattern in (
        r".{2,12}?(?:自治区|自治州|自治县|自治旗|省)",
        r".{2,8}?盟(?=.{2,8}[市旗县])",
        r".{2,6}?旗(?=.{1,9}(?:镇|苏木|街道|社区))",
        r".{2,6}?(?<![超城夜菜集门])(?<!(?<!成)都)市(?!场|政|民|委|府|监|中心|区)",
        r".{0,12}?(?:开发区|高新区|高新技术产业区|经开区|新区|管理区|风景区|示范区|度假区|保税区|合作区)",
        r"(?:.[东南西北中]|.{1,4}?(?<![小社片校厂院园库矿景街工老住活属新东南西北中]))区",
        r".{1,5}?县(?![城政委医中镇])",
        r".{0,8}?兵团",
        r"\d{1,2}师(?!范|院|大|专)",
    )
)
_BELOW_A_ZONE = re.compile(r"街道|社区|路|[镇乡村].{2}")
_ALL_ZONE = re.compile(
    r".{0,12}(?:开发区|高新区|经开区|兵团|\d师)|.{2,12}(?:新区|管理区|风景区|示范区|度假区|保税区|合作区)"
)
"""A zone and nothing in it: as long a name as 西安高新区."""
_TOWN = re.compile(
    r"(.{1,9}?)(?:街道办事处|街道办|街道|地区办事处)|(.{2,8}?)(?:(?<!小)镇|(?<![水故梦老他同])乡(?!楼))(?!政府|中心(?!村|社区)|卫生|中学|小学|街|路|村|情|音|里)"
    r"|(.)[镇乡](?=.{2,}(?:村|社区|小区|路|街))"
)
_COMMUNITY = re.compile(
    r"(.{1,14}?)(?:社区居民委员会|社区居委会|社区|居民委员会|居委会)"
    r"|(.{1,14}?[村庄寨屯])(?:村民委员会|村委会|委会)"
    r"|(.{1,14}?)(村民委员会|村委会)"
    r"|(.{2,8}?)(?:村民小组|小组)(?=.{2,})"
    r"|(.{2,14}?村)(?!小区|委|民|路|街|巷|道|镇|乡|口|级|里|屯|庄|社区|[东西南北]|\d*[巷街路])(?=.{2,})"
)
_ROAD = re.compile(
    r"(.{2,14}?(?:大道|大街|路(?![口局桥灯政易段边由况线])|街(?![道坊区心头口子舞])|巷(?![子口道])|胡同)"
    r"(?:(?:[东西南北中上下]|\d+)段)?)"
)
_ESTATE = re.compile(r"(.{2,14}?)(小区)|(.{1,12}?(?:花园|家园|嘉园|佳苑|雅苑|花苑|新苑|名苑|公馆|豪庭|新城))")
_STREET = re.compile(r"[^路街巷道]{2,3}街(?![道坊区心头口子舞东西南北中上下前后新横0-9])(?=.{3,})")
"""街 alone, as some cities write for 街道 (石井街庆环路); it may as well be a road."""
_ENDS_AS_ROAD = re.compile(r"(?:大道|大街|路|街|巷|胡同|\d+条|道)(?:(?:[东西南北中上下]|\d+)段)?$")
_RELATIVE = re.compile(r"[东西南北中前后横上下]{0,2}\d+横?(?:巷|街|路|胡同|条|道)|大街")
_GENERIC = re.compile(
    r"(?:[东西南北前后新老旧大小]?(?:花园|家园|小区|社区|嘉园|新村|家属[院区楼]?|宿舍[楼区]?|公寓楼?|大厦|广场|商[铺场城]|底商"
    r"|门[面店市]房?|平房区?|大?院|酒店|宾馆|旅[店馆]|超市|药[店房]|菜?市场|工[地厂]|项目部?|工程|集镇|自建房|别墅区?|洋房"
    r"|小?高层|学校|[中小]学|大学|医院|幼儿园|住宅[楼区]?|回迁楼|商住楼|办公楼|综合楼|安置[房区]|生活区|工业[园区]|园区?"
    r"|国际|中心|物业|村委会|村民委员会)|[苑里楼城府居阁村区厂店段路街巷号])+"
)
_SUFFIX = re.compile(r"(?:村民小组|居民小组|小组|片区|一带|居民楼|院内|区域内?|范围内?|全[域境区村])+$")
MIN_DISTINCT = 2


def is_generic(text: str) -> bool:
    """Whether a text only says what kind of place it is, as 花园 or 家属院 do."""
    return _GENERIC.fullmatch(text) is not None


@lru_cache(maxsize=32_768)
def split(run: str) -> tuple[Name, ...]:
    """The names in a run of characters, from the widest to the narrowest."""
    names: list[Name] = []
    rest = _SUFFIX.sub("", run)
    if rest in ("", "小区", "区域"):  # 惠民二期小区: it belongs to the name before
        return ()
    if _ALL_ZONE.fullmatch(rest):
        return (Name(rest, Kind.ZONE),)
    while rest:
        if (zone := _zone(rest)) is not None:
            names.append(Name(zone, Kind.ZONE))
            rest = rest[len(zone) :]
        elif (town := _TOWN.match(rest)) is not None:
            names.append(Name(town.group(1) or town.group(2) or town.group(3), Kind.TOWN))
            rest = rest[town.end() :]
        else:
            break
    while rest and (community := _COMMUNITY.match(rest)) is not None:
        names.extend(_community(community))
        rest = rest[community.end() :]
    names.extend(_narrow(rest))
    return tuple(names)


def _zone(rest: str) -> str | None:
    """The shortest district, city or zone that begins the text; the most specific pattern if two are as short."""
    found = (match.group(1) for match in (zone.match(rest) for zone in _ZONES) if match is not None)
    return min((zone for zone in found if not _BELOW_A_ZONE.search(zone)), key=len, default=None)


def _community(match: re.Match[str]) -> list[Name]:
    plain, seat, committee, _, group, village = match.groups()
    if village:
        return [*_outer(village), Name(_inner(village), Kind.VILLAGE)]
    if seat or committee or group:
        return [Name(seat or committee or group, Kind.VILLAGE)]
    return [*_outer(plain), Name(_inner(plain), Kind.COMMUNITY)]


def _outer(core: str) -> list[Name]:
    """A road that stands before the community's name: 中山路和平(社区)."""
    road = _ROAD.match(core)
    return [Name(road.group(1), Kind.ROAD)] if road and len(core) - road.end() >= MIN_DISTINCT else []


def _inner(core: str) -> str:
    road = _ROAD.match(core)
    return core[road.end() :] if road and len(core) - road.end() >= MIN_DISTINCT else core


def _narrow(rest: str) -> list[Name]:
    """Roads and estates."""
    names: list[Name] = []
    while rest:
        if (street := _STREET.match(rest)) is not None:
            names.append(Name(street.group(), Kind.ROAD))
            rest = rest[street.end() :]
        if _ENDS_AS_ROAD.search(rest):
            cut = _ESTATE.match(rest)
            if cut is None or len(rest) - cut.end() < MIN_DISTINCT:
                return [*names, Name(rest, Kind.ROAD, relative=_RELATIVE.fullmatch(rest) is not None)]
        road, estate = _ROAD.match(rest), _ESTATE.match(rest)
        first = min((m for m in (road, estate) if m is not None), key=lambda m: m.end(), default=None)
        if first is None or _belongs(rest[first.end() :]):
            break
        names.append(_cut(first, road is first))
        rest = rest[first.end() :]
    if rest:
        names.append(_last(rest))
    return names


def _belongs(rest: str) -> bool:
    """Whether what follows a name is part of it: 阳光花园酒店 is one name, 阳光花园月亮湾 two."""
    return len(rest) < MIN_DISTINCT or is_generic(rest)


def _cut(match: re.Match[str], road: bool) -> Name:
    if road:
        return Name(match.group(1), Kind.ROAD)
    return Name(match.group(1), Kind.ESTATE) if match.group(2) else Name(match.group(3), Kind.PLAIN)


def _last(rest: str) -> Name:
    core = rest.removesuffix("小区")
    if core != rest and core:
        return Name(core, Kind.ESTATE)
    rest = rest.replace("小区", "") or rest
    if rest.endswith("村") and len(rest) >= MIN_DISTINCT:
        return Name(rest, Kind.VILLAGE)
    return Name(rest, Kind.PLAIN)
