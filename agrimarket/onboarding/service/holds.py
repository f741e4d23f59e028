"""Holding: one operator has an application or an appeal at hand for a while; each new claim raises its fence."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from agrimarket.kernel.errors import Conflict
from agrimarket.onboarding import rules


class Holdable(Protocol):
    """A locked row that one operator at a time can hold."""

    reviewer_id: UUID | None
    held_until: datetime | None
    fence: int


def require_free(thing: Holdable, who: UUID, now: datetime, held: type[Conflict]) -> None:
    """Raises `held`, whose `details.until` says until when, while someone else than `who` holds it."""
    if thing.held_until is not None and thing.held_until > now and thing.reviewer_id != who:
        raise held(until=thing.held_until)


def take(thing: Holdable, who: UUID, now: datetime, held: type[Conflict]) -> None:
    """`who` holds it for `rules.HOLD` from now; who holds it already holds it longer, under the same fence.

    Raises `held` as `require_free` does.
    """
    require_free(thing, who, now, held)
    if thing.held_until is None or thing.held_until <= now:
        thing.fence += 1
    thing.reviewer_id = who
    thing.held_until = now + rules.HOLD


def stands(thing: Holdable, who: UUID, fence: int | None) -> bool:
    """Whether that claim, or with None any claim of `who`, still stands: one that has lapsed does until it is lost."""
    return thing.reviewer_id == who and thing.held_until is not None and fence in (None, thing.fence)
