"""A listed name, or an address, read into what it means."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from agrimarket.regions.communities.names import Kind, Name
from agrimarket.regions.communities.places import INCLUDED, Place, Reader
from agrimarket.regions.communities.spelling import canonical

_AND = re.compile(
    r"以及|(?<=[0-9号栋幢楼元座组排期户室层])(?:和|及|与|并)(?=[0-9a-z甲乙丙东南西北])"
    r"|(?<=区)(?:和|及|与)(?=[东南西北中0-9a-z]{1,2}区)"
    r"|(?<=小区|[委0-9]村)(?:和|及|与)(?![平谐睦美顺泰安兴园苑庄府城家居雅亲达合信鸿盛润悦畅静旭成佳义田嘉昌硕风县])"
)
"""和 where it joins two places, and is no part of a name."""
_AREAS = re.compile(r"([东南西北中])[,和及]([东南西北中])区")
_RISK = re.compile(r"风险|^[高中低]$")
_EXCEPT = (
    re.compile(r"内?除(?:了|去)?(?P<what>.+?)(?:以外|之外)(?P<rest>.*)"),
    re.compile(r"内?除(?:了|去)?(?P<what>.+)外(?P<rest>.*)"),
    re.compile(r"内?(?:除(?:了|去)?|不含|不包[含括])(?P<what>.+)(?P<rest>)"),
    re.compile(r"(?P<what>.+)除外(?P<rest>)"),
)
_BOUNDED = re.compile(
    r"以[东南西北内]|[东南西北]以|围合|合围|[东南西北][至到临起]|[至到起][东南西北]|之间|交[汇叉]|为界|沿线|沿.{1,12}至|起点"
    r"|(?:路|街|巷|渠)-.*(?:路|街|巷|渠|线)-"
)
_NEAR = re.compile(r"附近|周边|周围|对面|旁边?|[东西南北左右后前]侧|侧边|后面|前面|相邻|背后|前后|往[东南西北]|\d+米")
_NEARBY = re.compile(
    r"(?:及其?|的|和)?(?:周边|周围|附近|前后左右|前后|相邻)+(?:各?\d+[户家米个])?(?:范围|区域|地区|房屋|住户|居民楼?"
    r"|平房|商铺|商户|自建房|家属楼|邻居|民宅|院落|内|的|各|所有|片|\d+[户家米])*(?=$|[,()])"
)
_OF_OTHER_RISK = re.compile(
    r"\(?内?除?[高中]?(?:[,和及]?[高中])?风险(?:区域?|地区|楼栋|点|区)*(?:以外|之外|外)的?(?:其[他它余])?"
    r"(?:的|区域?|地区|楼栋|范围)*\)?|\([^()]*风险区?域?除外\)"
)
_CROSSING = re.compile(
    r"(?P<town>(?:.*(?:街道|镇|乡|社区))?)[^,()]*?交[叉汇](?:路?口|处|点)?的?"
    r"(?:[东南西北]{1,2}[角侧面向]?|路[东南西北])?(?:行?\d+米)?(?=[^,()]{2,})"
)
_LANES = re.compile(r"(?P<of>[^,()0-9]{2,40})(?P<which>[0-9]+(?:[-,][0-9]+)+)(?P<lane>横?巷|胡同|条)(?![0-9]*-)")
"""望城岗1-2巷: several lanes of one name."""
_MOST_LANES = 60
_SIDE_BY_SIDE = re.compile(
    r"(?<=[0-9a-z]号楼)(?=[0-9a-z]+号楼)|(?<=[0-9a-z][栋幢座])(?=[0-9a-z]+[栋幢座])|(?<=[0-9]单元)(?=[0-9]+单元)"
    r"|(?<=\))[和及与](?=[东南西北中0-9a-z])"
)
"""5号楼7号楼, without a word between."""
_AROUND = re.compile(
    r"以(?P<what>[^,()]{2,}?)为(?:中|圆|核)心点?[的,]?(?:周边)?(?:半径)?(?=.*(?:米|公里|周边|范围|区域))"
)
"""以中心路18号为中心半径100米."""
_THE_REST = re.compile(r"的?(?:其[他它余])?(?P<what>[0-9][0-9,-]*(?:[号栋幢座门组排社队]|单元).*)")
_ALL_OF_IT = re.compile(r"(?:[^街镇乡村社路0-9]{1,10}(?:(?<![小片园业成校厂])区|县|市|旗))?")
"""What is left of 未央区除高风险区以外的其他区域, on the list of 未央区."""
_EVERYWHERE = (
    r"(?:的?(?:全[域境]|全[镇乡街]道?|全部(?:区域)?|所有区域|辖区(?:范围)?内?|境内|其[他它余](?:区域|地区)?))+"
)
_OF_A_TOWN = re.compile(rf"(?<=[道处镇乡]){_EVERYWHERE}$")
"""红旗镇全镇 is 红旗镇."""
_ITS_CENTRE = re.compile(r"(?<=[道处镇乡])(?:[镇城街]区|建成区|集镇区?)(?:区域|范围|内|全域)*$")
"""红旗镇镇区: some of the town."""
_SOMEWHERE = re.compile(
    r"(?:(?:主|中心|老|新)?城区|市区|县城|镇区|建成区|[主老]?城(?=区域)|城市建成区|县城城区)?(?:建成区)?"
    r"(?:(?:内|的)?(?:其[他它余]|全部|所有)?(?:区域|地区|范围|全[域境]|辖区)内?)*"
)
_REST_OF_IT = re.compile(rf"{_ALL_OF_IT.pattern}的?(?:其[他它余]|城区|建成区)(?:的|区域|地区|范围|全[域境]|内)*")
"""主城区, 其他区域: some of the county, which only a map could tell."""
_NO_ANSWER = re.compile(
    r"(?:无|没有|暂无|未知|不知道?|不详|不清楚|同上|保密|我?家里?|自己家|测试|none|null|unknown|test|n,?a)"
)
"""What people write where they have nothing to say."""
_A_NAME = re.compile(r"[\u3400-\u9fff]|[a-z]{2}")
_PARTLY = re.compile(r"部分(?:片?区|区域|楼|楼栋|居民|地区)?")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text means: any of `places` without `exceptions`. `said` is all of it in one spelling.

    `whole`: all of the area around. `bounded`: an area between roads, whose names are in `text`, in the town of
    `around`. `near`: more than what is named. `partly`: not all of what is named. `loose`: an
    exception of several places, and it is not said of which.
    """

    said: str
    text: str
    places: tuple[Place, ...] = ()
    exceptions: tuple[Place, ...] = ()
    whole: bool = False
    bounded: bool = False
    near: bool = False
    partly: bool = False
    loose: bool = False
    around: tuple[Name, ...] = ()


@lru_cache(maxsize=16_384)
def read_listed(text: str) -> Reading:
    """What a notice lists."""
    whole_text = canonical(text)
    joined = _LANES.sub(_each_lane, _SIDE_BY_SIDE.sub(",", _AROUND.sub(r"\g<what>", whole_text)))
    joined = _AREAS.sub(r"\1区,\2区", _AND.sub(",", joined))
    plain = _OF_OTHER_RISK.sub("", joined)
    if plain != joined and _ALL_OF_IT.fullmatch(re.sub(rf"{_EVERYWHERE}$", "", plain)):
        return Reading(whole_text, plain, whole=True)
    plain = _NEARBY.sub("", _CROSSING.sub(r"\g<town>", plain))
    if plain and (_SOMEWHERE.fullmatch(plain) or _REST_OF_IT.fullmatch(plain)):
        return Reading(whole_text, plain, whole=True, partly=True)
    outside, brackets = _unbracket(plain)
    outside, excepted = _without_exception(outside)
    partly = _PARTLY.search(outside) is not None or _ITS_CENTRE.search(outside) is not None
    outside = _ITS_CENTRE.sub("", _OF_A_TOWN.sub("", outside))
    bounded = _BOUNDED.search(outside)
    if bounded is not None:
        return _area(whole_text, plain, outside[: bounded.start()], brackets)
    reader = Reader(listed=True)
    exceptions = list(_exceptions(excepted))
    within = list(exceptions)
    loose = any(not place.named for place in exceptions)
    excluding, bounded_in_bracket = bool(excepted), False
    for piece in re.split(r"(\(\d+\))", _PARTLY.sub("", outside)):
        if (bracket := re.fullmatch(r"\((\d+)\)", piece)) is None:
            reader.feed(piece)
            continue
        content = brackets[int(bracket.group(1))]
        what = _exception_in(content)
        if what is not None:
            excluding = True
            exceptions.extend(_exceptions(what))
            within.extend(reader.within(place) for place in _exceptions(what))
        elif _BOUNDED.search(content):
            bounded_in_bracket = True
        else:
            reader.bracket(content)
    places = reader.places()
    return Reading(
        whole_text,
        plain,
        places,
        tuple(within if len(places) > 1 else exceptions),
        whole=not places and excluding,
        bounded=bounded_in_bracket,
        around=places[0].wide if places else (),
        near=_NEAR.search(whole_text) is not None,
        partly=partly,
        loose=loose,
    )


@lru_cache(maxsize=1_024)
def read_address(text: str) -> Place:
    """The one place that an address is: everything in it taken together."""
    plain = re.sub(r"[(),]+", ",", _AND.sub(",", canonical(text)))
    reader = Reader(listed=False)
    reader.feed(plain, joined=True)
    places = reader.places()
    return places[0] if places else Place()


def says_where(address: str) -> bool:
    """Whether an address names anything narrower than a town: an estate, a community, a village, a road.

    Signs, a letter and what people write where they have nothing to say name nothing.
    """
    place = read_address(address)
    if not place.named or _NO_ANSWER.fullmatch(canonical(address)):
        return False
    told = [*place.wide, *place.narrow, *place.lead, *filter(None, [place.road])]
    below = [name for name in told if name.kind not in (Kind.ZONE, Kind.TOWN)]
    return any(name.kind is not Kind.PLAIN or _A_NAME.search(name.core) for name in below)


def is_a_zone(listed: str) -> bool:
    """Whether a listed name is that of a zone and of nothing in it (西安高新区)."""
    reading = read_listed(listed)
    return bool(reading.places) and all(
        not place.named and place.wide and all(name.kind is Kind.ZONE for name in place.wide)
        for place in reading.places
    )


def _each_lane(match: re.Match[str]) -> str:
    """望城岗1-2巷 as 望城岗1巷,望城岗2巷."""
    numbers: list[int] = []
    for part in match.group("which").split(","):
        first, _, last = part.partition("-")
        numbers.extend(range(int(first), int(last or first) + 1) if "-" not in last else (int(first),))
    if not 1 < len(numbers) <= _MOST_LANES:
        return match.group()
    return ",".join(f"{match.group('of')}{number}{match.group('lane')}" for number in numbers)


def _read_plain(text: str) -> tuple[Place, ...]:
    reader = Reader(listed=True)
    reader.feed(text)
    return reader.places()


def _unbracket(text: str) -> tuple[str, list[str]]:
    """The text with `(0)`, `(1)` … in place of what stands in brackets; brackets within brackets are opened."""
    found: list[str] = []
    depth, out, inner = 0, "", ""
    for character in text:
        if character == "(":
            depth += 1
            if depth > 1:
                inner += ","
        elif character == ")" and depth:
            depth -= 1
            if depth == 0:
                out += f"({len(found)})"
                found.append(inner.strip(","))
                inner = ""
            else:
                inner += ","
        elif depth:
            inner += character
        elif character != ")":
            out += character
    if inner:
        out += f"({len(found)})"
        found.append(inner.strip(","))
    return out, found


def _without_exception(outside: str) -> tuple[str, str]:
    """(what is meant, what is excepted): 怡美家园除1、2号楼外的区域 is (怡美家园, 1,2号楼)."""
    at = re.search(r"内?除|不含|不包[含括]", outside)
    if at is None:
        return outside, ""
    for pattern in _EXCEPT[:3]:
        match = pattern.match(outside, at.start())
        if match is not None:
            behind = "".join(re.findall(r"\(\d+\)", match.group("rest")))
            more = _THE_REST.fullmatch(match.group("rest"))
            behind = (more.group("what") if more else "") + behind
            return outside[: at.start()].strip(",") + behind, re.sub(r"\(\d+\)", "", match.group("what"))
    return outside[: at.start()], ""


def _exception_in(content: str) -> str | None:
    for pattern in _EXCEPT:
        match = pattern.fullmatch(content)
        if match is not None:
            return match.group("what")
    return None


def _exceptions(what: str) -> Iterator[Place]:
    for part in _not_by_risk(what):
        yield from _read_plain(part)


def _not_by_risk(what: str) -> Iterator[str]:
    """Exceptions without those of other levels of risk, which are on lists of their own."""
    if "风险" not in what:
        yield what
    else:
        yield from (part for part in re.split("[,和及]", what) if part and not _RISK.search(part))


def _area(said: str, plain: str, before: str, brackets: list[str]) -> Reading:
    """An area between roads: what stands before the first bound may say in which town it is."""
    first = next(iter(_read_plain(re.split(r"[,(]", before)[0])), Place())
    places: list[Place] = []
    for content in brackets:
        if _exception_in(content) is None and not _BOUNDED.search(content):
            included = INCLUDED.fullmatch(content)
            places.extend(p for p in _read_plain(included.group("what") if included else content) if p.named)
    return Reading(said, plain, tuple(places), bounded=True, around=first.wide)
