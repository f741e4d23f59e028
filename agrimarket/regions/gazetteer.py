"""Gazetteer: resolves the names in a notice to codes.

Notices name places as people do: a town stands where the county should be, a district where the prefecture should,
development zones have short names. Each rule below gives a code only where exactly one region fits.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from agrimarket.regions.rules import normalise
from agrimarket.regions.types import RegionInfo, RegionLevel

_MUNICIPALITIES = frozenset({"110000", "120000", "310000", "500000"})
_GROUP = re.compile(r"^(?:市辖区|县|.*直辖县级行政(?:单位|区划|区))$")
"""Names of groups of counties, which are part of no address."""
_COUNTY_SUFFIX = re.compile(r"(?:自治县|自治旗|林区|特区|地区|新区|县|区|市|旗|州|盟)$")
_ZONE_KINDS = (
    ("hi-tech", re.compile(r"(?:高新|高技术|高新技术)(?:技术)?(?:产业)?(?:开发区|园区|区)$")),
    ("economic", re.compile(r"(?:经济技术开发区|经济开发区|经济综合实验区|经开区|开发区)$")),
    ("zone", re.compile(r"(?:管理区|示范区|新区|园区|区)$")),
)


@dataclass(frozen=True, slots=True)
class Resolution:
    """Region that an entry belongs to. `place` is what is left of its names beneath the region."""

    code: str | None
    place: str
    resolved: bool


@cache
def _aliases() -> dict[tuple[str, str, str], str]:
    """(province, city, county) as notices write them → code. `*` as county stands for any."""
    with files("agrimarket.regions").joinpath("data", "aliases.csv").open(encoding="utf-8") as stream:
        rows = [(row["province"], row["city"], row["county"], row["code"]) for row in csv.DictReader(stream)]
    return {
        (normalise(p), normalise(c), "*" if county == "*" else normalise(county)): code for p, c, county, code in rows
    }


class Gazetteer:
    """The code tree, indexed by names."""

    def __init__(self, regions: Iterable[RegionInfo]) -> None:
        self._regions = {region.code: region for region in regions}
        self._children: dict[str, list[RegionInfo]] = defaultdict(list)
        self._provinces: dict[str, RegionInfo] = {}
        for region in self._regions.values():
            if region.parent_code is None:
                self._provinces[normalise(region.name)] = region
            else:
                self._children[region.parent_code].append(region)
        self._counties = {
            province.code: [c for p in self._children[province.code] for c in (*self._children[p.code], *self._leaf(p))]
            for province in self._provinces.values()
        }

    def _leaf(self, prefecture: RegionInfo) -> list[RegionInfo]:
        return [] if self._children[prefecture.code] else [prefecture]

    def resolve(self, province: str, city: str, county: str) -> Resolution:
        """The region that an entry's three names mean, or their nearest ancestor with `resolved` false."""
        top = self._provinces.get(normalise(province)) or self._unique(self._provinces.values(), province)
        alias = self._alias(province, city, county)
        if alias is not None:
            return Resolution(
                alias.code, "" if _same(alias, county) else county, alias.level is not RegionLevel.PROVINCE
            )
        if top is None:
            return Resolution(None, "", False)
        if top.code in _MUNICIPALITIES:
            return self._in_municipality(top, city, county)
        return self._in_province(top, city, county)

    def _alias(self, province: str, city: str, county: str) -> RegionInfo | None:
        table, names = _aliases(), (normalise(province), normalise(city))
        code = table.get((*names, normalise(county))) or table.get((*names, "*"))
        return self._regions.get(code) if code else None

    def _in_municipality(self, top: RegionInfo, city: str, county: str) -> Resolution:
        """Region in a municipality: city may repeat the municipality, or name a district, with county a town in it."""
        counties = self._counties[top.code]
        outer, inner = (county, "") if not city or _GROUP.match(city) or _same(top, city) else (city, county)
        if not outer or _GROUP.match(outer) or _same(top, outer):
            return Resolution(top.code, "", True)
        found = self._unique(counties, outer)
        if found is None:
            return Resolution(top.code, f"{outer}{inner}", False)
        return Resolution(found.code, "" if _same(found, inner) else inner, True)

    def _in_province(self, top: RegionInfo, city: str, county: str) -> Resolution:
        if not city and not county:
            return Resolution(top.code, "", True)
        prefecture = None if _GROUP.match(city) else self._unique(self._children[top.code], city)
        if prefecture is None:
            return self._without_prefecture(top, city, county)
        children = self._children[prefecture.code]
        if (
            not county
            or _GROUP.match(county)
            or (_same(prefecture, county) and not any(_same(c, county) for c in children))
        ):
            return Resolution(prefecture.code, "", True)
        if not children:
            return Resolution(prefecture.code, county, True)
        found = self._unique(children, county) or self._zone(top, prefecture, county) or self._exact(top, county)
        if found is None:
            return Resolution(prefecture.code, county, False)
        return Resolution(found.code, "", True)

    def _without_prefecture(self, top: RegionInfo, city: str, county: str) -> Resolution:
        """Region outside known prefectures: a county that the province governs itself, or an unknown prefecture."""
        outer = self._exact(top, city)
        found = self._exact(top, county)
        if outer is not None and (found is None or found.code == outer.code):
            return Resolution(outer.code, "" if _same(outer, county) else county, True)
        if found is not None:
            return Resolution(found.code, "", True)
        return Resolution(top.code, f"{city}{county}", False)

    def _exact(self, top: RegionInfo, name: str) -> RegionInfo | None:
        """The only county of the province with exactly that name."""
        return _only(county for county in self._counties[top.code] if normalise(county.name) == normalise(name))

    def _unique(self, among: Iterable[RegionInfo], name: str) -> RegionInfo | None:
        """The only region with that name; else with it in parentheses; else without the suffix (县, 区, …)."""
        among = list(among)
        inside = re.findall(r"[（(](.+?)[）)]", name)
        outside = re.sub(r"[（(].*?[）)]", "", name)
        for candidate in (name, outside, *inside):
            if found := _only(region for region in among if _same(region, candidate)):
                return found
        core = _COUNTY_SUFFIX.sub("", normalise(outside))
        return _only(r for r in among if len(core) > 1 and _COUNTY_SUFFIX.sub("", normalise(r.name)) == core)

    def _zone(self, top: RegionInfo, prefecture: RegionInfo, name: str) -> RegionInfo | None:
        """A development zone with a statistical code (`…71` and up), under a shorter name: 高新区, 净月区."""
        zones = [
            (_zone_name(top, prefecture, r.name), r) for r in self._children[prefecture.code] if r.code[4:] >= "71"
        ]
        qualifier, kind = _zone_name(top, prefecture, name)
        alike = _only(
            r for (q, k), r in zones if q == qualifier and (k == kind or "zone" in (k, kind)) and (q or k == kind)
        )
        if alike is not None or qualifier:
            return alike
        return _only(region for (_, k), region in zones if k == kind)


def _zone_name(top: RegionInfo, prefecture: RegionInfo, name: str) -> tuple[str, str]:
    """(the distinguishing part of a zone's name, its kind): 长春净月高新技术产业开发区 in 长春市 is (净月, hi-tech)."""
    core = normalise(re.sub(r"[（(].*?[）)]", "", name))
    for region in (top, prefecture):
        stem = re.sub(r"(?:壮族|回族|维吾尔)?(?:自治区|省|市)$", "", region.name)
        core = core.removeprefix(region.name).removeprefix(stem)
    for kind, pattern in _ZONE_KINDS:
        if match := pattern.search(core):
            return core[: match.start()], kind
    return core, "zone"


def _same(region: RegionInfo, name: str) -> bool:
    return normalise(region.name) == normalise(name)


def _only(regions: Iterable[RegionInfo]) -> RegionInfo | None:
    found = list(regions)
    return found[0] if len(found) == 1 else None
