"""Following a region: a text when what is in force there changes, one a notice, until the reader ends it."""

from itertools import groupby
from uuid import UUID

from sqlmodel import Session

from agrimarket.kernel import outbox
from agrimarket.kernel.errors import NotFound
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.principal import Principal
from agrimarket.regions.errors import FollowsTooMany
from agrimarket.regions.events import FollowedRegionChanged, RestrictionsChanged
from agrimarket.regions.queries import follows as queries
from agrimarket.regions.service import places, restrictions
from agrimarket.regions.types.follows import Follow
from agrimarket.regions.types.restrictions import Verdict

MOST = 50
"""Regions that one person follows at most."""
NAMED = 3
"""Regions that one text names at most."""


def begin(session: Session, who: Principal, code: str) -> None:
    """Follow a region; twice is the same as once. `RegionUnknown`, `FollowsTooMany`."""
    region = places.get(session, code)
    if len(queries.of_person(session, who.person_id, MOST)) >= MOST and not is_following(session, who, code):
        raise FollowsTooMany(most=MOST)
    queries.begin(session, new_id(), who.person_id, region.code)


def end(session: Session, who: Principal, code: str) -> None:
    """Follow a region no more; `RegionUnknown`."""
    queries.end(session, who.person_id, places.get(session, code).code)


def is_following(session: Session, who: Principal, code: str) -> bool:
    """Whether somebody follows a region; one statement."""
    return queries.follows(session, who.person_id, code)


def mine(session: Session, who: Principal) -> list[Follow]:
    """The regions that somebody follows, in the order of the code tree; one statement."""
    return queries.of_person(session, who.person_id, MOST)


def read(session: Session, follow_id: UUID) -> Follow:
    """What a text is about, for whoever has its link; `NotFound` once it was ended."""
    found = queries.get(session, follow_id)
    if found is None:
        raise NotFound
    return found


def end_by_link(session: Session, follow_id: UUID) -> None:
    """End what a text is about, for whoever has its link. Twice does no harm."""
    queries.end_one(session, follow_id)


def tell(session: Session, event: RestrictionsChanged) -> int:
    """Record what to tell everybody whose region, or a part of it, or what it lies in, has changed; returns how many.

    Each person is told once a notice, however many of their regions changed.
    """
    concerned = queries.concerned(session, {*event.opened, *event.closed})
    regions = {follow.region.code for follow in concerned}
    verdicts = {code: restrictions.status(session, code).verdict for code in sorted(regions)}
    told = 0
    for _, group in groupby(concerned, lambda follow: follow.person_id):
        outbox.record(session, _changed(list(group), verdicts, event.bulletin_number))
        told += 1
    return told


def _changed(follows: list[Follow], verdicts: dict[str, Verdict], number: str) -> FollowedRegionChanged:
    regions = [follow.region for follow in follows[:NAMED]]
    found = {verdicts[follow.region.code] for follow in follows}
    rest = "…" if len(follows) > NAMED else ""
    return FollowedRegionChanged(
        follow_id=follows[0].id,
        person_id=follows[0].person_id,
        region_name="、".join(region.in_short("zh-Hans") for region in regions) + rest,
        region_latin=", ".join(region.in_short("en") for region in regions) + rest,
        bulletin_number=number,
        verdict=found.pop().value if len(found) == 1 else Verdict.PARTIAL.value,
    )
