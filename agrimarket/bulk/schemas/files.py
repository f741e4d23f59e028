"""Files over HTTP, and what is wrong in their rows."""

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import Field

from agrimarket.bulk.models import BulkFile
from agrimarket.bulk.states import FileState, Kind, RowState
from agrimarket.bulk.types import CheckedRow, FileView
from agrimarket.integrations.sheet_rows import Fault, padded
from agrimarket.integrations.sheets import MAX_COLUMNS
from agrimarket.kernel.i18n import catalogue, t
from agrimarket.kernel.resources import BulkFileId, reference
from agrimarket.kernel.wire import Count, Instant, Out

ColumnOf = Callable[[str], str | None]
"""Column that a header means, or None for one that is not read."""
PATHS = {Kind.LISTINGS: "/v1/listings/imports", Kind.ORDERS: "/v1/seller-orders/bulk/files"}
"""Address of each kind's files."""


class RowFault(Out):
    """A fault, in the caller's language."""

    code: Annotated[str, Field(examples=["phone_unreadable"])]
    detail: str

    @classmethod
    def of(cls, fault: Fault, language: str) -> "RowFault":
        """A fault in words: those of its field, or those of the refusal that it was."""
        known = catalogue(language)
        key = next((key for key in (f"field.{fault.code}", fault.code) if key in known), "field.other")
        params = {"example": "500斤", **fault.params}  # faults of files from before sentences had examples lack theirs
        return cls(code=fault.code, detail=t(key, language, **params))


class BulkCountsOut(Out):
    """Numbers of rows by outcome. `known`: all of it was so before. `waiting`: half done, goes on by itself."""

    rows: Annotated[Count, Field(examples=[1_000])]
    error: Annotated[Count, Field(examples=[1])]
    known: Count
    ready: Annotated[Count, Field(examples=[999])]
    waiting: Count
    loaded: Count
    failed: Count


class BulkNextOut(Out):
    """What to do next."""

    text: str
    path: Annotated[str, Field(examples=["/v1/listings/imports/blk_01m8504b7ye8nbqetv75q9crjn/load"])]


class BulkFileOut(Out):
    """A file of many listings or orders. `checked` is the dry run: nothing was changed yet.

    `acts` counts the rows that are right by what they do. `progress` runs from 0 to 1 over them.
    """

    id: BulkFileId
    kind: Kind
    state: FileState
    file_name: Annotated[str, Field(examples=["listings.csv"])]
    format: Annotated[str, Field(examples=["csv"])]
    counts: BulkCountsOut
    acts: Annotated[dict[str, Count], Field(examples=[{"new": 990, "changed": 9}])]
    progress: Annotated[float, Field(ge=0, le=1)]
    next: BulkNextOut
    created_at: Instant
    started_at: Instant | None
    ended_at: Instant | None

    @classmethod
    def of(cls, view: FileView, language: str) -> "BulkFileOut":
        """A file as its seller sees it."""
        file, counts = view.file, {state.value: view.in_state(state) for state in RowState}
        acts: dict[str, int] = {}
        for (state, act), count in view.counts.items():
            if state is not RowState.ERROR:
                acts[act] = acts.get(act, 0) + count
        done = view.in_state(RowState.LOADED, RowState.FAILED, RowState.WAITING)
        return cls(
            id=file.id,
            kind=Kind(file.kind),
            state=FileState(file.state),
            file_name=file.file_name,
            format=file.format,
            counts=BulkCountsOut(rows=view.total, **counts),
            acts=acts,
            progress=round(done / max(done + view.in_state(RowState.READY), 1), 4),
            next=_next(view, counts, language),
            created_at=file.created_at,
            started_at=file.started_at,
            ended_at=file.ended_at,
        )


def _next(view: FileView, counts: dict[str, int], language: str) -> BulkNextOut:
    file = view.file
    path = f"{PATHS[Kind(file.kind)]}/{reference('bulk_file', file.id)}"
    key, wrong = f"bulk.next.{file.state}", counts["error"] + counts["failed"]
    if file.state == FileState.CHECKED:
        if not counts["ready"]:
            key = "bulk.next.nothing" if wrong else "bulk.next.known"
        path = f"{path}/load" if counts["ready"] else f"{path}/rows"
    done = counts["loaded"] + counts["known"]
    told = {"total": view.total, "ready": counts["ready"], "wrong": wrong, "done": done, "waiting": counts["waiting"]}
    return BulkNextOut(text=t(key, language, **told), path=path)


class BulkCellOut(Out):
    """A cell as typed, with its fault; `before` is what it changes, "" where nothing was."""

    header: str
    column: str | None
    text: Annotated[str, Field(examples=["500斤"])]
    before: str | None = None
    after: str | None = None
    error: RowFault | None = None


class BulkRowOut(Out):
    """A row; `number` is the one that a spreadsheet shows beside it, `act` what it does. `error` concerns all of it."""

    number: Annotated[Count, Field(examples=[2])]
    state: RowState
    act: Annotated[str, Field(examples=["new"])]
    cells: Annotated[list[BulkCellOut], Field(max_length=MAX_COLUMNS)]
    error: RowFault | None = None

    @classmethod
    def of(cls, file: BulkFile, row: CheckedRow, column_of: ColumnOf, language: str) -> "BulkRowOut":
        """A row of the file, with its faults and changes in place; a fault of a column that it lacks is the row's."""
        columns = [column_of(header) for header in file.header]
        faults = {fault.column: RowFault.of(fault, language) for fault in reversed(row.faults)}
        changes = {change.column: change for change in row.changes}
        cells: list[BulkCellOut] = []
        for header, column, text in zip(file.header, columns, padded(row.cells, len(columns)), strict=False):
            given: dict[str, Any] = {"header": header, "column": column, "text": text}
            if column in changes:
                given |= {"before": changes[column].before, "after": changes[column].after}
            cells.append(BulkCellOut(**given, error=faults.get(column) if column else None))
        whole = next((fault for column, fault in faults.items() if column not in columns), None)
        return cls(number=row.number, state=row.state, act=row.act, cells=cells, error=whole)
