"""Serviceability: whether goods can be sent from one region to another, on a day and in a mode."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from sqlmodel import Session

from agrimarket.drive import drive
from agrimarket.kernel.i18n import PEOPLES_ZONE
from agrimarket.regions import modes
from agrimarket.regions.errors import (
    AddressUnclear,
    CommunityNeeded,
    CommunityRestricted,
    CountyNeeded,
    DateOutOfRange,
    DeliveryRestricted,
    EssentialOnly,
    OriginRestricted,
    RegionUnknown,
)
from agrimarket.regions.queries import serviceability as queries
from agrimarket.regions.queries.serviceability import DeliveryFacts, Said
from agrimarket.regions.rules import CLOSING, delivery_verdict, is_code, lies_in
from agrimarket.regions.types.restrictions import RestrictionInfo, Verdict
from agrimarket.regions.types.serviceability import Basis, Instead, Level, Mode, Remedy, Serviceability

SHOWN = 20
"""Number of closed communities that a refusal names at most."""
HORIZON: Final = timedelta(days=60)
"""How far ahead a day can be asked about: beyond that, what is in force now says nothing."""


def between(
    session: Session,
    origin: str,
    destination: str,
    community: str | None = None,
    *,
    mode: Mode = Mode.TRUCK,
    street: str = "",
) -> Serviceability:
    """Verdict on a delivery from `origin` to an address in `destination`, now. One statement.

    `open`: possible. `partial`: only if the address says more, so that it is sure not to be on the list. `closed`:
    impossible. A county with closed communities is served if the address names another one; an entry for the whole
    area closes it; low risk only informs, and middle risk lets goods come to a contactless point. Restrictions list
    the communities that the address touches (`communities.verdict`), or, if it names none, the first twenty. A
    `destination` above the counties is never `open` while anything beneath it is closed.
    `street` is what the address says beside its community: the house, the building. `RegionUnknown` for a code that
    does not exist.
    """
    said = Said(community or "", street)
    return _judge(_facts(session, {origin}, destination, said), destination, said, mode)


def each(
    session: Session,
    origins: Collection[str],
    destination: str,
    community: str | None,
    mode: Mode,
    offered: Iterable[Mode] = Mode,
    street: str = "",
) -> dict[str, Serviceability]:
    """As `between`, for each of several origins; only modes that are `offered` are proposed instead. One statement."""
    said = Said(community or "", street)
    facts = _facts(session, origins, destination, said)
    return {origin: _judge(_of_origin(facts, origin), destination, said, mode, offered=offered) for origin in origins}


def by_mode(session: Session, origins: Collection[str], destination: str) -> dict[str, dict[Mode, Serviceability]]:
    """As `between`, for each of several origins in each mode, of an address that says no community. One statement."""
    said = Said("")
    facts = _facts(session, origins, destination, said)
    return {
        origin: {mode: _judge(_of_origin(facts, origin), destination, said, mode) for mode in Mode}
        for origin in origins
    }


def answer(
    session: Session,
    origin: str,
    destination: str,
    community: str | None = None,
    *,
    mode: Mode | None = Mode.TRUCK,
    offered: Sequence[Mode] = tuple(Mode),
    day: date | None = None,
) -> Serviceability:
    """As `between`, and `closed` where the drive does not deliver: what somebody is told who wants to order.

    Without a `mode` the first of those `offered` that is open, else the first; only those are proposed instead.
    `day` is a day in China, today if None. A past one is answered as it stood when that day ended; of a future one it
    is assumed that what is in force stays, as far as no end or beginning is known. `DateOutOfRange` for a day before
    the oldest notice or beyond the `HORIZON`. One statement for today, two for another day.
    """
    at, basis = (None, Basis.IN_FORCE) if day is None else _moment(session, day)
    said = Said(community or "")
    facts = _facts(session, {origin}, destination, said, at)
    judged = [_judge(facts, destination, said, each, day, offered) for each in ([mode] if mode else offered)]
    best = next((each for each in judged if each.verdict is Verdict.OPEN), judged[0])
    best = replace(best, basis=basis, day=day)
    if drive().regions.delivered_to(destination):
        return best
    elsewhere = (Instead(Remedy.DESTINATION),)
    return replace(best, verdict=Verdict.CLOSED, level=Level.CLOSED, served=False, instead=elsewhere)


def require(
    session: Session,
    origins: Collection[str],
    destination: str,
    community: str | None = None,
    *,
    mode: Mode = Mode.TRUCK,
    offered: Iterable[Mode] = Mode,
    street: str = "",
) -> Serviceability:
    """The verdict `open`; `DeliveryRestricted`, with the reason, for any other. One statement.

    `OriginRestricted`, `EssentialOnly`, `CommunityNeeded`, `CountyNeeded`, `AddressUnclear` and `CommunityRestricted`
    are its kinds, each with a sentence of its own. Only modes that are `offered` are proposed instead.
    """
    said = Said(community or "", street)
    judged = _judge(_facts(session, origins, destination, said), destination, said, mode, offered=offered)
    if judged.verdict is not Verdict.OPEN:
        raise refusal(judged, destination, community)
    return judged


def refusal(judged: Serviceability, destination: str, community: str | None) -> DeliveryRestricted:
    """The refusal of a delivery that the verdict forbids."""
    blocking = _told(judged, destination)
    return _kind(judged, blocking, destination)(
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
        mode=judged.mode.value,
        level=judged.level.value,
        instead=[_plain(each) for each in judged.instead],
    )


def _told(judged: Serviceability, destination: str) -> RestrictionInfo:
    """The restriction that a refusal tells of: one of a county that the address should name, else the first."""
    first = judged.blocking[0]
    beneath = (entry for entry in judged.blocking if _is_beneath(entry, destination))
    return next(beneath, first) if judged.verdict is Verdict.PARTIAL else first


def _is_beneath(entry: RestrictionInfo, destination: str) -> bool:
    return entry.region_code != destination and lies_in(entry.region_code, destination)


def _listed(blocking: RestrictionInfo) -> str:
    """What the notice says of the place, in its own words."""
    return blocking.communities[0] if blocking.communities else blocking.place


def closed_origins(session: Session, codes: Collection[str]) -> dict[str, RestrictionInfo]:
    """Those of `codes` from which nothing leaves now, and what closed them first. One statement."""
    return queries.closed_origins(session, codes) if codes else {}


def modes_into(session: Session, destination: str) -> tuple[Mode, ...]:
    """Modes in which things get now to somewhere in `destination` at least, whatever they come from. One statement.

    `RegionUnknown` for a code that does not exist.
    """
    said = Said("")
    facts = _facts(session, (), destination, said)
    return tuple(mode for mode in Mode if _judge(facts, destination, said, mode).verdict is not Verdict.CLOSED)


def _plain(remedy: Instead) -> dict[str, Any]:
    return {
        "kind": remedy.kind.value,
        "mode": remedy.mode.value if remedy.mode else None,
        "date": remedy.day.isoformat() if remedy.day else None,
    }


def _kind(judged: Serviceability, blocking: RestrictionInfo, destination: str) -> type[DeliveryRestricted]:
    if judged.verdict is Verdict.PARTIAL and _is_beneath(blocking, destination):
        return CountyNeeded
    if judged.verdict is Verdict.PARTIAL:
        return CommunityNeeded if blocking.touch is None else AddressUnclear
    if any(remedy.mode is Mode.CONTACTLESS_POINT for remedy in judged.instead):
        return EssentialOnly
    if not blocking.whole_area:
        return CommunityRestricted
    return DeliveryRestricted if lies_in(destination, blocking.region_code) else OriginRestricted


def _moment(session: Session, day: date) -> tuple[datetime | None, Basis]:
    """The moment as of which that day is answered, None for now; `DateOutOfRange`."""
    now, oldest = queries.days(session)
    today = now.astimezone(PEOPLES_ZONE).date()
    earliest = min(today, oldest.astimezone(PEOPLES_ZONE).date()) if oldest else today
    if not earliest <= day <= today + HORIZON:
        raise DateOutOfRange(pointer="/date", earliest=earliest, latest=today + HORIZON)
    if day == today:
        return None, Basis.IN_FORCE
    ends = datetime.combine(day + timedelta(days=1), time(), PEOPLES_ZONE) - timedelta(microseconds=1)
    return ends.astimezone(UTC), Basis.HISTORY if day < today else Basis.ASSUMED


def _facts(
    session: Session, origins: Collection[str], destination: str, said: Said, at: datetime | None = None
) -> DeliveryFacts:
    malformed = [code for code in (*origins, destination) if not is_code(code)]
    found = None if malformed else queries.between(session, origins, destination, said, SHOWN, at)
    if found is None or found.unknown:
        raise RegionUnknown(codes=found.unknown if found else malformed)
    return found


def _of_origin(facts: DeliveryFacts, origin: str) -> DeliveryFacts:
    return replace(facts, origins=[entry for entry in facts.origins if lies_in(origin, entry.region_code)])


def _judge(
    found: DeliveryFacts,
    destination: str,
    said: Said,
    mode: Mode,
    day: date | None = None,
    offered: Iterable[Mode] = Mode,
) -> Serviceability:
    by_mode = {
        each: delivery_verdict(
            found.origins, modes.stopping(found.destination, each), modes.stopping(found.touched, each), said.whole
        )
        for each in Mode
    }
    verdict, blocking = by_mode[mode]
    verdicts = {each: judged for each, (judged, _) in by_mode.items()}
    listed = [*found.destination, *(entry for entry in found.origins if entry.whole_area and entry.level in CLOSING)]
    return Serviceability(
        verdict,
        listed,
        blocking,
        mode=mode,
        level=modes.level_of(verdicts),
        instead=modes.instead(verdicts, mode, blocking, destination, day, offered),
    )
