"""Queues of the review and the triage desk: sorted by urgency as of a moment, so that their pages do not shift."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from agrimarket.kernel.paging import Paging, moment
from agrimarket.onboarding import rules


class Ranked(Protocol):
    """An entry of a queue, as of the moment by which the queue is sorted."""

    @property
    def as_of(self) -> datetime: ...
    @property
    def urgency(self) -> float: ...
    @property
    def id(self) -> UUID: ...


class Position(NamedTuple):
    """The end of a page: the moment by which the queue is sorted, and the sort keys of the last row."""

    as_of: datetime
    urgency: float
    id: UUID


def _write(row: Ranked) -> list[str]:
    return [row.as_of.isoformat(), row.urgency.hex(), str(row.id)]


def _read(keys: Sequence[str]) -> Position:
    as_of, urgency, last = keys
    return Position(moment(as_of), float.fromhex(urgency), UUID(last))


QUEUE: Paging[Any, Position] = Paging("queue", _write, _read)


def parameters(as_of: datetime, after: Position | None, limit: int) -> dict[str, Any]:
    """Parameters that the SQL of every queue takes."""
    return {
        "as_of": as_of,
        "shortest": rules.SHORTEST_LEFT.total_seconds(),
        "urgency": after.urgency if after else None,
        "id": after.id if after else None,
        "limit": limit,
    }
