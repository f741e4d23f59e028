"""The code tree: reading it from rows, and loading it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import text
from sqlmodel import Session

from agrimarket.regions.models import RegionLevel
from agrimarket.regions.rules import normalise
from agrimarket.regions.types import RegionInfo

_NOT_A_NAME = ("市辖区", "直辖县级行政区划")
"""Nodes of the code table that group counties and are part of no address."""
PARTS: Mapping[str, str] = {"香港特别行政区": "810000", "澳门特别行政区": "820000", "台湾省": "710000"}
"""GB/T 2260 gives these one code each and none to what lies in them."""


def tree_of(
    provinces: Iterable[tuple[str, str]],
    prefectures: Iterable[tuple[str, str]],
    counties: Iterable[tuple[str, str]],
    parts: Mapping[str, Mapping[str, Sequence[str]]],
) -> list[RegionInfo]:
    """The tree from (code, name) rows with codes of two, four and six digits, parents first.

    A prefecture that is its own only county (东莞市, 中山市, 儋州市) is one region. `parts` are the names in Hong
    Kong, Macao and Taiwan, which have no codes: they stay names under their province.
    """
    tree: dict[str, RegionInfo] = {}
    levels = ((RegionLevel.PROVINCE, provinces), (RegionLevel.PREFECTURE, prefectures), (RegionLevel.COUNTY, counties))
    for level, rows in levels:
        for short, name in rows:
            code = short.ljust(6, "0")
            if code in tree:
                continue
            parent = None if level is RegionLevel.PROVINCE else tree[_parent(code, level)]
            full = name if parent is None else parent.full_name + ("" if name.endswith(_NOT_A_NAME) else name)
            tree[code] = RegionInfo(code, name, level, parent.code if parent else None, full)
    for name, districts in parts.items():
        inside = [part for district, names in districts.items() for part in (district, *names)]
        tree[PARTS[name]] = replace(
            RegionInfo(PARTS[name], name, RegionLevel.PROVINCE, None, name), parts=tuple(inside)
        )
    return list(tree.values())


def _parent(code: str, level: RegionLevel) -> str:
    return code[:2] + "0000" if level is RegionLevel.PREFECTURE else code[:4] + "00"


def load_regions(session: Session, regions: Sequence[RegionInfo]) -> int:
    """Put the tree into the table, parents first; what is there already is brought up to date. One statement.

    Returns how many rows are new or changed. Codes that a newer table no longer has stay, for history names them.
    """
    columns = {
        "codes": [r.code for r in regions],
        "names": [r.name for r in regions],
        "levels": [r.level.value for r in regions],
        "parents": [r.parent_code for r in regions],
        "full_names": [r.full_name for r in regions],
        "parts": ["\n".join(r.parts) for r in regions],
        "searches": [normalise(r.full_name + "".join(r.parts)) for r in regions],
    }
    return session.connection().execute(_LOAD, columns).rowcount


_LOAD = text("""
    INSERT INTO region AS old (code, name, level, parent_code, full_name, parts, search)
    SELECT n.code, n.name, n.level, n.parent_code, n.full_name, string_to_array(n.parts, E'\\n'), n.search
    FROM unnest(
        CAST(:codes AS text[]), CAST(:names AS text[]), CAST(:levels AS text[]), CAST(:parents AS text[]),
        CAST(:full_names AS text[]), CAST(:parts AS text[]), CAST(:searches AS text[])
    ) AS n (code, name, level, parent_code, full_name, parts, search)
    ON CONFLICT (code) DO UPDATE SET name = excluded.name, level = excluded.level, parent_code = excluded.parent_code,
        full_name = excluded.full_name, parts = excluded.parts, search = excluded.search
    WHERE (old.name, old.level, old.parent_code, old.full_name, old.parts, old.search) IS DISTINCT FROM
        (excluded.name, excluded.level, excluded.parent_code, excluded.full_name, excluded.parts, excluded.search)
""")
