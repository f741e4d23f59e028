"""A listed name, or an address, read into the places that it means."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from agrimarket.regions.communities import counts, names
from agrimarket.regions.communities.counts import Count, Level, Number
from agrimarket.regions.communities.names import Kind, Name
from agrimarket.regions.communities.spelling import canonical

Item = Name | Count

_WIDE = frozenset({Kind.ZONE, Kind.TOWN, Kind.COMMUNITY, Kind.VILLAGE})
_RANKS = {Kind.ZONE: -3, Kind.TOWN: -2, Kind.COMMUNITY: -1, Kind.VILLAGE: -1}
_NARROWED_WITHIN = frozenset({Level.BUILDING, Level.UNIT, Level.FLOOR})

_AND = re.compile(
    r"以及|(?<=[0-9号栋幢楼元座组排期户室层])(?:和|及|与|并)(?=[0-9a-z甲乙丙东南西北])"
    r"|(?<=区)(?:和|及|与)(?=[东南西北中0-9a-z]{1,2}区)|(?<=小区|社区|[委0-9]村)(?:和|及|与)(?![平谐睦美顺泰安兴园苑庄府城家居雅])"
)
_SILENT = re.compile(
    r"(?:含|及|和|包括)?(?:其)?(?:所有)?(?:沿街)?(?:底商|底层商铺)$|所在(?:楼栋|片区|巷子|区域)?|整栋|独栋|居民点"
)
_RISK = re.compile(r"风险|^[高中低]$")
_EXCEPT = (
    re.compile(r"内?除(?:了|去)?(?P<what>.+?)(?:以外|之外)(?P<rest>.*)"),
    re.compile(r"内?除(?:了|去)?(?P<what>.+)外(?P<rest>.*)"),
    re.compile(r"内?(?:除(?:了|去)?|不含|不包[含括])(?P<what>.+)(?P<rest>)"),
    re.compile(r"(?P<what>.+)除外(?P<rest>)"),
)
_INCLUDED = re.compile(r"(?:内?含|包[括含])(?P<what>.+)")
_PARITY = re.compile(r"(单|双|奇|偶)数?号?")
_ASIDE = re.compile(r"20\d\d年.*|地区|原|新|老|[东南西北]向|共?\d+户|自建房|平房|楼房|双门牌|不包?[含括]?")
_ALSO_CALLED = re.compile(r"^(?:地址|原名?|即|又名|位于|现|别名)")
_BOUNDED = re.compile(
    r"以[东南西北内]|[东南西北]以|围合|合围|[东南西北][至到临起]|[至到起][东南西北]|之间|交[汇叉]|(?:路|街|巷|渠)-.*(?:路|街|巷|渠|线)-|为界|沿线|沿.{1,12}至|起点"
)
_NEAR = re.compile(r"附近|周边|周围|对面|旁边?|[东西南北左右后前]侧|侧边|后面|前面|相邻|背后|前后|往[东南西北]|\d+米")
_NEARBY = re.compile(
    r"(?:及其?|的|和)?(?:周边|周围|附近|前后左右|前后|相邻)(?:各?\d+[户家米个])?(?:范围|区域|地区|房屋|住户|居民楼?|平房|商铺|商户"
    r"|自建房|家属楼|邻居|民宅|院落|内|的|各|所有|片|\d+[户家米])*(?=$|[,()])"
)
_OF_OTHER_RISK = re.compile(
    r"\(?内?除?[高中]?(?:[,和及]?[高中])?风险(?:区域?|地区|楼栋|点|区)*(?:以外|之外|外)的?(?:其[他它余])?(?:的|区域?|地区|楼栋|范围)*\)?"
    r"|\([^()]*风险区?域?除外\)"
)
_CROSSING = re.compile(
    r"(?P<town>(?:.*(?:街道|镇|乡|社区))?)[^,()]*?交[叉汇](?:路?口|处|点)?的?(?:[东南西北]{1,2}[角侧面向]?|路[东南西北])?(?:行?\d+米)?(?=[^,()]{2,})"
)
_PARTLY = re.compile(r"部分(?:片?区|区域|楼|楼栋|居民|地区)?")
_DIRECTION = re.compile(r"(?P<name>.{2,}|)(?P<area>[东南西北中前后]{1,2})[区院]")


@dataclass(frozen=True, slots=True)
class Place:
    """One place: names from the widest to the narrowest, and counts. `tail` are names behind a building.

    
    """

    wide: tuple[Name, ...] = ()
    narrow: tuple[Name, ...] = ()
    road: Name | None = None
    road_number: Count | None = None
    counts: tuple[Count, ...] = ()
    tail: tuple[Name, ...] = ()
    covered: tuple[Count, ...] = ()
    lead: tuple[Name, ...] = ()

    @property
    def named(self) -> bool:
        """Whether anything narrower than a town is named."""
        return bool(self.narrow or self.road or any(n.kind in (Kind.COMMUNITY, Kind.VILLAGE) for n in self.wide))


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text means: any of `places` without `exceptions`.

    `whole`: all of the area around. `bounded`: an area between roads whose names are in `text`, somewhere in `around`. `near`: more than
    what is named. `partly`: not all of what is named.
    """

    text: str
    places: tuple[Place, ...] = ()
    exceptions: tuple[Place, ...] = ()
    whole: bool = False
    bounded: bool = False
    near: bool = False
    partly: bool = False
    around: tuple[Name, ...] = ()


@lru_cache(maxsize=16_384)
def read_listed(text: str) -> Reading:
    """What a notice lists."""
    whole_text = canonical(text)
    plain = _OF_OTHER_RISK.sub("", _AND.sub(",", whole_text))
    if not plain and whole_text:
        return Reading(whole_text, whole=True)
    plain = _NEARBY.sub("", _CROSSING.sub(r"\g<town>", plain))
    outside, brackets = _unbracket(plain)
    outside, excepted = _without_exception(outside)
    partly = _PARTLY.search(outside) is not None
    bounded = _BOUNDED.search(outside)
    if bounded is not None:
        return _area(plain, outside[: bounded.start()], brackets)
    reader = _Reader(listed=True)
    exceptions = [excepted] if excepted else []
    bounded_in_bracket = False
    for piece in re.split(r"(\(\d+\))", _PARTLY.sub("", outside)):
        if (bracket := re.fullmatch(r"\((\d+)\)", piece)) is None:
            reader.feed(piece)
            continue
        content = brackets[int(bracket.group(1))]
        what = _exception_in(content)
        if what is not None:
            exceptions.append(what)
        elif _BOUNDED.search(content):
            bounded_in_bracket = True
        else:
            reader.bracket(content)
    places = reader.places()
    kept = [part for what in exceptions for part in _not_by_risk(what)]
    return Reading(
        plain,
        places,
        tuple(place for part in kept for place in _read_plain(part)),
        whole=not places and bool(exceptions),
        bounded=bounded_in_bracket,
        around=places[0].wide if places else (),
        near=_NEAR.search(whole_text) is not None,
        partly=partly,
    )


@lru_cache(maxsize=1_024)
def read_address(text: str) -> Place:
    """The one place that an address is: everything in it taken together."""
    plain = re.sub(r"[(),]+", ",", _AND.sub(",", canonical(text)))
    reader = _Reader(listed=False)
    reader.feed(plain, joined=True)
    places = reader.places()
    return places[0] if places else Place()


def _read_plain(text: str) -> tuple[Place, ...]:
    reader = _Reader(listed=True)
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
            return outside[: at.start()].strip(",") + behind, re.sub(r"\(\d+\)", "", match.group("what"))
    return outside[: at.start()], ""


def _exception_in(content: str) -> str | None:
    for pattern in _EXCEPT:
        match = pattern.fullmatch(content)
        if match is not None:
            return match.group("what")
    return None


def _not_by_risk(what: str) -> Iterator[str]:
    """Exceptions without those of other levels of risk, which are on lists of their own."""
    if "风险" not in what:
        yield what
    else:
        yield from (part for part in re.split("[,和及]", what) if part and not _RISK.search(part))


def _area(plain: str, before: str, brackets: list[str]) -> Reading:
    """An area between roads: what stands before the first bound may say in which town it is."""
    first = next(iter(_read_plain(re.split(r"[,(]", before)[0])), Place())
    wide = tuple(name for name in first.wide if name.kind in _WIDE)
    places: list[Place] = []
    for content in brackets:
        if _exception_in(content) is None and not _BOUNDED.search(content):
            included = _INCLUDED.fullmatch(content)
            places.extend(p for p in _read_plain(included.group("what") if included else content) if p.named)
    return Reading(plain, tuple(places), bounded=True, around=wide)


@dataclass(slots=True)
class _Reader:
    """Reads pieces of one text into places. What an item of an enumeration does not say, the one before it says."""

    listed: bool
    path: list[Item] = field(default_factory=list[Item])
    done: list[list[Item]] = field(default_factory=list[list[Item]])
    aliases: list[tuple[int, Place]] = field(default_factory=list[tuple[int, Place]])
    begun: bool = False

    def feed(self, piece: str, *, joined: bool = False) -> None:
        """Read a piece without brackets; `joined`: commas part nothing."""
        for number, segment in enumerate(self._segments(_SILENT.sub("", piece))):
            if (number or piece.startswith(",")) and not joined:
                self._close()
            for item in segment:
                self._add(item, joined=joined)

    def bracket(self, content: str) -> None:
        """What stands in a bracket: another name of the place, parts of it, or something that is silent."""
        parity = _PARITY.fullmatch(content)
        if parity is not None:
            self._odd(parity.group(1) in "单奇")
            return
        content = _ALSO_CALLED.sub("", _SILENT.sub("", content))
        included = _INCLUDED.fullmatch(content)
        if not content or _ASIDE.fullmatch(content):
            return
        inner = _Reader(listed=True)
        inner.feed(included.group("what") if included else content)
        paths = [*inner.done, inner.path] if inner.path else inner.done
        if not included and paths and isinstance(paths[0][0], Count):
            for path in paths:
                if self.begun:
                    self._close(keep=True)
                for item in path:
                    self._add(item)
            return
        self.aliases.extend((len(self.done), place) for place in inner.places() if place.named)

    def _odd(self, odd: bool) -> None:  # noqa: FBT001
        if self.path and isinstance(self.path[-1], Count):
            self.path[-1] = self.path[-1].with_parity(odd=odd)

    def places(self) -> tuple[Place, ...]:
        """All that was read."""
        paths = [*self.done, self.path] if self.path else self.done
        read = [_place(path) for path in paths]
        for index, alias in self.aliases:
            base = read[min(index, len(read) - 1)] if read else Place()
            wide = alias.wide or base.wide
            read.append(replace(alias, wide=wide, covered=base.counts))
        return tuple(dict.fromkeys(read))

    def _segments(self, piece: str) -> Iterator[list[Item]]:
        at, segment, run = 0, list[Item](), ""
        while at <= len(piece):
            found = counts.read_at(piece, at, listed=self.listed) if at < len(piece) else None
            if found is None and at < len(piece) and piece[at] not in ",-":
                end = at + 1
                if piece[at].isdecimal():
                    while end < len(piece) and piece[end].isdecimal():
                        end += 1
                elif piece[at].isascii():
                    while end < len(piece) and piece[end].isascii() and piece[end].isalpha():
                        end += 1
                run += piece[at:end]
                at = end
                continue
            segment.extend(_run(run))
            run = ""
            if found is not None:
                segment.extend(found[0])
                at = found[1]
                continue
            if at == len(piece) or piece[at] == ",":
                if segment:
                    yield segment
                segment = []
            at += 1

    def _close(self, *, keep: bool = False) -> None:
        if self.path:
            self.done.append(self.path)
            self.path = list(self.path)
            self.begun = keep

    def _add(self, item: Item, *, joined: bool = False) -> None:
        """Append an item; the first of a segment takes the place of what is as narrow in the segment before."""
        if not self.begun and self.path and not joined:
            item = self._inherit(item)
        self.begun = True
        self.path.append(item)

    def _inherit(self, item: Item) -> Item:
        if isinstance(item, Count) and item.level is Level.BARE:
            last = self.path[-1]
            if isinstance(last, Count):
                item = replace(item, level=last.level)
        if isinstance(item, Name) and item.relative:
            item = self._relative(item)
        rank = _rank(item)
        cut = next((i for i, other in enumerate(self.path) if _rank(other) >= rank), len(self.path))
        self.path = self.path[:cut]
        return item

    def _relative(self, item: Name) -> Name:
        """二巷 behind 康乐东约一巷 is 康乐东约二巷."""
        base = next((n for n in reversed(self.path) if isinstance(n, Name)), None)
        if base is None or base.kind in _WIDE:
            return item
        return Name(re.sub(r"[东南西北中]?\d+(?:巷|街|路|条|道)$", "", base.core) + item.core, Kind.ROAD)


def _run(run: str) -> Iterator[Item]:
    """The names in a run, and a part of an estate at its end: 武楼花园小区南区 is 武楼花园 and its area 南."""
    direction = _DIRECTION.fullmatch(run)
    if direction is not None and not re.search("[小社城]$", direction.group("name")):
        yield from names.split(direction.group("name")) if direction.group("name") else ()
        yield Count(Level.AREA, (Number(direction.group("area"), 0, 0),))
    elif run:
        yield from names.split(run)


def _rank(item: Item) -> int:
    if isinstance(item, Name):
        return _RANKS.get(item.kind, 0)
    return {Level.COMPOUND: Level.DOOR, Level.BUILDING: Level.DOOR}.get(item.level, item.level)


def _place(path: Iterable[Item]) -> Place:
    wide: list[Name] = []
    narrow: list[Name] = []
    tail: list[Name] = []
    counted: list[Count] = []
    road: Name | None = None
    road_number: Count | None = None
    lead: list[Name] = []
    before: Item | None = None
    for item in path:
        if isinstance(item, Name):
            if any(count.level >= Level.BUILDING for count in counted):
                tail.append(item)
            elif item.kind in _WIDE:
                wide.append(item)
            else:
                narrow.append(item)
                road = item if item.kind is Kind.ROAD and road_number is None else road
        elif road_number is None and before is road and road is not None and _numbers_a_road(item):
            road_number = replace(item, level=Level.DOOR)
            lead, narrow = narrow[:-1], []
        else:
            counted.append(_in_place(item, counted))
        before = item
    road = road if road_number is not None else None
    return Place(tuple(wide), tuple(narrow), road, road_number, tuple(counted), tuple(tail), lead=tuple(lead))


def _numbers_a_road(count: Count) -> bool:
    return count.level in (Level.DOOR, Level.COMPOUND, Level.BARE)


def _in_place(count: Count, before: list[Count]) -> Count:
    """A number behind a building is a room's; a number without a word behind a name a building's."""
    inside = any(other.level in _NARROWED_WITHIN for other in before)
    if count.level is Level.DOOR and inside:
        return replace(count, level=Level.ROOM)
    if count.level is Level.BARE and inside:
        return replace(count, level=Level.ROOM)
    if count.level is Level.BARE and all(number.sub for number in count.numbers):  # 丰泽园3-2: building 3
        return Count(Level.BUILDING, tuple(replace(number, sub="") for number in count.numbers))
    if count.level is Level.BUILDING and inside and any(o.level is Level.BUILDING for o in before):
        return replace(count, level=Level.FLOOR)
    return count
