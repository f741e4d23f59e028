"""Places as people type them, by kind: the right one first, or among the first five."""

import csv
from collections import Counter
from pathlib import Path

import pytest
from sqlmodel import Session

from agrimarket.regions.service import places

TYPED = Path(__file__).parent / "data" / "typed.csv"


def _typed() -> list[tuple[str, str, tuple[str, ...]]]:
    with TYPED.open(encoding="utf-8") as stream:
        return [(row["kind"], row["typed"], tuple(row["code"].split("/"))) for row in csv.DictReader(stream)]


def test_what_people_type(region_session: Session) -> None:
    first, five, asked = Counter[str](), Counter[str](), Counter[str]()
    missed: list[str] = []
    for kind, typed, codes in _typed():
        found = [each.region.code for each in places.find(region_session, typed, 5)]
        asked[kind] += 1
        first[kind] += found[:1] != [] and found[0] in codes
        five[kind] += any(code in found for code in codes)
        if found[:1] == [] or found[0] not in codes:
            missed.append(f"{kind}: {typed} → {found}, not {codes}")
    print({kind: (first[kind], five[kind], asked[kind]) for kind in asked})
    print("\n".join(missed))
    assert first.total() >= 0.95 * asked.total(), missed
    assert five.total() >= 0.99 * asked.total(), missed
