"""Tree of regions, from the shipped tables."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from importlib.resources import files
from importlib.resources.abc import Traversable

from agrimarket.regions.types.places import RegionInfo, RegionLevel
from seeds import naming
from seeds.latin import in_full
from seeds.naming import WITHOUT_CODES

FOLDER: Traversable = files("seeds").joinpath("data", "regions")
FILES: list[Traversable] = [
    *(FOLDER.joinpath(name) for name in ("provinces.csv", "cities.csv", "areas.csv", "HK-MO-TW.json", "latin.csv")),
    *naming.TABLES,
    *(files("seeds").joinpath(module) for module in ("regions.py", "latin.py", "naming.py")),
    files("agrimarket.regions").joinpath("finding.py"),
    *(files("agrimarket.regions").joinpath("data", name) for name in ("variants.csv", "sounds.csv")),
]
"""What the tree and its names are made of, the modules that make them among it: where one changes, all is loaded."""
_NOT_A_NAME = ("市辖区", "直辖县级行政区划")
"""Names of nodes in the code table that group counties and are not part of any address; another is 县 alone."""


def _rows(name: str) -> list[tuple[str, str]]:
    with FOLDER.joinpath(name).open(encoding="utf-8") as stream:
        return [(row["code"], row["name"]) for row in csv.DictReader(stream)]


def read_tree() -> list[RegionInfo]:
    """Every region of `data/regions/`, parents first."""
    parts = json.loads(FOLDER.joinpath("HK-MO-TW.json").read_text(encoding="utf-8"))
    return tree_of(_rows("provinces.csv"), _rows("cities.csv"), _rows("areas.csv"), parts)


def tree_of(
    provinces: Iterable[tuple[str, str]],
    prefectures: Iterable[tuple[str, str]],
    counties: Iterable[tuple[str, str]],
    parts: Mapping[str, Mapping[str, Sequence[str]]],
) -> list[RegionInfo]:
    """The tree from (code, name) rows with codes of two, four and six digits, parents first.

    A prefecture that is its own only county (东莞市, 中山市, 儋州市) is one region. `parts` are the names in Hong
    Kong, Macao and Taiwan, which have no codes: they remain names under their province.
    """
    tree: dict[str, RegionInfo] = {}
    levels = ((RegionLevel.PROVINCE, provinces), (RegionLevel.PREFECTURE, prefectures), (RegionLevel.COUNTY, counties))
    for level, rows in levels:
        for short, name in rows:
            code = short.ljust(6, "0")
            if code in tree:
                continue
            parent = None if level is RegionLevel.PROVINCE else tree[_parent(code, level)]
            is_name = name != "县" and not name.endswith(_NOT_A_NAME)
            full = name if parent is None else parent.full_name + (name if is_name else "")
            tree[code] = RegionInfo(code, name, level, parent.code if parent else None, full)
    for name, districts in parts.items():
        inside = [part for district, names in districts.items() for part in (district, *names)]
        tree[WITHOUT_CODES[name]] = replace(
            RegionInfo(WITHOUT_CODES[name], name, RegionLevel.PROVINCE, None, name), parts=tuple(inside)
        )
    return [replace(region, latin=in_full(region, tree)) for region in tree.values()]


def _parent(code: str, level: RegionLevel) -> str:
    return code[:2] + "0000" if level is RegionLevel.PREFECTURE else code[:4] + "00"
