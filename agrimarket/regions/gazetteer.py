"""Gazetteer: resolves the names in a notice to codes and zones.

Notices name places as people do: a town stands where the county should be, a district where the prefecture should,
zones without a code stand beside counties. Each rule below gives a place only where exactly one fits.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files

from agrimarket.regions import names, zones
from agrimarket.regions.names import compact, core, key, only, same
from agrimarket.regions.rules import lies_in, normalise
from agrimarket.regions.types.places import RegionInfo, RegionLevel
from agrimarket.regions.zones import ZoneName

_MUNICIPALITIES = frozenset({"110000", "120000", "310000", "500000"})
_MEANT_BY_KIND = frozenset({"150271", "371071"})
"""Codes of zones with a name of their own that the kind alone means all the same: 稀土高新区, 火炬高新区."""
_XINJIANG = "650000"


@dataclass(frozen=True, slots=True)
class Resolution:
    """Place of an entry: a region, and a zone beneath it if one is named. `place` is what is left of its names.

    What is not `resolved` is known to lie in the region, and no more.
    """

    code: str | None
    place: str
    resolved: bool
    zone: ZoneName | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """Communities of an entry that lie in one place. `beyond` is what their texts add to the entry's names."""

    resolution: Resolution
    communities: list[str] = field(default_factory=list[str])
    beyond: str = ""


@cache
def _aliases() -> dict[tuple[str, str, str], str]:
    """(province, city, county) as notices write them → code. `*` as county stands for any."""
    with files("agrimarket.regions").joinpath("data", "aliases.csv").open(encoding="utf-8") as stream:
        rows = [(row["province"], row["city"], row["county"], row["code"]) for row in csv.DictReader(stream)]
    return {
        (normalise(p), normalise(c), "*" if county == "*" else normalise(county)): code for p, c, county, code in rows
    }


class Gazetteer:
    """The code tree, indexed by names. `answers` are what operators said of names: `stated_key` → code.

    Without `lists`, names are read by rules alone, and not by the shipped tables of zones and of former names.
    """

    def __init__(
        self, regions: Iterable[RegionInfo], answers: Mapping[str, str] | None = None, *, lists: bool = True
    ) -> None:
        self._lists = lists
        self._regions = {region.code: region for region in regions}
        self._answers = answers or {}
        self._children: dict[str, list[RegionInfo]] = defaultdict(list)
        self._provinces = [region for region in self._regions.values() if region.parent_code is None]
        for region in self._regions.values():
            if region.parent_code is not None:
                self._children[region.parent_code].append(region)
        self._counties = {
            province.code: [c for p in self._children[province.code] for c in (*self._children[p.code], *self._leaf(p))]
            for province in self._provinces
        }
        self._known: dict[tuple[str, str, str], Resolution] = {}

    def _leaf(self, prefecture: RegionInfo) -> list[RegionInfo]:
        return [] if self._children[prefecture.code] else [prefecture]

    def resolve(self, province: str, city: str, county: str) -> Resolution:
        """The place that an entry's three names mean, or their nearest ancestor with `resolved` false."""
        asked = (province, city, county)
        if asked not in self._known:
            self._known[asked] = self._resolve(*map(compact, asked))
        return self._known[asked]

    def parts(self, province: str, city: str, county: str, communities: Sequence[str]) -> list[Part]:
        """An entry's communities by the places that they lie in.

        Most entries are of one place. Where the names mean no more than a city, or all of 兵团, and a community's own
        text names a county of it or a division, that is its place.
        """
        whole = self.resolve(province, city, county)
        if not self._is_wide(whole) or self._answers.get(stated_key(province, city, county)):
            return [Part(whole, list(communities))]
        found: dict[str, Part] = {}
        for community in communities:
            finer, beyond = self._finer(whole, community, province)
            found.setdefault(beyond, Part(finer, [], beyond)).communities.append(community)
        return list(found.values()) or [Part(whole)]

    def coded(self, code: str) -> Resolution:
        """The region with that code, or the nearest one above it that the tree has."""
        for candidate in (code, code[:4] + "00", code[:2] + "0000"):
            if candidate in self._regions:
                return Resolution(candidate, "", candidate == code)
        return Resolution(None, "", False)

    def counties_of(self, zone: ZoneName) -> list[str]:
        """Codes of the counties that a zone lies in; those of a prefecture that stands for all its counties too."""
        found: list[str] = []
        for code in filter(self._regions.__contains__, zone.counties):
            found += [county.code for county in self._children[code]] or [code]
        return found

    def level(self, found: Resolution) -> str:
        """How finely a place is known: `county`, `zone`, `city` or `province`; `unresolved` if it is not."""
        region = self._regions.get(found.code or "")
        if not found.resolved or region is None:
            return "unresolved"
        if found.zone is not None:
            return "zone"
        if region.level is RegionLevel.PROVINCE:
            return "county" if not self._counties[region.code] else "province"
        return "city" if self._children[region.code] else "county"

    def _is_wide(self, found: Resolution) -> bool:
        return found.zone is None and bool(self._children[found.code or ""])

    def _finer(self, whole: Resolution, community: str, province: str) -> tuple[Resolution, str]:
        if names.is_corps(compact(province)):
            zone = zones.division(community, _XINJIANG)
            return (Resolution(_XINJIANG, "", True, zone), zone.key) if zone else (whole, "")
        text = compact(community)
        starts = [c for c in self._children[whole.code or ""] if len(c.name) > 2 and text.startswith(compact(c.name))]
        county = only(starts) if whole.code and not whole.code.endswith("0000") else None
        return (Resolution(county.code, "", True), county.name) if county else (whole, "")

    def _resolve(self, province: str, city: str, county: str) -> Resolution:
        answer = self._regions.get(self._answers.get(stated_key(province, city, county), ""))
        if answer is not None:
            return Resolution(answer.code, "", True)
        if names.is_corps(province) or names.is_corps(city):
            return self._in_corps(city, county)
        top = names.province(self._provinces, province)
        if top is None:
            return Resolution(None, "", False) if city or county else self._in_one(province)
        city, county = (names.without(text, top.name) for text in (city, county))
        if top.code in _MUNICIPALITIES:
            return self._in_municipality(top, city, county)
        if top.code == _XINJIANG and zones.DIVISION.search(f"{city}{county}"):
            division = self._in_corps(city, county)
            return division if division.resolved else self._in_province(top, city, county)
        return self._in_province(top, city, county)

    def _in_one(self, name: str) -> Resolution:
        """All names in one: 湖北省武汉市江岸区."""
        top = only(p for p in self._provinces if name.startswith(p.name) and name != p.name)
        rest = name.removeprefix(top.name) if top else ""
        if top is None or not rest:
            return Resolution(None, "", False)
        prefecture = only(p for p in self._children[top.code] if rest.startswith(p.name))
        if prefecture is None or top.code in _MUNICIPALITIES:
            return self._resolve(top.name, "", rest)
        return self._resolve(top.name, prefecture.name, rest.removeprefix(prefecture.name))

    def _in_corps(self, city: str, county: str) -> Resolution:
        """兵团: its divisions are zones of Xinjiang."""
        zone = zones.division(f"{city}{county}", _XINJIANG)
        return Resolution(_XINJIANG, "", zone is not None, zone)

    def _alias(self, top: RegionInfo, city: str, county: str) -> Resolution | None:
        table, above = _aliases() if self._lists else {}, (normalise(top.name), normalise(city))
        code = table.get((*above, normalise(county))) or table.get((*above, "*"))
        region = self._regions.get(code) if code else None
        return region and Resolution(region.code, "" if same(region, county) else county, True)

    def _in_municipality(self, top: RegionInfo, city: str, county: str) -> Resolution:
        """Place in a municipality: city may repeat the municipality, or name a district, with county a town in it."""
        outer, inner = (county, "") if names.is_group(city, top) else (city, county)
        if names.is_group(outer, top):
            return Resolution(top.code, "", True)
        inner = "" if names.is_group(inner, top) else inner
        found = names.unique(self._counties[top.code], outer)
        if found is not None:
            return Resolution(found.code, "" if same(found, inner) else inner, True)
        alias = self._alias(top, outer, inner) or self._alias(top, top.name, outer)
        if alias is not None:
            return replace(alias, place=inner or outer)
        return self._zone(top, top, outer, inner) or Resolution(top.code, f"{outer}{inner}", False)

    def _in_province(self, top: RegionInfo, city: str, county: str) -> Resolution:
        prefectures = [p for p in self._children[top.code] if not names.is_group(p.name)]
        prefecture = None if names.is_group(city, top) else names.unique(prefectures, city)
        alias = self._alias(top, prefecture.name if prefecture else city, county)
        if alias is not None:
            return alias
        if prefecture is None:
            return self._without_prefecture(top, city, county)
        county = names.without(county, prefecture.name) if not self._child(prefecture, county) else county
        if names.is_group(county, prefecture) and not self._child(prefecture, county):
            return self._all_of(prefecture)
        return self._in_prefecture(top, prefecture, county)

    def _child(self, prefecture: RegionInfo, name: str) -> RegionInfo | None:
        return only(c for c in self._children[prefecture.code] if same(c, name))

    def _all_of(self, prefecture: RegionInfo) -> Resolution:
        """A whole city, which is its only county where it has but one (嘉峪关市)."""
        children = self._children[prefecture.code]
        return Resolution(children[0].code if len(children) == 1 else prefecture.code, "", True)

    def _in_prefecture(self, top: RegionInfo, prefecture: RegionInfo, county: str) -> Resolution:
        children = self._children[prefecture.code]
        if len(children) <= 1:
            return Resolution(children[0].code if children else prefecture.code, county, True)
        found = names.unique(children, county) or self._coded_zone(top, prefecture, county)
        if found is not None:
            return Resolution(found.code, "", True)
        zone = self._listed_zone(top, prefecture, county)
        if zone is not None:
            return zone
        outside = self._exact(top, county)
        if outside is not None:
            return Resolution(outside.code, "", True)
        return (
            self._with_town(children, county)
            or self._zone(top, prefecture, county)
            or Resolution(prefecture.code, county, False)
        )

    def _with_town(self, counties: Sequence[RegionInfo], name: str) -> Resolution | None:
        """A county with a town of it, or with the one that looks after it, written together: 雁塔区丈八街道."""
        found = only(c for c in counties if len(c.name) > 2 and name.startswith(c.name))
        rest = name.removeprefix(found.name) if found else ""
        inner = only(c for c in counties if same(c, rest)) if rest else None
        if inner is not None:
            return Resolution(inner.code, "", True)
        return Resolution(found.code, rest, True) if found and names.is_town(rest) else None

    def _without_prefecture(self, top: RegionInfo, city: str, county: str) -> Resolution:
        """Place outside known prefectures: a county that the province governs itself, a zone, an unknown prefecture."""
        if names.is_group(city, top) and names.is_group(county, top):
            return Resolution(top.code, "", True)
        outer = self._exact(top, city) or self._own(top, city)
        found = self._exact(top, county) or (self._own(top, county) if names.is_group(city, top) else None)
        if outer is not None and (found is None or found.code == outer.code):
            rest = "" if names.unique([outer], county) or names.is_group(county) else county
            return Resolution(outer.code, names.without(rest, outer.name), True)
        if found is not None:
            return Resolution(found.code, "", True)
        name = county if names.is_group(city, top) else city
        inner = "" if name == county or names.is_group(county) else county
        within = self._listed_zone(top, top, name, inner) or self._of_a_city(top, name)
        if within is not None:
            return replace(within, place=within.place or inner)
        return self._zone(top, top, name, inner) or Resolution(top.code, f"{city}{county}", False)

    def _of_a_city(self, top: RegionInfo, name: str) -> Resolution | None:
        """A zone that stands where its city should: 青岛西海岸新区, 横琴新区. The counties of that city are meant."""
        cities = [p for p in self._children[top.code] if not names.is_group(p.name)]
        stems = {zones.stem(p.name): p for p in cities if zones.stem(p.name) != zones.stem(top.name)}
        city = only(p for stem, p in stems.items() if len(stem) > 1 and name.startswith(stem))
        if city is not None:
            rest = name.removeprefix(zones.stem(city.name))
            found = self._alias(top, city.name, name) or self._alias(top, city.name, rest)
            found = found or self._in_prefecture(top, city, name)
            return found if found.resolved else None
        found = [zone for p in cities if (zone := self._known_zone(top, p, name)) is not None]
        return found[0] if len(found) == 1 else None

    def _known_zone(self, top: RegionInfo, city: RegionInfo, name: str) -> Resolution | None:
        coded = self._coded_zone(top, city, name) if zones.parts(name, (top.name,)) != ("", name) else None
        if coded is not None:
            return Resolution(coded.code, "", True)
        return self._alias(top, city.name, name) or self._listed_zone(top, city, name)

    def _own(self, top: RegionInfo, name: str) -> RegionInfo | None:
        """A county that the province governs itself, under a shorter name: 定安, 神农架."""
        own = [
            c for group in self._children[top.code] if names.is_group(group.name) for c in self._children[group.code]
        ]
        return names.unique(own, name) if len(name) > 1 else None

    def _exact(self, top: RegionInfo, name: str) -> RegionInfo | None:
        """The only county of the province with exactly that name."""
        return only(county for county in self._counties[top.code] if same(county, name))

    def _coded_zone(self, top: RegionInfo, prefecture: RegionInfo, name: str) -> RegionInfo | None:
        """A development zone with a statistical code (`…71` and up), under a shorter name: 高新区, 净月区."""
        asked = names.zone_parts(name, (top.name, prefecture.name))
        coded = [
            (names.zone_parts(r.name, (top.name, prefecture.name)), r)
            for r in self._children[prefecture.code]
            if r.code[4:] >= "71" and not r.name.endswith("市")
        ]
        alike = only(r for found, r in coded if found[0] == asked[0] and names.alike(found[1], asked[1], asked[0]))
        if alike is not None or asked[0] or self._listed(top, prefecture, name):
            return alike
        return only(r for found, r in coded if found[1] == asked[1] and r.code in _MEANT_BY_KIND)

    def _listed_zone(self, top: RegionInfo, above: RegionInfo, name: str, inner: str = "") -> Resolution | None:
        row = self._listed(top, above, name)
        if row is None:
            return None
        first = zones.core(row.names[0], (top.name, above.name)) or row.names[0]
        called = f"{zones.stem(above.name) if row.city else ''}{first}"
        zone = ZoneName(above.code, called, first, row.counties, row.source)
        inside = all(lies_in(county, above.code) for county in row.counties)
        return Resolution(above.code if inside else top.code, inner, True, zone)

    def _listed(self, top: RegionInfo, above: RegionInfo, name: str) -> zones.Listed | None:
        """The row of `data/zones.csv` with that name, or with another writing of it."""
        places = (top.name, above.name)
        asked = {normalise(name), zones.core(name, places), "".join(zones.parts(name, places) or ())}
        for row in zones.listed() if self._lists else ():
            if row.province == top.name and row.city in ("" if above.code == top.code else above.name, above.name):
                written = {text for n in row.names for text in (n, zones.core(n, places))}
                written |= {"".join(found) for n in row.names if (found := zones.parts(n, places))}
                if asked & written - {""}:
                    return row
        return None

    def _zone(self, top: RegionInfo, above: RegionInfo, name: str, inner: str = "") -> Resolution | None:
        listed = self._listed_zone(top, above, name, inner)
        if listed is not None or names.is_town(name):
            return listed
        places = (top.name, above.name)
        zone = zones.reading(above.code, above.name, name, places)
        if zone is None and above.code != top.code and not self._is_near(above, name):
            zone = zones.district(above.code, above.name, name, places)
        if zone is None or self._is_misplaced(top, name):
            return None
        return Resolution(above.code, "" if normalise(inner) == normalise(name) else inner, True, zone)

    def _is_near(self, city: RegionInfo, name: str) -> bool:
        """Whether some county of the city is called nearly like that, so that the name may be a slip."""
        return any(names.is_near(key(county.name), key(name)) for county in self._children[city.code])

    def _is_misplaced(self, top: RegionInfo, name: str) -> bool:
        """Whether some county of the province is called like that, so that it is not sure what is meant."""
        return any(same(county, name) or core(county.name) == key(name) for county in self._counties[top.code])


def stated_key(*stated: str) -> str:
    """Names of an entry in the spelling by which operators' answers are found."""
    return normalise("".join(map(compact, stated)))
