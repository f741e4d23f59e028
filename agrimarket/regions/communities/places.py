"""Places, as one text means them: names and counts in their order, enumerations taken apart."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from agrimarket.regions.communities import counts, names
from agrimarket.regions.communities.counts import Count, Level, Number
from agrimarket.regions.communities.names import Kind, Name

Item = Name | Count

_WIDE = frozenset({Kind.ZONE, Kind.TOWN, Kind.COMMUNITY, Kind.VILLAGE})
_RANKS = {Kind.ZONE: -3, Kind.TOWN: -2, Kind.COMMUNITY: -1, Kind.VILLAGE: -1}
_NARROWED_WITHIN = frozenset({Level.BUILDING, Level.UNIT, Level.FLOOR})

_SILENT = re.compile(
    r"(?:含|及|和|包括)?(?:其)?(?:所有)?(?:沿街)?(?:底商|底层商铺)$|所在(?:楼栋|片区|巷子|区域|村?组)?"
    r"|(?:半径)?\d+米(?:范围)?内?$|整栋|独栋|居民点"
)
INCLUDED = re.compile(r"(?:内?含|包[括含])(?P<what>.+)")
_PARITY = re.compile(r"(单|双|奇|偶)数?号?")
_ASIDE = re.compile(r"20\d\d年.*|地区|原|新|老|[东南西北]向|共?\d+户|自建房|平房|楼房|双门牌|不包?[含括]?")
_ALSO_CALLED = re.compile(r"^(?:地址|原名?|即|又名|位于|现|别名)")
_DIRECTION = re.compile(r"(?P<name>.{2,}|)(?P<area>[东南西北中前后]{1,2})[区院]")


@dataclass(frozen=True, slots=True)
class Place:
    """One place: names and counts, each from the widest to the narrowest.

    `road` is a road of which a number is said, `road_number`; `lead` stands before it and `narrow` behind it. `tail`
    stands behind a building. `covered` are counts that the names stand for without saying them.
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


@dataclass(slots=True)
class Reader:
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
        included = INCLUDED.fullmatch(content)
        if not content or _ASIDE.fullmatch(content):
            return
        inner = Reader(listed=True)
        inner.feed(included.group("what") if included else content)
        paths = [*inner.done, inner.path] if inner.path else inner.done
        if not included and paths and isinstance(paths[0][0], Count):
            base = list(self.path)
            self.done.extend([*base, *path] for path in paths[:-1])
            self.path = [*base, *paths[-1]]
            return
        self.aliases.extend((len(self.done), place) for place in inner.places() if place.named)

    def within(self, part: Place) -> Place:
        """Numbers alone as those of the place that was read last: 东区（除1号楼）excepts nothing of another one."""
        if part.named or part.wide or not self.path:
            return part
        base = _place(self.path)
        return replace(base, counts=(*base.counts, *part.counts), tail=part.tail)

    def _odd(self, odd: bool) -> None:
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
        if len(read) > 1:
            read = [_as_an_estate(place) for place in read]
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
        return Name(re.sub(r"[东南西北中]?\d+(?:巷|街|路|条|道)$", "", base.core) + item.core, Kind.ROAD, base.relative)


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
    if counted and not narrow and not road_number and wide and wide[-1].kind is Kind.ZONE:
        narrow.append(Name(wide.pop().core, Kind.PLAIN))  # 保健新区4号楼: an estate after all
    road = road if road_number is not None else None
    return Place(tuple(wide), tuple(narrow), road, road_number, tuple(counted), tuple(tail), lead=tuple(lead))


def _as_an_estate(place: Place) -> Place:
    """银山新区、北区: what stands in an enumeration is no zone, of which a notice would list all by itself."""
    if not place.wide or place.narrow or place.road is not None or place.wide[-1].kind is not Kind.ZONE:
        return place
    *wide, last = place.wide
    return replace(place, wide=tuple(wide), narrow=(Name(last.core, Kind.PLAIN),))


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
