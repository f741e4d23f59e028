"""Cursors of queues that are sorted by urgency as of a moment, so that pages do not shift."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from agrimarket.kernel.wire import CursorMalformed, decode_cursor, encode_cursor


class Ranked(Protocol):
    """Something in a queue."""

    @property
    def id(self) -> UUID: ...
    @property
    def urgency(self) -> float: ...


def following(moment: datetime, shown: Sequence[Ranked], limit: int) -> str | None:
    """The cursor of what comes after a page of a queue as of `moment`, where there may be more."""
    if len(shown) < limit:
        return None
    return encode_cursor(moment.isoformat(), shown[-1].urgency.hex(), str(shown[-1].id))


def position(cursor: str | None) -> tuple[datetime | None, tuple[float, UUID] | None]:
    """The moment of a cursor made by `following`, and what it comes after; `CursorMalformed`."""
    if cursor is None:
        return None, None
    moment, urgency, last = decode_cursor(cursor, 3)
    try:
        as_of, after = datetime.fromisoformat(moment), (float.fromhex(urgency), UUID(last))
    except (ValueError, OverflowError) as error:
        raise CursorMalformed(pointer="/cursor") from error
    if as_of.tzinfo is None:
        raise CursorMalformed(pointer="/cursor")
    return as_of, after
