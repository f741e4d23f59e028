"""States of files that people upload to do many things at once, and of their rows."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What the rows of a file are about."""

    LISTINGS = "listings"
    ORDERS = "orders"


class FileState(StrEnum):
    """States of a file. `checked` is the dry run: nothing has been done yet."""

    CHECKED = "checked"
    LOADING = "loading"
    LOADED = "loaded"


class RowState(StrEnum):
    """States of a row. `known`: all of it was so already. `waiting`: half done, the rest goes on by itself."""

    ERROR = "error"
    KNOWN = "known"
    READY = "ready"
    WAITING = "waiting"
    LOADED = "loaded"
    FAILED = "failed"


FILE_TRANSITIONS: Final[Mapping[FileState, frozenset[FileState]]] = {
    FileState.CHECKED: frozenset({FileState.LOADING}),
    FileState.LOADING: frozenset({FileState.LOADED}),
}
ROW_TRANSITIONS: Final[Mapping[RowState, frozenset[RowState]]] = {
    RowState.READY: frozenset({RowState.KNOWN, RowState.WAITING, RowState.LOADED, RowState.FAILED}),
    RowState.WAITING: frozenset({RowState.LOADED, RowState.FAILED}),
}
