"""Traditional characters of place names: people who write them find places too."""

import csv
from functools import cache
from importlib.resources import files


@cache
def _table() -> dict[int, str]:
    with files("agrimarket.regions").joinpath("data", "variants.csv").open(encoding="utf-8") as stream:
        return {ord(row["traditional"]): row["simplified"] for row in csv.DictReader(stream)}


def simplified(text: str) -> str:
    """`text` with the traditional characters of place names made simplified; others stay."""
    return text.translate(_table())
