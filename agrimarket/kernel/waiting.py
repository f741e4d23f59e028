"""What waits: at a desk, for the page that lists all desks; for a person, for their home."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Any
from uuid import UUID

from agrimarket.kernel.addresses import path_of, title_of
from agrimarket.kernel.ids import short_number
from agrimarket.kernel.principal import Role


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wait, and since when the one that waits longest does; None where nothing waits."""

    count: int
    oldest: datetime | None


class Turn(IntEnum):
    """Whose turn it is: the person's own, somebody else's, or nobody's any more."""

    YOURS = 0
    THEIRS = 1
    DONE = 2


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a person's home.

    `kind` is the id of its sentence: that of the message that told the same, where there is one. `page` and `id` say
    what it is about and where one acts on it; `number` is its short number unless the thing has one of its own. `due`
    is when it ends or is promised, UTC; None where nothing runs out. `about` are the words and values that tell it from
    others, such as its produce and weight.
    """

    kind: str
    page: str
    id: UUID
    turn: Turn
    due: datetime | None = None
    params: Mapping[str, Any] = field(default_factory=dict[str, Any])
    about: tuple[Any, ...] = ()
    role: Role | None = None
    number: str = ""

    @property
    def path(self) -> str:
        """Address of the page where one acts on it."""
        return path_of(self.page, self.id)

    def title(self, language: str) -> str:
        """What messages and its page call it: its kind and number."""
        return title_of(self.page, self.number or short_number(self.id), language)
