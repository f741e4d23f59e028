"""The tree of regions from the shipped tables."""

import csv
import json
from importlib.resources import files
from importlib.resources.abc import Traversable

from agrimarket.regions.tree import tree_of
from agrimarket.regions.types import RegionInfo

FOLDER: Traversable = files("seeds").joinpath("data", "regions")
FILES = [FOLDER.joinpath(name) for name in ("provinces.csv", "cities.csv", "areas.csv", "HK-MO-TW.json")]


def _rows(name: str) -> list[tuple[str, str]]:
    with FOLDER.joinpath(name).open(encoding="utf-8") as stream:
        return [(row["code"], row["name"]) for row in csv.DictReader(stream)]


def read_tree() -> list[RegionInfo]:
    """Every region of `data/regions/`, parents first."""
    parts = json.loads(FOLDER.joinpath("HK-MO-TW.json").read_text(encoding="utf-8"))
    return tree_of(_rows("provinces.csv"), _rows("cities.csv"), _rows("areas.csv"), parts)
