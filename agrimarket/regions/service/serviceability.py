"""Serviceability: whether goods can be sent from one region to another."""

from collections.abc import Collection
from dataclasses import replace

from sqlmodel import Session

from agrimarket.drive import drive
from agrimarket.kernel.i18n import PEOPLES_ZONE
from agrimarket.regions.errors import (
    AddressUnclear,
    CommunityNeeded,
    CommunityRestricted,
    DeliveryRestricted,
    OriginRestricted,
    RegionUnknown,
)
from agrimarket.regions.queries import serviceability as queries
from agrimarket.regions.rules import CLOSING, delivery_verdict, is_code, lies_in
from agrimarket.regions.types import RestrictionInfo, Serviceability, Verdict

SHOWN = 20
"""Number of closed communities that a refusal names at most."""


def between(session: Session, origin: str, destination: str, community: str | None = None) -> Serviceability:
    """Verdict on a delivery from `origin` to an address in `destination`. One statement.

    `open`: possible. `partial`: only if the address says more, so that it is sure not to be on the list. `closed`:
    impossible. A county with closed communities is served if the address names another one; an entry for the whole
    area closes it; low risk only informs. Restrictions list the communities that the address touches
    (`communities.verdict`), or, if it names none, the first twenty. `RegionUnknown` for a code that does not exist.
    """
    return _judge(session, {origin}, destination, community)


def answer(session: Session, origin: str, destination: str, community: str | None = None) -> Serviceability:
    """As `between`, and `closed` where the drive does not deliver: what somebody is told who wants to order."""
    judged = between(session, origin, destination, community)
    served = drive().regions.delivered_to(destination)
    return judged if served else replace(judged, verdict=Verdict.CLOSED, served=False)


def require(session: Session, origins: Collection[str], destination: str, community: str | None = None) -> None:
    """Raise `DeliveryRestricted`, with the reason, unless the verdict is `open`. One statement.

    `OriginRestricted`, `CommunityNeeded`, `AddressUnclear` and `CommunityRestricted` are its kinds, each with a
    sentence of its own.
    """
    judged = _judge(session, origins, destination, community)
    if judged.verdict is Verdict.OPEN:
        return
    blocking = judged.blocking[0]
    raise _refusal(judged, blocking, destination)(
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
        community=_listed(blocking) or (community or ""),
    )


def _listed(blocking: RestrictionInfo) -> str:
    """What the notice says of the place, in its own words."""
    return blocking.communities[0] if blocking.communities else blocking.place


def _refusal(judged: Serviceability, blocking: RestrictionInfo, destination: str) -> type[DeliveryRestricted]:
    if judged.verdict is Verdict.PARTIAL:
        return CommunityNeeded if blocking.touch is None else AddressUnclear
    if not blocking.whole_area:
        return CommunityRestricted
    return DeliveryRestricted if lies_in(destination, blocking.region_code) else OriginRestricted


def _judge(session: Session, origins: Collection[str], destination: str, community: str | None) -> Serviceability:
    malformed = [code for code in (*origins, destination) if not is_code(code)]
    found = None if malformed else queries.between(session, origins, destination, community or "", SHOWN)
    if found is None or found.unknown:
        raise RegionUnknown(codes=found.unknown if found else malformed)
    verdict, blocking = delivery_verdict(found.origins, found.destination, found.touched, community)
    listed = [*found.destination, *(entry for entry in found.origins if entry.whole_area and entry.level in CLOSING)]
    return Serviceability(verdict, listed, blocking)
