"""SELECTs and writes of the code tree."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, text
from sqlmodel import Session

from agrimarket.regions.finding import Hit, Typed
from agrimarket.regions.rules import searched, words_of
from agrimarket.regions.types.places import NameKind, PlaceName, RegionInfo, RegionLevel
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
    """The divisions directly beneath `parent` (None: the provinces), in place of groups what is in them."""
    rows = session.connection().execute(_CHILDREN, {"parent": parent})
    return [info(row) for row in rows]


def tree(session: Session) -> list[RegionInfo]:
    """The whole tree, in code order."""
    return [info(row) for row in session.connection().execute(_ALL)]


def hits(session: Session, typed: Typed) -> list[Hit]:
    """Names that are a piece of what was typed, or a slip of one character away from one. One statement."""
    asked = {"pieces": list(typed.pieces), "slips": typed.slip_keys}
    return [
        Hit(info(row), NameKind(row.kind), row.key, row.shown, row.prominence, row.until, row.exact)
        for row in session.connection().execute(_HITS, asked)
    ]


def containing(session: Session, typed: str, limit: int) -> list[RegionInfo]:
    """Divisions whose full names contain every word of `typed`: beginnings of names first. One statement."""
    words = words_of(simplified(typed))
    if not words:
        return []
    asked = {"words": [f"%{word}%" for word in words], "last": words[-1], "first": words[0], "limit": limit}
    return [info(row) for row in session.connection().execute(_CONTAINING, asked)]


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


def load_names(session: Session, names: Sequence[PlaceName]) -> None:
    """Put `names` in place of all that are there. Two statements."""
    columns = {
        "codes": [n.code for n in names],
        "kinds": [n.kind.value for n in names],
        "keys": [n.key for n in names],
        "shown": [n.shown for n in names],
        "prominences": [n.prominence for n in names],
        "untils": [n.until for n in names],
        "near": [" ".join(n.near) for n in names],
    }
    session.connection().execute(_FORGET_NAMES)
    session.connection().execute(_LOAD_NAMES, columns)


_ONE = text(f"SELECT {COLUMNS} FROM region g WHERE code = :code")  # noqa: S608
_SEVERAL = text(f"SELECT {COLUMNS} FROM region g WHERE code = ANY(CAST(:codes AS char(6)[]))")  # noqa: S608
_ALL = text(f"SELECT {COLUMNS} FROM region g ORDER BY code")  # noqa: S608
_CHILDREN = text(f"""
    WITH beneath AS (
        SELECT r.code, r.full_name IS NOT DISTINCT FROM above.full_name AS is_group
        FROM region r LEFT JOIN region above ON above.code = r.parent_code
        WHERE r.parent_code IS NOT DISTINCT FROM CAST(:parent AS char(6))
    )
    SELECT {COLUMNS} FROM region g
    WHERE code IN (SELECT code FROM beneath WHERE NOT is_group)
       OR parent_code IN (SELECT code FROM beneath WHERE is_group)
    ORDER BY code
""")  # noqa: S608
_HITS = text(f"""
    WITH hit AS (
        SELECT n.*, true AS exact FROM place_name n WHERE n.key = ANY(CAST(:pieces AS varchar[]))
        UNION ALL
        SELECT DISTINCT ON (n.code, n.kind, n.key) n.*, false AS exact
        FROM unnest(CAST(:slips AS varchar[])) AS slip (near)
        CROSS JOIN LATERAL (SELECT * FROM place_name WHERE near @> ARRAY[slip.near]) AS n
        WHERE n.key <> ALL(CAST(:pieces AS varchar[]))
    )
    SELECT hit.kind, hit.key, hit.shown, hit.prominence, hit.until, hit.exact, {COLUMNS}
    FROM hit JOIN region g ON g.code = hit.code
""")  # noqa: S608
_CONTAINING = text(f"""
    SELECT {COLUMNS} FROM region g
    WHERE search LIKE ALL (CAST(:words AS text[]))
      AND (cardinality(g.parts) = 0 OR full_name LIKE ALL (CAST(:words AS text[])))
      AND full_name IS DISTINCT FROM (SELECT full_name FROM region above WHERE above.code = g.parent_code)
    ORDER BY CASE WHEN g.name LIKE :last || '%' OR search LIKE '%|' || :first || '%' THEN 0 ELSE 1 END,
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
_FORGET_NAMES = text("""
    DELETE FROM place_name
""")
_LOAD_NAMES = text("""
    INSERT INTO place_name (code, kind, key, shown, prominence, until, near)
    SELECT n.code, n.kind, n.key, n.shown, n.prominence, n.until, string_to_array(n.near, ' ')
    FROM unnest(
        CAST(:codes AS text[]), CAST(:kinds AS text[]), CAST(:keys AS text[]), CAST(:shown AS text[]),
        CAST(:prominences AS int[]), CAST(:untils AS int[]), CAST(:near AS text[])
    ) AS n (code, kind, key, shown, prominence, until, near)
""")
