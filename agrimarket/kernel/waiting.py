"""What waits at a desk, for the page that lists all desks."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wait, and since when the one that waits longest does; None where nothing waits."""

    count: int
    oldest: datetime | None
