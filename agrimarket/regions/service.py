"""Use cases of `regions`: the code tree, notices, and whether a delivery can be made."""

from uuid import UUID

from sqlmodel import Session

from agrimarket.kernel.i18n import PEOPLES_ZONE
from agrimarket.regions import queries
from agrimarket.regions.errors import (
    BulletinUnknown,
    CommunityNeeded,
    CommunityRestricted,
    DeliveryRestricted,
    OriginRestricted,
    RegionUnknown,
)
from agrimarket.regions.importing import import_bulletin
from agrimarket.regions.rules import CLOSING, delivery_verdict, normalise, verdict_of
from agrimarket.regions.tree import load_regions
from agrimarket.regions.types import (
    BulletinSummary,
    RegionInfo,
    RegionStatus,
    RestrictionInfo,
    Serviceability,
    Verdict,
)

SHOWN = 20
"""How many closed communities a refusal names."""


def region(session: Session, code: str) -> RegionInfo:
    """The division of that code; `RegionUnknown` (404) if there is none. One statement."""
    found = queries.region(session, code) if _well_formed(code) else None
    if found is None:
        raise RegionUnknown(codes=[code])
    return found


def _well_formed(code: str) -> bool:
    return len(code) == 6 and code.isascii() and code.isdecimal()


def regions_named(session: Session, text: str, limit: int = 10) -> list[RegionInfo]:
    """Divisions whose name holds what was typed, in simplified or traditional characters; best first.

    Words may be parted by spaces (`丹东 东港`), and each must be there.
    """
    return queries.regions_named(session, text, limit)


def children(session: Session, parent: str | None) -> list[RegionInfo]:
    """The divisions right beneath `parent`, or the provinces; in code order."""
    return queries.children(session, parent) if parent is None or _well_formed(parent) else []


def status(session: Session, code: str) -> RegionStatus:
    """What is in force in a region; `RegionUnknown` if there is none. One statement.

    Restrictions of the region itself and of what it lies in name all their communities; those beneath it only count
    them. An unresolved entry of an ancestor is listed, and does not make the verdict.
    """
    found = queries.status(session, code) if _well_formed(code) else None
    if found is None:
        raise RegionUnknown(codes=[code])
    verdict = verdict_of(found.here)
    if verdict is Verdict.OPEN and verdict_of(found.beneath) is not Verdict.OPEN:
        verdict = Verdict.PARTIAL
    restrictions = [*found.here, *found.beneath]
    return RegionStatus(code, verdict, restrictions, found.region, found.bulletin_number, found.as_of)


def serviceability(session: Session, origin: str, destination: str, community: str | None = None) -> Serviceability:
    """Whether something goes from `origin` to an address in `destination`. One statement.

    `open`: it does. `partial`: only if the address names a community that is not on the list. `closed`: it does not.
    A county with closed communities is served where the address names another one; an entry for the whole area
    closes it; low risk only informs. Restrictions list the communities that the address touches, or, where it names
    none, the first twenty. `RegionUnknown` for a code that does not exist.
    """
    return _judge(session, {origin}, destination, community)


def require_serviceable(session: Session, origins: set[str], destination: str, community: str | None = None) -> None:
    """Nothing, or the reason why not: a `DeliveryRestricted`. One statement.

    `OriginRestricted`, `CommunityNeeded` and `CommunityRestricted` are its kinds, each with a sentence of its own.
    """
    judged = _judge(session, origins, destination, community)
    if judged.verdict is Verdict.OPEN:
        return
    blocking = judged.blocking[0]
    raise _kind(judged, blocking, destination)(
        destination=destination,
        region=blocking.region_code,
        region_name=blocking.region_name,
        since=blocking.since,
        day=blocking.since.astimezone(PEOPLES_ZONE).date(),
        bulletin_number=blocking.bulletin_number,
        bulletin_id=blocking.bulletin_id,
        source=blocking.source,
        community_count=sum(entry.community_count for entry in judged.blocking),
        closed_communities=[name for entry in judged.blocking for name in entry.communities][:SHOWN],
        community=blocking.communities[0] if blocking.communities else (community or ""),
    )


def _kind(judged: Serviceability, blocking: RestrictionInfo, destination: str) -> type[DeliveryRestricted]:
    if judged.verdict is Verdict.PARTIAL:
        return CommunityNeeded
    if not blocking.whole_area:
        return CommunityRestricted
    return DeliveryRestricted if _covers(blocking.region_code, destination) else OriginRestricted


def _covers(code: str, other: str) -> bool:
    return code in (other, other[:4] + "00", other[:2] + "0000")


def _judge(session: Session, origins: set[str], destination: str, community: str | None) -> Serviceability:
    malformed = [code for code in (*origins, destination) if not _well_formed(code)]
    found = None if malformed else queries.between(session, origins, destination, normalise(community or ""), SHOWN)
    if found is None or found.unknown:
        raise RegionUnknown(codes=found.unknown if found else malformed)
    verdict, blocking = delivery_verdict(found.origins, found.destination, found.touched, community)
    listed = [*found.destination, *(entry for entry in found.origins if entry.whole_area and entry.level in CLOSING)]
    return Serviceability(verdict, listed, blocking)


def bulletins(session: Session, *, before: tuple[str, UUID] | None, limit: int) -> list[BulletinSummary]:
    """Notices, newest first, after the position of a cursor."""
    return queries.bulletins(session, before, limit)


def bulletin(session: Session, bulletin_id: UUID) -> BulletinSummary:
    """A notice; `BulletinUnknown` if there is none."""
    found = queries.bulletin(session, bulletin_id)
    if found is None:
        raise BulletinUnknown
    return found


def unresolved(session: Session) -> list[RestrictionInfo]:
    """Entries in force whose names could not be resolved; for operators, who may extend `data/aliases.csv`."""
    return queries.unresolved(session)


__all__ = [
    "BulletinSummary",
    "RegionInfo",
    "RegionStatus",
    "RestrictionInfo",
    "Serviceability",
    "Verdict",
    "bulletin",
    "bulletins",
    "children",
    "import_bulletin",
    "load_regions",
    "region",
    "regions_named",
    "require_serviceable",
    "serviceability",
    "status",
    "unresolved",
]
