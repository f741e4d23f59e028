"""SELECTs of the code tree."""

from typing import Any

from sqlalchemy import Row, text
from sqlmodel import Session

from agrimarket.regions.rules import normalise
from agrimarket.regions.types import RegionInfo, RegionLevel
from agrimarket.regions.variants import simplified

COLUMNS = "g.code, g.name, g.level, g.parent_code, g.full_name, g.parts"


def info(row: Row[Any]) -> RegionInfo:
    """The division of a row with `COLUMNS`."""
    return RegionInfo(
        row.code, row.name, RegionLevel(row.level), row.parent_code, row.full_name, tuple(row.parts or ())
    )


def get(session: Session, code: str) -> RegionInfo | None:
    """The division with that code; None if there is none."""
    row = session.connection().execute(_ONE, {"code": code}).one_or_none()
    return info(row) if row else None


def children(session: Session, parent: str | None) -> list[RegionInfo]:
    """The divisions directly beneath `parent` (None: the provinces)."""
    rows = session.connection().execute(_CHILDREN, {"parent": parent})
    return [info(row) for row in rows]


def tree(session: Session) -> list[RegionInfo]:
    """The whole tree, in code order."""
    return [info(row) for row in session.connection().execute(_ALL)]


def named(session: Session, typed: str, limit: int) -> list[RegionInfo]:
    """Divisions whose names contain every word of `typed`: whole names first, then beginnings, then the rest."""
    words = [key for word in simplified(typed).split() if (key := normalise(word))]
    if not words:
        return []
    rows = session.connection().execute(
        _NAMED, {"words": [f"%{word}%" for word in words], "last": words[-1], "limit": limit}
    )
    return [info(row) for row in rows]


_ONE = text(f"SELECT {COLUMNS} FROM region g WHERE code = :code")  # noqa: S608
_ALL = text(f"SELECT {COLUMNS} FROM region g ORDER BY code")  # noqa: S608
_CHILDREN = text(f"""
    SELECT {COLUMNS} FROM region g WHERE parent_code IS NOT DISTINCT FROM CAST(:parent AS char(6)) ORDER BY code
""")  # noqa: S608
_NAMED = text(f"""
    SELECT {COLUMNS} FROM region g WHERE search LIKE ALL (CAST(:words AS text[]))
    ORDER BY CASE WHEN g.name = :last OR search = :last THEN 0 WHEN g.name LIKE :last || '%' THEN 1 ELSE 2 END,
             length(search), code
    LIMIT :limit
""")  # noqa: S608
