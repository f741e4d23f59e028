"""Names by which places are found: official, short, former, in Latin letters, by sound, and of what lies in them."""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable

from agrimarket.regions.finding import key_of, near_keys, sounds_of
from agrimarket.regions.types.places import NameKind, PlaceName, RegionInfo, RegionLevel
from seeds.latin import in_pinyin, initials_of, stem_of

_FOLDER: Traversable = files("seeds").joinpath("data", "regions")
TABLES = [_FOLDER.joinpath(name) for name in ("former.csv", "other.csv", "towns.csv", "known.csv")]
WITHOUT_CODES: Mapping[str, str] = {"香港特别行政区": "810000", "澳门特别行政区": "820000", "台湾省": "710000"}
"""Provinces to which GB/T 2260 gives one code each, and none to the places in them."""
_MUNICIPALITIES = ("11", "12", "31", "50")
_SUB_PROVINCIAL = frozenset(
    "2101 2102 2201 2301 3201 3301 3302 3502 3701 3702 4201 4401 4403 5101 6101".split()  # noqa: SIM905
)
_CAPITALS = frozenset(
    "1301 1401 1501 3401 3501 3601 4101 4301 4501 4601 5201 5301 5401 6201 6301 6401 6501".split()  # noqa: SIM905
)
_SHORTER = (
    (re.compile(r"高(?:新)?技术(?:产业)?开发区$"), "高新区"),
    (re.compile(r"经济(?:技术)?开发区$"), "经开区"),
)
_KINDS = {"省": "sheng", "市": "shi", "县": "xian", "区": "qu", "州": "zhou", "盟": "meng", "旗": "qi"}
_OF_A_PART = 10


class _Names:
    """The names as they come together, each once."""

    def __init__(self, tree: Mapping[str, RegionInfo]) -> None:
        known = {row["code"]: int(row["prominence"]) for row in _rows("known.csv")}
        self.ranks = {code: known.get(code, _prominence(region)) for code, region in tree.items()}
        self.made: dict[tuple[str, NameKind, str], PlaceName] = {}

    def add(self, code: str, kind: NameKind, shown: str, text: str, until: int | None = None) -> None:
        """Take up `text` as a name of that division."""
        key = text if kind is NameKind.SOUND else key_of(text)
        rank = _OF_A_PART if kind is NameKind.PART else self.ranks[code]
        if key:
            self.made.setdefault(
                (code, kind, key), PlaceName(code, kind, key, shown, rank, until, _near(kind, key, until))
            )


def names_of(regions: Iterable[RegionInfo]) -> list[PlaceName]:
    """Every name of the divisions in `regions`, each once; a group of the code table is a code of what it lies in."""
    tree = {region.code: region for region in regions}
    names = _Names(tree)
    for code, region in tree.items():
        above = tree.get(region.parent_code or "")
        if above is not None and above.full_name == region.full_name:
            names.add(above.code, NameKind.CODE, above.name, code)
            continue
        names.add(code, NameKind.CODE, region.name, code)
        for kind, text in _own(region):
            names.add(code, kind, region.name, text)
    for row in _rows("other.csv"):
        kind = NameKind.LATIN if row["name"].isascii() else NameKind.OTHER
        names.add(row["code"], kind, row["name"], row["name"])
    for row in _rows("towns.csv"):
        names.add(row["code"], NameKind.PART, row["name"], row["name"])
    for shown, text, code in _parts():
        names.add(code, NameKind.PART, shown, text)
    _add_former(tree, names)
    return list(names.made.values())


def _own(region: RegionInfo) -> Iterator[tuple[NameKind, str]]:
    """What a division is called today."""
    stem, latin = stem_of(region.name), region.latin.partition(",")[0].removesuffix(" County")
    zone = region.level is RegionLevel.COUNTY and "71" <= region.code[4:] < "81"
    yield NameKind.OWN, region.name
    yield NameKind.SOUND, sounds_of(region.name)
    yield NameKind.LATIN, latin
    for pattern, shorter in _SHORTER:
        if zone and pattern.search(region.name):
            yield NameKind.OTHER, pattern.sub(shorter, region.name)
    if zone:
        return
    letters = in_pinyin(region.name)
    yield NameKind.LATIN, letters
    if kind := _KINDS.get(region.name[-1]):
        yield NameKind.OTHER, letters + kind
    if len(stem) > 1:
        yield NameKind.SHORT, stem
        yield NameKind.SOUND, sounds_of(stem)
        if "自治" in region.name and region.level is not RegionLevel.PROVINCE:
            yield NameKind.OTHER, stem + region.name[-1]
    if region.level is not RegionLevel.COUNTY:
        yield NameKind.INITIALS, initials_of(region.name)


def _near(kind: NameKind, key: str, until: int | None) -> tuple[str, ...]:
    """Slips are looked for in names of today: in Chinese ones, and in Latin ones that are long enough for it."""
    latin = kind is NameKind.LATIN and len(key) > 4
    return near_keys(key) if until is None and (latin or kind in (NameKind.OWN, NameKind.SHORT)) else ()


def _prominence(region: RegionInfo) -> int:
    """The order of places of one name: by level, then by the weight of the city that a district belongs to."""
    if region.level is not RegionLevel.COUNTY:
        big = region.code[:4] in _SUB_PROVINCIAL | _CAPITALS
        return 90 if region.level is RegionLevel.PROVINCE else 75 if big else 70
    if "71" <= region.code[4:] < "81" and region.name.endswith("区"):
        return 40
    if region.code[:2] in _MUNICIPALITIES:
        return 60
    if region.name.endswith("区"):
        return 58 if region.code[:4] in _SUB_PROVINCIAL else 56 if region.code[:4] in _CAPITALS else 50
    return 54 if region.name.endswith("市") else 52


def _parts() -> Iterator[tuple[str, str, str]]:
    """(how it is shown, a name of it, code) of each place in Hong Kong, Macao and Taiwan."""
    table = json.loads(_FOLDER.joinpath("HK-MO-TW.json").read_text(encoding="utf-8"))
    for province, districts in table.items():
        code = WITHOUT_CODES[province]
        for district, places in districts.items():
            for name in _spellings(district):
                yield district, name, code
            for place in places:
                shown = f"{district}{place}" if code == "710000" else place
                for name in _spellings(place):
                    yield shown, name, code
                    if code == "710000":
                        yield shown, district + name, code
                        yield shown, district[:-1] + name, code
                if code != "710000" and len(place) > 2:
                    yield shown, place.removesuffix("区"), code
            if len(district) > 2:
                yield district, re.sub(r"[市县]$", "", district), code


def _spellings(name: str) -> list[str]:
    """A name, and where brackets hold another one, both."""
    return [part for part in re.split(r"[（）()]", name) if part]


def _add_former(tree: Mapping[str, RegionInfo], names: _Names) -> None:
    for row in _rows("former.csv"):
        now, name, until = tree[row["now"]], row["name"], int(row["year"])
        if row["code"]:
            names.add(now.code, NameKind.FORMER, name, row["code"], until)
        if name == now.name:
            continue
        names.add(now.code, NameKind.FORMER, name, name, until)
        stem = stem_of(name)
        if len(stem) > 1 and stem != stem_of(now.name):
            names.add(now.code, NameKind.FORMER, name, stem, until)
            names.add(now.code, NameKind.FORMER, name, in_pinyin(name), until)


def _rows(name: str) -> list[dict[str, str]]:
    with _FOLDER.joinpath(name).open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))
