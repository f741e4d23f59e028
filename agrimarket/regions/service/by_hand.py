"""Restrictions by hand: what an operator closes on their own word, with a source, until they or its end open it.

Each is a series of notices of its own, so that no official notice takes it away.
"""

import hashlib
from uuid import UUID

from sqlmodel import Session

from agrimarket.kernel import clock, outbox
from agrimarket.kernel.errors import NotFound
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.principal import Principal, Role
from agrimarket.kernel.waiting import Waiting
from agrimarket.regions.errors import HandEnded, HandTimes
from agrimarket.regions.events import HandRestrictionChanged
from agrimarket.regions.notices import Notice, Place
from agrimarket.regions.queries import by_hand as queries
from agrimarket.regions.service import bulletins, places
from agrimarket.regions.types.by_hand import BY_HAND, ByHand, RestrictedByHand
from agrimarket.regions.types.restrictions import RiskLevel


def restrict(session: Session, operator: Principal, asked: RestrictedByHand) -> ByHand:
    """Put a level into force in a region, or in communities of it, from `begins` (None: now) until `ends`, if any.

    `RegionUnknown`; `HandTimes` if it begins later than now, or ends before that. Records `HandRestrictionChanged`,
    and `RestrictionsChanged` where deliveries are affected.
    """
    operator.require(Role.OPERATOR)
    region = places.get(session, asked.region_code)
    now = clock.read(session)
    begins = asked.begins or now
    if begins > now:
        raise HandTimes(pointer="/begins")
    if asked.ends is not None and asked.ends <= now:
        raise HandTimes(pointer="/ends")
    hand_id = new_id()
    queries.insert(session, hand_id, asked, begins, operator.person_id)
    place = Place(region.full_name, communities=asked.communities, code=region.code)
    count = max(1, len(asked.communities))
    notice = Notice(
        published_at=begins,
        sha256=hashlib.sha256(hand_id.bytes).digest(),
        lists={level: [place] if level is asked.level else [] for level in RiskLevel},
        counts={level: (None, count if level is asked.level else 0) for level in RiskLevel},
        series=series_of(hand_id),
        expires_at=asked.ends,
    )
    bulletins.import_notice(session, notice, source=asked.source, by=operator.person_id)
    _tell(session, operator, hand_id, region.code, asked.level, asked.reason, ended=False)
    return _existing(session, hand_id)


def end(session: Session, operator: Principal, hand_id: UUID, why: str) -> ByHand:
    """End one now, for a reason; it stays in the history. `NotFound`; `HandEnded` if it has ended.

    Records `HandRestrictionChanged`, and `RestrictionsChanged` where deliveries are affected.
    """
    operator.require(Role.OPERATOR)
    found = _existing(session, hand_id, lock=True)
    if not found.in_force:
        raise HandEnded
    queries.end(session, hand_id, operator.person_id, why)
    notice = Notice(
        published_at=clock.read(session),
        sha256=hashlib.sha256(b"ended" + hand_id.bytes).digest(),
        lists={level: [] for level in RiskLevel},
        counts=dict.fromkeys(RiskLevel, (0, 0)),
        series=series_of(hand_id),
    )
    bulletins.import_notice(session, notice, source=found.source, by=operator.person_id)
    _tell(session, operator, hand_id, found.region.code, found.level, why, ended=True)
    return _existing(session, hand_id)


def listed(session: Session, operator: Principal, *, before: UUID | None = None, limit: int = 50) -> list[ByHand]:
    """Restrictions by hand, the newest first, also those that ended; for operators."""
    operator.require(Role.OPERATOR)
    return queries.newest_first(session, before, limit)


def read(session: Session, operator: Principal, hand_id: UUID) -> ByHand:
    """One of them; for operators. `NotFound` if there is none."""
    operator.require(Role.OPERATOR)
    return _existing(session, hand_id)


def waiting(session: Session) -> Waiting:
    """How many are in force that nobody gave an end, and since when the oldest is; one statement."""
    count, oldest = queries.waiting(session)
    return Waiting(count, oldest)


def series_of(hand_id: UUID) -> str:
    """The series of notices by which one is in force."""
    return f"{BY_HAND}{hand_id.hex}"


def _existing(session: Session, hand_id: UUID, *, lock: bool = False) -> ByHand:
    found = queries.get(session, hand_id, lock=lock)
    if found is None:
        raise NotFound
    return found


def _tell(
    session: Session, operator: Principal, hand_id: UUID, code: str, level: RiskLevel, why: str, *, ended: bool
) -> None:
    changed = HandRestrictionChanged(
        hand_restriction_id=hand_id,
        region_code=code,
        level=level.value,
        reason=why,
        ended=ended,
        person_id=operator.person_id,
    )
    outbox.record(session, changed)
