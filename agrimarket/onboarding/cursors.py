"""Paging of queues that are sorted by urgency as of a moment, so that pages do not shift."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from agrimarket.kernel.paging import Paging, moment


class Ranked(Protocol):
    """Something in a queue."""

    @property
    def id(self) -> UUID: ...
    @property
    def urgency(self) -> float: ...


Position = tuple[datetime, tuple[float, UUID]]
"""The moment as of which the queue is sorted, and what it goes on after."""


def _write(row: tuple[datetime, Ranked]) -> list[str]:
    return [row[0].isoformat(), row[1].urgency.hex(), str(row[1].id)]


def _read(keys: Sequence[str]) -> Position:
    as_of, urgency, last = keys
    return moment(as_of), (float.fromhex(urgency), UUID(last))


QUEUE: Paging[tuple[datetime, Any], Position] = Paging("queue", _write, _read)
