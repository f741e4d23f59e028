"""The code tree: looking divisions up, and loading them."""

from collections.abc import Collection, Sequence

from sqlmodel import Session

from agrimarket.regions.errors import RegionAmbiguous, RegionUnknown
from agrimarket.regions.queries import places as queries
from agrimarket.regions.rules import is_called, is_code
from agrimarket.regions.types import RegionInfo


def get(session: Session, code: str) -> RegionInfo:
    """The division with that code; `RegionUnknown` (404) if there is none. One statement."""
    found = queries.get(session, code) if is_code(code) else None
    if found is None:
        raise RegionUnknown(codes=[code])
    return found


def called(session: Session, codes: Collection[str], language: str) -> dict[str, str]:
    """Full names in that language, by code; codes that do not exist are left out. One statement."""
    return {code: region.in_full(language) for code, region in queries.several(session, codes).items()}


def children(session: Session, parent: str | None) -> list[RegionInfo]:
    """The divisions directly beneath `parent`, or the provinces; in code order."""
    return queries.children(session, parent) if parent is None or is_code(parent) else []


def named(session: Session, text: str, limit: int = 10) -> list[RegionInfo]:
    """Divisions whose name contains what was typed, in simplified or traditional characters or in Pinyin; best first.

    Words may be separated by spaces or commas (`丹东 东港`, `Donggang, Liaoning`), and each must be there.
    """
    return queries.named(session, text, limit)


def meant(session: Session, typed: str) -> RegionInfo:
    """The one division that was typed, by its code or by a name that only one has.

    `RegionUnknown` for a code that none has; `RegionAmbiguous`, with those that may be meant, for any other text.
    """
    typed = typed.strip()
    if is_code(typed):
        return get(session, typed)
    found = queries.named(session, typed, 5)
    called = [region for region in found if is_called(region, typed)] or found
    if len(called) != 1:
        raise RegionAmbiguous(typed=typed, found="、".join(f"{each.full_name} {each.code}" for each in called))
    return called[0]


def pointed(session: Session, typed: str, pointer: str) -> RegionInfo:
    """As `meant`, with its refusals told at the field `pointer`."""
    try:
        return meant(session, typed)
    except (RegionUnknown, RegionAmbiguous) as refusal:
        raise RegionAmbiguous(pointer=pointer, typed=typed, found=refusal.values.get("found", "")) from refusal


def load(session: Session, regions: Sequence[RegionInfo]) -> int:
    """Put the tree into the table, parents first; existing rows are updated. One statement.

    Returns how many rows are new or changed. Codes that a newer table no longer has stay, as history refers to them.
    """
    return queries.load(session, regions)
