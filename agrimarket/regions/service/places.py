"""The code tree: looking divisions up, and loading them."""

from collections.abc import Collection, Sequence

from sqlmodel import Session

from agrimarket.regions.errors import RegionAmbiguous, RegionNotFound, RegionUnknown
from agrimarket.regions.finding import ranked, read
from agrimarket.regions.queries import places as queries
from agrimarket.regions.rules import is_code
from agrimarket.regions.service import served
from agrimarket.regions.types.places import FoundRegion, PlaceName, PlaceText, RegionInfo, RegionLevel


def get(session: Session, code: str) -> RegionInfo:
    """The division with that code; `RegionUnknown` (404) if there is none. One statement."""
    found = queries.get(session, code) if is_code(code) else None
    if found is None:
        raise RegionUnknown(codes=[code])
    return found


def called(session: Session, codes: Collection[str], language: str) -> dict[str, str]:
    """Full names in that language, by code; codes that do not exist are left out. One statement."""
    return {code: region.in_full(language) for code, region in queries.several(session, codes).items()}


def by_codes(session: Session, codes: Collection[str]) -> dict[str, RegionInfo]:
    """Those of the divisions that exist, by code. One statement; none for no codes."""
    wanted = {code for code in codes if is_code(code)}
    return queries.several(session, wanted) if wanted else {}


def destination(session: Session, code: str, typed: str, pointer: str) -> RegionInfo:
    """The place with that `code`, or else the one that was surely meant by what was typed, to have things sent there.

    What `get` and `pointed` refuse, and `DestinationNotServed` where the drive does not deliver.
    """
    chosen = get(session, code) if code else pointed(session, typed, pointer)
    if chosen.level is not RegionLevel.PROVINCE:
        served.require_destination(session, chosen.code)
    return chosen


def children(session: Session, parent: str | None) -> list[RegionInfo]:
    """The divisions directly beneath `parent`, or the provinces; in code order.

    Groups of the code table (市辖区, 省直辖县级行政区划) are stepped over.
    """
    return queries.children(session, parent) if parent is None or is_code(parent) else []


def find(session: Session, text: str, limit: int = 10) -> list[FoundRegion]:
    """Divisions that fit what was typed, best first; of equally good ones the better known comes first.

    Names may be official, short (沪, 武汉江岸), former, in either script, in Latin letters or initials, in any order,
    with a slip of one character, or a code or its beginning; what is left over (a street, a number) does no harm.
    One statement; where no name fits a second looks for names that contain the words typed.
    """
    typed = read(text)
    found = ranked(typed, queries.hits(session, typed), limit) if typed.text else []
    return found or [FoundRegion(region) for region in queries.containing(session, text, limit)]


def pointed(session: Session, typed: str, pointer: str) -> RegionInfo:
    """The one division that was surely meant.

    `RegionAmbiguous` at the field `pointer`, with those it may be; `RegionNotFound` where it is like none.
    """
    found = meant(session, typed.strip(), 5)
    if not found:
        raise RegionNotFound(pointer=pointer, typed=typed, found="")
    region = sure(found)
    if region is None:
        chinese = "、".join(f"{each.region.full_name} {each.region.code}" for each in found)
        names = PlaceText(chinese, "; ".join(f"{each.region.in_full('en')} {each.region.code}" for each in found))
        raise RegionAmbiguous(pointer=pointer, typed=typed, found=names)
    return region


def sure(found: Sequence[FoundRegion]) -> RegionInfo | None:
    """The one place of those that `meant` gives, if it was surely meant; a form takes no other by itself."""
    return found[0].region if len(found) == 1 and found[0].exact else None


def meant(session: Session, text: str, limit: int = 10) -> list[FoundRegion]:
    """The one place that was surely meant; else those that it may have been, for somebody to choose from.

    Sure (`exact`) is a place whose names were typed as they are, and which fits better than any other.
    """
    found = find(session, text, limit)
    if found and found[0].exact:
        return [each for each in found if each.exact and each.score == found[0].score]
    return found


def load(session: Session, regions: Sequence[RegionInfo], names: Sequence[PlaceName]) -> int:
    """Put the tree into its table, parents first, and the names by which places are found. Three statements.

    Existing divisions are updated, and `names` take the place of all that were there. Returns how many divisions are
    new or changed. Codes that a newer table no longer has stay, as history refers to them.
    """
    changed = queries.load(session, regions)
    queries.load_names(session, names)
    return changed
