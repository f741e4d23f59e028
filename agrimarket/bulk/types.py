"""Values that the services of `bulk` take and return."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from agrimarket.bulk.models import BulkFile
from agrimarket.bulk.states import RowState
from agrimarket.integrations.sheet_rows import Fault


@dataclass(frozen=True, slots=True)
class Change:
    """What a row changes in one column, in words of its file; `before` is "" where nothing was."""

    column: str
    before: str
    after: str


class Row(Protocol):
    """A row that is loaded: `service.files.opened` tells what it says, and `settle` what became of it."""

    file_id: UUID
    number: int
    sealed: bytes
    act: str
    faults: list[dict[str, Any]]
    state: RowState
    about_id: UUID | None


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """A row as the dry run found it.

    `act` is a word of its kind (`new`, `changed`, `pack` …), `values` is what is needed to do it, as JSON.
    """

    number: int
    cells: list[str]
    state: RowState
    act: str = ""
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])
    changes: Sequence[Change] = ()
    faults: Sequence[Fault] = ()
    about_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class FileView:
    """A file, and how many rows it has by state and act."""

    file: BulkFile
    counts: Mapping[tuple[RowState, str], int]

    def in_state(self, *states: RowState) -> int:
        """Number of rows in one of these states."""
        return sum(count for (state, _), count in self.counts.items() if state in states)

    @property
    def total(self) -> int:
        """Number of rows."""
        return sum(self.counts.values())
