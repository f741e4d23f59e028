"""Restrictions in force: all replaced by each new notice, and read by region."""

from collections.abc import Iterable, Mapping

from sqlmodel import Session

from agrimarket.regions.errors import RegionUnknown
from agrimarket.regions.queries import restrictions as queries
from agrimarket.regions.rules import CLOSING, is_code, verdict_of
from agrimarket.regions.types import BulletinSummary, EntryKey, RegionStatus, RestrictionInfo, StagedEntry, Verdict


def status(session: Session, code: str) -> RegionStatus:
    """Restrictions in force in a region; `RegionUnknown` if there is no such region. One statement.

    Restrictions of the region itself and of its ancestors name all their communities; those beneath it only count
    them. An unresolved entry of an ancestor is listed, but does not affect the verdict.
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
    """Entries in force whose names could not be resolved; for operators, who may extend `data/aliases.csv`."""
    return queries.unresolved(session)


def replace_all(
    session: Session, bulletin: BulletinSummary, staged: Mapping[EntryKey, StagedEntry]
) -> tuple[set[str], set[str]]:
    """Put `staged` into force in place of everything that is; returns the codes of regions opened and closed.

    Entries that stay in force keep their `since`; their staged counterparts take their ids. Four statements.
    """
    in_force = queries.in_force(session)
    for key, entry in staged.items():
        entry.id = in_force.get(key, entry.id)
    gone = [key for key in in_force if key not in staged]
    fresh = [key for key in staged if key not in in_force]
    queries.end(session, bulletin, [in_force[key] for key in gone])
    queries.begin(session, bulletin, {staged[key].id: key for key in fresh})
    ended, begun = queries.replace_communities(session, bulletin.published_at, staged.values())
    by_id = {entry.id: key for key, entry in staged.items()} | {in_force[key]: key for key in gone}
    opened = _closing_codes([*gone, *(by_id[changed] for changed in ended)])
    closed = _closing_codes([*fresh, *(by_id[changed] for changed in begun)])
    return opened, closed


def _closing_codes(keys: Iterable[EntryKey]) -> set[str]:
    return {key.region_code for key in keys if key.region_code is not None and key.level in CLOSING}
