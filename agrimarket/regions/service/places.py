"""The code tree: looking divisions up, and loading them."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlmodel import Session

from agrimarket.regions.errors import RegionUnknown
from agrimarket.regions.queries import places as queries
from agrimarket.regions.rules import is_code, normalise
from agrimarket.regions.types import RegionInfo


def get(session: Session, code: str) -> RegionInfo:
    """The division with that code; `RegionUnknown` (404) if there is none. One statement."""
    found = queries.get(session, code) if is_code(code) else None
    if found is None:
        raise RegionUnknown(codes=[code])
    return found


def children(session: Session, parent: str | None) -> list[RegionInfo]:
    """The divisions directly beneath `parent`, or the provinces; in code order."""
    return queries.children(session, parent) if parent is None or is_code(parent) else []


def named(session: Session, text: str, limit: int = 10) -> list[RegionInfo]:
    """Divisions whose name contains what was typed, in simplified or traditional characters; best first.

    Words may be separated by spaces (`丹东 东港`), and each must be there.
    """
    return queries.named(session, text, limit)


def load(session: Session, regions: Sequence[RegionInfo]) -> int:
    """Put the tree into the table, parents first; existing rows are updated. One statement.

    Returns how many rows are new or changed. Codes that a newer table no longer has stay, as history refers to them.
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
