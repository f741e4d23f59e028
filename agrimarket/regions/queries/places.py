"""SELECTs and writes of the code tree."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, text
from sqlmodel import Session

from agrimarket.regions.rules import searched, words_of
from agrimarket.regions.types import RegionInfo, RegionLevel
from agrimarket.regions.variants import simplified

COLUMNS = "g.code, g.name, g.level, g.parent_code, g.full_name, g.parts, g.latin"


def info(row: Row[Any]) -> RegionInfo:
    """The division of a row with `COLUMNS`."""
    return RegionInfo(
        row.code, row.name, RegionLevel(row.level), row.parent_code, row.full_name, tuple(row.parts or ()), row.latin
    )


def get(session: Session, code: str) -> RegionInfo | None:
    """The division with that code; None if there is none."""
    row = session.connection().execute(_ONE, {"code": code}).one_or_none()
    return info(row) if row else None


def several(session: Session, codes: Collection[str]) -> dict[str, RegionInfo]:
    """Those of the divisions that exist, by code."""
    return {row.code: info(row) for row in session.connection().execute(_SEVERAL, {"codes": list(codes)})}


def children(session: Session, parent: str | None) -> list[RegionInfo]:
    """The divisions directly beneath `parent` (None: the provinces)."""
    rows = session.connection().execute(_CHILDREN, {"parent": parent})
    return [info(row) for row in rows]


def tree(session: Session) -> list[RegionInfo]:
    """The whole tree, in code order."""
    return [info(row) for row in session.connection().execute(_ALL)]


def named(session: Session, typed: str, limit: int) -> list[RegionInfo]:
    """Divisions whose names contain every word of `typed`: whole names first, then beginnings, then the rest."""
    words = words_of(simplified(typed))
    if not words:
        return []
    patterns = [f"%{word}%" for word in words]
    rows = session.connection().execute(
        _NAMED, {"words": patterns, "first": words[0], "last": words[-1], "limit": limit}
    )
    return [info(row) for row in rows]


def load(session: Session, regions: Sequence[RegionInfo]) -> int:
    """Insert divisions, parents first, or change those that are there; returns how many are new or changed."""
    columns = {
        "codes": [r.code for r in regions],
        "names": [r.name for r in regions],
        "levels": [r.level.value for r in regions],
        "parents": [r.parent_code for r in regions],
        "full_names": [r.full_name for r in regions],
        "parts": ["\n".join(r.parts) for r in regions],
        "latins": [r.latin for r in regions],
        "searches": [searched(r) for r in regions],
    }
    return session.connection().execute(_LOAD, columns).rowcount


_ONE = text(f"SELECT {COLUMNS} FROM region g WHERE code = :code")  # noqa: S608
_SEVERAL = text(f"SELECT {COLUMNS} FROM region g WHERE code = ANY(CAST(:codes AS char(6)[]))")  # noqa: S608
_ALL = text(f"SELECT {COLUMNS} FROM region g ORDER BY code")  # noqa: S608
_CHILDREN = text(f"""
    SELECT {COLUMNS} FROM region g WHERE parent_code IS NOT DISTINCT FROM CAST(:parent AS char(6)) ORDER BY code
""")  # noqa: S608
_NAMED = text(f"""
    SELECT {COLUMNS} FROM region g WHERE search LIKE ALL (CAST(:words AS text[]))
    ORDER BY CASE WHEN g.name = :last OR search = :last OR search LIKE '%|' || :first || '|%' THEN 0
                  WHEN g.name LIKE :last || '%' OR search LIKE '%|' || :first || '%' THEN 1 ELSE 2 END,
             length(full_name), code
    LIMIT :limit
""")  # noqa: S608
_LOAD = text("""
    INSERT INTO region AS old (code, name, level, parent_code, full_name, parts, latin, search)
    SELECT n.code, n.name, n.level, n.parent_code, n.full_name, string_to_array(n.parts, E'\\n'), n.latin, n.search
    FROM unnest(
        CAST(:codes AS text[]), CAST(:names AS text[]), CAST(:levels AS text[]), CAST(:parents AS text[]),
        CAST(:full_names AS text[]), CAST(:parts AS text[]), CAST(:latins AS text[]), CAST(:searches AS text[])
    ) AS n (code, name, level, parent_code, full_name, parts, latin, search)
    ON CONFLICT (code) DO UPDATE SET name = excluded.name, level = excluded.level, parent_code = excluded.parent_code,
        full_name = excluded.full_name, parts = excluded.parts, latin = excluded.latin, search = excluded.search
    WHERE (old.name, old.level, old.parent_code, old.full_name, old.parts, old.latin, old.search) IS DISTINCT FROM
        (excluded.name, excluded.level, excluded.parent_code, excluded.full_name, excluded.parts, excluded.latin,
         excluded.search)
""")
