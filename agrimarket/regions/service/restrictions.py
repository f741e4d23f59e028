"""Restrictions in force, read by region."""

from collections.abc import Iterable

from sqlmodel import Session

from agrimarket.regions.errors import RegionUnknown
from agrimarket.regions.queries import restrictions as queries
from agrimarket.regions.rules import is_code, verdict_of
from agrimarket.regions.types import RegionStatus, RestrictionInfo, Verdict


def status(session: Session, code: str) -> RegionStatus:
    """Restrictions in force in a region; `RegionUnknown` if there is no such region. One statement.

    Restrictions of the region itself and of its ancestors name all their communities; those beneath it only count
    them. What is only known to lie in the region, or in an ancestor, makes it `partial`.
    """
    found = queries.status(session, code) if is_code(code) else None
    if found is None:
        raise RegionUnknown(codes=[code])
    restrictions = [*found.here, *found.beneath]
    verdict = standing(found.here, found.beneath)
    return RegionStatus(code, verdict, restrictions, found.region, found.bulletin_number, found.as_of)


def standing(here: Iterable[RestrictionInfo], beneath: Iterable[RestrictionInfo]) -> Verdict:
    """A region's verdict by the restrictions of itself and its ancestors, and by those beneath it."""
    verdict = verdict_of(here)
    if verdict is Verdict.OPEN and verdict_of(beneath) is not Verdict.OPEN:
        return Verdict.PARTIAL
    return verdict


def unresolved(session: Session) -> list[RestrictionInfo]:
    """Entries in force whose names could not be resolved; for operators, who may answer (`service.unresolved`)."""
    return queries.unresolved(session)
