"""Holds: one operator at a time has an application or an appeal, for a while; each new hold raises its fence.

Review and triage share this module, so it belongs to neither.
"""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlmodel import Session

from agrimarket.drive import drive
from agrimarket.kernel.errors import Conflict
from agrimarket.onboarding.queries import holds as queries


class Holdable(Protocol):
    """A locked row that one operator at a time can hold."""

    reviewer_id: UUID | None
    held_until: datetime | None
    fence: int


def require_free(thing: Holdable, who: UUID, now: datetime, refusal: type[Conflict]) -> None:
    """Raise `refusal`, with the hold's end as `details.until`, while someone other than `who` holds the thing."""
    if thing.held_until is not None and thing.held_until > now and thing.reviewer_id != who:
        raise refusal(until=thing.held_until)


def take(thing: Holdable, who: UUID, now: datetime, refusal: type[Conflict]) -> None:
    """Give `who` a hold of the drive's length; a hold of theirs that has not lapsed is prolonged, under its fence.

    Raises `refusal` as `require_free` does.
    """
    require_free(thing, who, now, refusal)
    if thing.held_until is None or thing.held_until <= now:
        thing.fence += 1
    thing.reviewer_id = who
    thing.held_until = now + drive().windows.hold


def stands(thing: Holdable, who: UUID, fence: int | None) -> bool:
    """Whether `who` can act under the hold of `fence` (None: under any): until somebody else takes the thing, even if
    the hold has lapsed."""
    return thing.reviewer_id == who and thing.held_until is not None and fence in (None, thing.fence)


def let_go(session: Session, who: UUID) -> int:
    """End every hold of `who`, who is an operator no more; how many. What they held is back in its queue."""
    return queries.let_go(session, who)
