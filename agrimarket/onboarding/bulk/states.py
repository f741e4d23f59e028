"""States of imports, their rows, and what was filed for members; and the only ways between them."""

from collections.abc import Mapping
from enum import StrEnum


class ImportState(StrEnum):
    """Where an import stands. A checked one has changed nothing outside itself."""

    CHECKED = "checked"
    LOADING = "loading"
    LOADED = "loaded"
    CANCELLED = "cancelled"


IMPORT: Mapping[ImportState, frozenset[ImportState]] = {
    ImportState.CHECKED: frozenset({ImportState.LOADING, ImportState.CANCELLED}),
    ImportState.LOADING: frozenset({ImportState.LOADED, ImportState.CANCELLED}),
}


class RowState(StrEnum):
    """What became of a row. `known`: the same had been filed before, or the member has answered already."""

    READY = "ready"
    ERROR = "error"
    LOADED = "loaded"
    UPDATED = "updated"
    KNOWN = "known"
    FAILED = "failed"


ROW: Mapping[RowState, frozenset[RowState]] = {
    RowState.READY: frozenset({RowState.LOADED, RowState.UPDATED, RowState.KNOWN, RowState.FAILED}),
}

DONE = (RowState.LOADED, RowState.UPDATED, RowState.KNOWN, RowState.FAILED)


class FilingState(StrEnum):
    """What the member said to what was filed for them. Until they confirm, nothing leaves it."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    DECLINED = "declined"


FILING: Mapping[FilingState, frozenset[FilingState]] = {
    FilingState.WAITING: frozenset({FilingState.CONFIRMED, FilingState.DECLINED}),
}
