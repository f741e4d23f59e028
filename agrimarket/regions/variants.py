"""The two scripts of place names: people who write either find places, and read them in their own."""

import csv
import re
from functools import cache
from importlib.resources import files


@cache
def _table() -> dict[int, str]:
    with files("agrimarket.regions").joinpath("data", "variants.csv").open(encoding="utf-8") as stream:
        return {ord(row["traditional"]): row["simplified"] for row in csv.DictReader(stream)}


@cache
def _back() -> tuple[dict[str, str], re.Pattern[str]]:
    """What is written instead, and the pattern of all of it, words before their characters."""
    with files("agrimarket.regions").joinpath("data", "traditional.csv").open(encoding="utf-8") as stream:
        pairs = {row["simplified"]: row["traditional"] for row in csv.DictReader(stream)}
    return pairs, re.compile("|".join(sorted(pairs, key=len, reverse=True)))


def simplified(text: str) -> str:
    """`text` with the traditional characters of place names made simplified; others stay."""
    return text.translate(_table())


def traditional(name: str) -> str:
    """A place's name in traditional characters. For names of divisions only: other words need other characters.

    Where one simplified character stands for several, `data/traditional.csv` has the word in which it does: 天台 and
    台州 keep 台, which is 臺 elsewhere.
    """
    pairs, pattern = _back()
    return pattern.sub(lambda found: pairs[found[0]], name)
