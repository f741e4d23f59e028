"""Whether an address lies in a place that a notice lists."""

from collections.abc import Collection, Sequence
from itertools import pairwise

from agrimarket.regions.communities.counts import Count, Level
from agrimarket.regions.communities.likeness import Sure, same_count, same_name, same_road
from agrimarket.regions.communities.names import Kind, Name, is_generic
from agrimarket.regions.communities.places import Place
from agrimarket.regions.communities.reading import Reading, read_address, read_listed
from agrimarket.regions.communities.spelling import canonical
from agrimarket.regions.types.restrictions import Verdict

_DOORS = (Level.DOOR, Level.BUILDING, Level.COMPOUND)


def verdict(listed: str, address: str) -> Verdict:
    """Whether an address in the same county lies in what a notice lists.

    `closed`: it does. `partial`: it may, and would have to say more (the town, the building, the unit), or what is
    listed is not a thing that names decide. `open`: it does not, or it is excepted.
    """
    reading = read_listed(listed)
    if reading.said == canonical(address):
        return Verdict.CLOSED
    return judge(reading, read_address(address))


def judge(listed: Reading, address: Place) -> Verdict:
    """As `verdict`, of texts that have been read."""
    sure = max((_within(place, address, listed) for place in listed.places), default=Sure.NO)
    if listed.whole:
        sure = Sure.YES
    if listed.bounded:
        sure = max(sure, _within_bounds(listed, address))
    if sure is Sure.NO:
        return Verdict.OPEN
    spared = max((_excepted(part, address) for part in listed.exceptions), default=Sure.NO)
    if listed.loose and len(listed.places) > 1:
        spared = min(spared, Sure.MAYBE)
    if spared is Sure.YES:
        return Verdict.OPEN
    unsure = spared is Sure.MAYBE or sure is Sure.MAYBE or listed.partly
    return Verdict.PARTIAL if unsure else Verdict.CLOSED


def _within_bounds(listed: Reading, address: Place) -> Sure:
    """Of an area between roads only the town can be told, and whether one of its roads is named."""
    if _contradicts(listed.around, address.wide, Kind.TOWN):
        return Sure.NO
    both = set(listed.around) & set(address.wide)
    in_town = not listed.places and any(name.kind is Kind.TOWN for name in both)
    places = [n for n in address.wide if n.kind not in (Kind.ZONE, Kind.TOWN)]
    told = [*address.lead, *address.narrow, *places, *filter(None, [address.road])]
    named = any(not is_generic(name.core) and name.core in listed.text for name in told)
    return Sure.MAYBE if in_town or named or not address.named else Sure.NO


def _within(place: Place, address: Place, listed: Reading) -> Sure:
    if _contradicts(place.wide, address.wide, Kind.TOWN):
        if not _by_road(place, address):
            return Sure.NO
        return min(Sure.MAYBE, _counted(place, address))
    if not place.named:
        return _in_town(place, address) if place.wide else _nameless(place, address)
    by_name, by_road = _by_name(place, address), _by_road(place, address)
    if place.road is not None and by_road is None and not listed.near:
        return Sure.NO
    found = max(by_name, by_road or Sure.NO, _by_lead(place, address))
    if found is Sure.NO:
        return Sure.NO if _has_a_name_of_its_own(place, address) else min(Sure.MAYBE, _counted(place, address))
    counted = _counted(place, address)
    if counted is Sure.NO:
        return Sure.MAYBE if listed.near else Sure.NO
    if _other_community(place, address) or _other_way(place, address, by_road):
        found = Sure.MAYBE
    return min(found, counted, _tail(place, address))


def _named(place: Place, address: Place) -> Sure:
    return max(_by_name(place, address), _by_road(place, address) or Sure.NO)


def _in_town(place: Place, address: Place) -> Sure:
    """All of a town, or of a zone. An address that does not say its town may lie there."""
    towns = [name for name in place.wide if name.kind is Kind.TOWN]
    if not towns:
        said = [name.core for name in address.wide if name.kind is Kind.ZONE]
        same = any(a.endswith(b) or b.endswith(a) for a in said for b in (name.core for name in place.wide))
        return Sure.YES if same else Sure.MAYBE
    if place.counts and address.named:
        return _nameless(place, address)
    said = [name for name in address.wide if name.kind is Kind.TOWN]
    return min(Sure.YES if said else Sure.MAYBE, _counted(place, address))


def _nameless(place: Place, address: Place) -> Sure:
    """Numbers alone: whose they are is not said."""
    counted = _counted(place, address)
    needed = Sure.YES if address.named else Sure.MAYBE
    return Sure.MAYBE if counted >= needed else Sure.NO


def _contradicts(one: Sequence[Name], other: Sequence[Name], kind: Kind) -> bool:
    """Whether both name something of that kind, and not the same."""
    ours = [name.core for name in one if name.kind is kind]
    theirs = [name.core for name in other if name.kind is kind]
    return bool(ours and theirs) and not any(a.endswith(b) or b.endswith(a) for a in ours for b in theirs)


def _other_community(place: Place, address: Place) -> bool:
    """Both say a community, two different ones, and what lies in it is called the same."""
    below = place.narrow or place.road is not None
    kinds = (Kind.COMMUNITY, Kind.VILLAGE)
    ours = [name.core for name in place.wide if name.kind in kinds]
    theirs = [name.core for name in address.wide if name.kind in kinds]
    if not below or not ours or not theirs:
        return False
    narrow = {name.core for name in (*place.lead, *place.narrow, *address.lead, *address.narrow)}
    return not any(a in b or b in a for a in ours for b in theirs) and not any(t in narrow for t in theirs)


def _other_way(place: Place, address: Place, by_road: Sure | None) -> bool:
    """Whether the address comes to the same name another way: by a road, an estate or a village not listed."""
    below = (*address.lead, *address.narrow)
    if not place.narrow:
        return False
    if not by_road:
        if place.road is not None and address.road is not None:
            return True
        anchored = any(
            same_name(place.narrow[-1], said, [n.core for n in place.wide]) for said in _narrow_runs(address)
        )
        if below and not anchored:
            return True
    leading = (*place.lead, *place.narrow[:-1])
    if not leading or any(same_name(name, said, []) for name in leading for said in names_said(address)):
        return False
    return any(not is_generic(n.core) and not any(same_name(n, known, []) for known in place.narrow) for n in below)


def _narrow_runs(address: Place) -> list[Name]:
    below = [*address.lead, *address.narrow]
    joined = [Name(a.core + b.core, b.kind) for a, b in pairwise(below)]
    return [*below, *joined, *address.tail, *filter(None, [address.road])]


def _anchors(place: Place) -> tuple[Name, ...]:
    """The name that a place is known by, and those that only lead to it: the last is the former."""
    if place.narrow or place.road is not None:
        return place.narrow
    return tuple(name for name in place.wide if name.kind in (Kind.COMMUNITY, Kind.VILLAGE))


def _by_name(place: Place, address: Place) -> Sure:
    anchors = _anchors(place)
    if not anchors:
        return Sure.NO
    anchor = anchors[-1]
    if place.road is not None and anchor.kind is Kind.PLAIN and is_generic(anchor.core):
        return Sure.NO
    leading = [n.core for n in (*place.wide, *place.narrow) if n is not anchor]
    theirs = [n for n in address.wide if n.kind in (Kind.COMMUNITY, Kind.VILLAGE)]
    if len(anchors) > 1 < len(theirs) and not place.narrow and not address.narrow:
        return same_name(anchor, theirs[-1], [])  # a village in a village: 所各邑村委会大平地村
    led = {(n.core, n.kind) for n in place.wide} if place.narrow and address.narrow else set[tuple[str, Kind]]()
    found = _says(anchor, leading, address, led)
    if found is Sure.YES and (anchor.relative or (anchor.kind is Kind.PLAIN and is_generic(anchor.core))) and leading:
        context = max((_says(n, [], address) for n in (*place.wide, *place.narrow) if n is not anchor), default=Sure.NO)
        return min(found, max(context, Sure.MAYBE))
    return found


def _by_lead(place: Place, address: Place) -> Sure:
    """An estate that leads to a number on a road (优筑城秦巴大道363号): who names it alone may live there."""
    estates = [name for name in place.lead if name.kind is not Kind.ROAD]
    if not estates or address.road is not None:
        return Sure.NO
    return min(Sure.MAYBE, _says(estates[-1], [name.core for name in place.wide], address))


def _by_road(place: Place, address: Place) -> Sure | None:
    """By road and number; None if the road is the same and the number another."""
    if place.road is None or place.road_number is None:
        return Sure.NO
    roads = [n for n in (address.road, *address.lead, *address.narrow) if n is not None and n.kind is Kind.ROAD]
    best: Sure | None = Sure.NO
    for road in roads:
        same = same_road(place.road, road, bool(address.road is road and address.road_number))
        if place.road.relative or road.relative:
            same = min(same, _led_to(place, address))
        if same is Sure.NO:
            continue
        if road is not address.road or address.road_number is None:
            best = max(best or Sure.NO, Sure.MAYBE)
            continue
        number = same_count(place.road_number, [address.road_number])
        if number is Sure.NO:
            return None if same is Sure.YES else best
        best = max(best or Sure.NO, min(same, number))
    return best


def _led_to(place: Place, address: Place) -> Sure:
    """Whether the address names what leads to the place, MAYBE if it names nothing that could: 二巷 is everywhere."""
    leading = [n for n in (*place.wide, *place.lead) if n.kind not in (Kind.TOWN, Kind.ZONE)]
    if any(_says(name, [], address) for name in leading):
        return Sure.YES
    theirs = [*address.lead, *(n for n in address.wide if n.kind not in (Kind.TOWN, Kind.ZONE))]
    return Sure.NO if theirs else Sure.MAYBE


def _says(name: Name, leading: Sequence[str], address: Place, led: Collection[tuple[str, Kind]] = ()) -> Sure:
    """Whether the address names `name`, and not with words that have `led` to it.

    `leading` are names that may stand before it without a word between.
    """
    said = [other for other in names_said(address) if (other.core, other.kind) not in led]
    return max((same_name(name, other, leading) for other in said), default=Sure.NO)


def names_said(address: Place) -> list[Name]:
    """Names of an address, and two that stand together as one, as they may have been parted wrongly."""
    told = [n for n in (*address.wide, *address.lead, *address.narrow, *address.tail) if n.kind is not Kind.ZONE]
    if address.road is not None:
        told.append(address.road)
    plain = [n for n in told if n.kind is not Kind.TOWN]
    joined = [Name(a.core + b.core, b.kind) for a, b in pairwise(plain)]
    return told + joined


def _has_a_name_of_its_own(place: Place, address: Place) -> bool:
    """Whether the address names an estate, a road or a village that the place does not, and so lies elsewhere."""
    led = {name.core for name in address.wide}
    below = [*place.lead, *place.narrow, *filter(None, [place.road])]
    around = {name.core for name in place.wide} - led if below else set[str]()
    told = [n for n in (*address.lead, *address.narrow, address.road) if n is not None]
    told += [n for n in address.wide if n.kind in (Kind.COMMUNITY, Kind.VILLAGE) and n not in place.wide]
    listed = below or place.wide
    strange = [n for n in told if n.core not in around and not any(same_name(known, n, []) for known in listed)]
    return any(not is_generic(n.core) for n in strange) or (bool(strange) and len(strange) == len(told))


def _tail(place: Place, address: Place) -> Sure:
    """Whether the address also names what stands behind the building in the listed name."""
    if not place.tail:
        return Sure.YES
    told = {name.core for name in (*address.tail, *address.narrow)}
    return Sure.YES if all(n.core in told or is_generic(n.core) for n in place.tail) else Sure.MAYBE


def _counted(place: Place, address: Place) -> Sure:
    """Whether the address has the numbers of the place: NO with another, MAYBE without one of them."""
    if any(_level(count, place, address) is Sure.NO for count in place.covered):
        return Sure.NO
    return min((_level(count, place, address) for count in place.counts), default=Sure.YES)


def _level(count: Count, place: Place, address: Place) -> Sure:
    """YES, NO, or MAYBE where the address does not say it."""
    said = [other for other in address.counts if other.level is count.level]
    if not said and count.level in _DOORS:
        said = _other_doors(place, address)
    if said and count.level is not Level.BARE:
        return same_count(count, said)
    said = said or [other for other in address.counts if other.level is Level.BARE or count.level is Level.BARE]
    return Sure.YES if said and same_count(count, said) is Sure.YES else Sure.MAYBE


def _other_doors(place: Place, address: Place) -> list[Count]:
    """号, 栋 and 号院 of the address where it has one of them and the place another: people mix them."""
    own = {other.level for other in (*place.counts, *place.covered)}
    said = [other for other in address.counts if other.level in _DOORS and other.level not in own]
    by_a_road = bool(place.narrow) and place.narrow[-1].kind is Kind.ROAD
    if by_a_road and not said and address.road_number is not None:
        return [address.road_number]
    return said


def _excepted(part: Place, address: Place) -> Sure:
    """Whether the address lies in what a listed name excepts."""
    if not part.named:
        towns = [name for name in part.wide if name.kind is Kind.TOWN]
        if towns and not _contradicts(part.wide, address.wide, Kind.TOWN):
            said = any(name.kind is Kind.TOWN for name in address.wide)
            return min(Sure.YES if said else Sure.MAYBE, _counted(part, address))
        return _counted(part, address) if part.counts and not towns else Sure.NO
    found = _named(part, address)
    if found is Sure.NO:
        elsewhere = address.lead or address.narrow or address.road is not None or _both_seats(part, address)
        return Sure.NO if elsewhere else min(Sure.MAYBE, _counted(part, address))
    return min(found, _counted(part, address), _tail(part, address))


def _both_seats(part: Place, address: Place) -> bool:
    """Whether a whole community or village is excepted, and the address names one."""
    kinds = (Kind.COMMUNITY, Kind.VILLAGE)
    return not part.narrow and all(any(name.kind in kinds for name in each.wide) for each in (part, address))
