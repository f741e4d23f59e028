"""Restrictions in force, read by region."""

from sqlmodel import Session

from agrimarket.kernel.keeping import Kept
from agrimarket.regions.errors import RegionUnknown
from agrimarket.regions.queries import restrictions as queries
from agrimarket.regions.rules import is_code, verdict_of
from agrimarket.regions.types.restrictions import RegionStatus, RestrictionInfo


def status(session: Session, code: str) -> RegionStatus:
    """Restrictions in force in a region; `RegionUnknown` if there is no such region. One statement.

    Restrictions of the region itself and of its ancestors name all their communities; those beneath it only count
    them. What is only known to lie in the region, or in an ancestor, makes it `partial`.
    """
    return _read(session, code)[1]


def kept_status(session: Session, kept: Kept, code: str) -> RegionStatus:
    """As `status`. What is kept is given again if nothing has changed since, which one small statement asks."""
    return kept.read(("status", code), lambda: queries.version(session), lambda: _read(session, code))


def _read(session: Session, code: str) -> tuple[str, RegionStatus]:
    found = queries.status(session, code) if is_code(code) else None
    if found is None:
        raise RegionUnknown(codes=[code])
    verdict = verdict_of(found.here, found.beneath)
    shown = [*found.here, *found.beneath]
    return found.version, RegionStatus(code, verdict, shown, found.region, found.bulletin_number, found.as_of)


def unresolved(session: Session) -> list[RestrictionInfo]:
    """Entries in force whose names could not be resolved; for operators, who may answer (`service.unresolved`)."""
    return queries.unresolved(session)
