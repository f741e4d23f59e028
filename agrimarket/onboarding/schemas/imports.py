"""Imports over HTTP."""

from typing import Annotated, Literal

from pydantic import Field

from agrimarket.bulk.schemas.files import RowFault
from agrimarket.integrations.sheet_rows import Fault
from agrimarket.integrations.sheets import MAX_COLUMNS
from agrimarket.kernel.i18n import t
from agrimarket.kernel.resources import ImportId, reference
from agrimarket.kernel.wire import Count, Instant, Out, Several
from agrimarket.onboarding.imports import columns
from agrimarket.onboarding.models.imports import MemberImport
from agrimarket.onboarding.schemas.appeals import NextStep
from agrimarket.onboarding.states import FilingState, ImportState, RowState
from agrimarket.onboarding.types import ImportSummary, OpenedRow


class ColumnOut(Out):
    """A column: its header in the file, and the meaning it was given; one with null is kept but not read."""

    header: Annotated[str, Field(examples=["手机号码"])]
    column: Annotated[str | None, Field(examples=["phone"])]


class CountsOut(Out):
    """Numbers of rows by outcome. `known`: the same was filed before. `failed`: refused while loading."""

    rows: Annotated[Count, Field(examples=[10_000])]
    error: Annotated[Count, Field(examples=[1])]
    ready: Annotated[Count, Field(examples=[9_999])]
    loaded: Count
    updated: Count
    known: Count
    failed: Count


class MembersOut(Out):
    """The members' answers to this import's filings."""

    waiting: Count
    confirmed: Count
    declined: Count


class ImportOut(Out):
    """An import. `checked` is the dry run: nothing was changed yet. `progress` runs from 0 to 1 over the valid rows."""

    id: ImportId
    kind: Literal["members"] = "members"
    state: ImportState
    file_name: Annotated[str, Field(examples=["社员.csv"])]
    format: Annotated[str, Field(examples=["csv"])]
    encoding: Annotated[str, Field(description="How the text of a CSV was read.", examples=["gb18030"])]
    delimiter: Annotated[str, Field(examples=[","])]
    columns: Annotated[list[ColumnOut], Field(max_length=MAX_COLUMNS)]
    counts: CountsOut
    progress: Annotated[float, Field(ge=0, le=1)]
    members: MembersOut
    next: NextStep
    created_at: Instant
    started_at: Instant | None
    ended_at: Instant | None

    @classmethod
    def of(cls, summary: ImportSummary, language: str) -> "ImportOut":
        """An import as its importer sees it."""
        row = summary.row
        return cls(
            id=row.id,
            state=ImportState(row.state),
            file_name=row.file_name,
            format=row.format,
            encoding=row.encoding,
            delimiter=row.delimiter,
            columns=[ColumnOut(header=header, column=columns.column_of(header)) for header in row.header],
            counts=CountsOut(
                rows=row.total,
                error=row.faulty,
                ready=summary.ready,
                loaded=row.loaded,
                updated=row.updated,
                known=row.known,
                failed=row.failed,
            ),
            progress=round(summary.done / max(row.total - row.faulty, 1), 4),
            members=MembersOut(**{state.value: summary.answered(state) for state in FilingState}),
            next=_next(summary, language),
            created_at=row.created_at,
            started_at=row.started_at,
            ended_at=row.ended_at,
        )


def _next(summary: ImportSummary, language: str) -> NextStep:
    row, base = summary.row, f"/v1/imports/{reference('import', summary.row.id)}"
    key, path = f"import.next.{row.state}", base
    if row.state == ImportState.CHECKED:
        if row.faulty == row.total:
            key = "import.next.nothing"
        elif not row.faulty:
            key = "import.next.all_right"
        path = f"{base}/rows?state=error" if row.faulty == row.total else f"{base}/start"
    facts = {"ready": summary.ready, "faulty": row.faulty, "total": row.total, "done": summary.done}
    return NextStep(text=t(key, language, **facts, failed=row.failed), path=path)


class CellOut(Out):
    """A cell as typed, with its fault."""

    header: str
    column: str | None
    text: Annotated[str, Field(examples=["1380013800"])]
    error: RowFault | None = None


class ImportRowOut(Out):
    """A row; `number` is the one that a spreadsheet shows beside it. `error` concerns the row as a whole."""

    number: Annotated[Count, Field(examples=[2])]
    state: RowState
    cells: Annotated[list[CellOut], Several]
    error: RowFault | None = None

    @classmethod
    def of(cls, owner: MemberImport, row: OpenedRow, language: str) -> "ImportRowOut":
        """A row of the import `owner`, with its faults in place."""
        faults = {fault.column: RowFault.of(fault, language) for fault in row.faults}
        if row.state == RowState.FAILED:
            faults[""] = RowFault.of(Fault("", "bulk_failed", {}), language)
        cells: list[CellOut] = []
        for position, text in enumerate(row.cells):
            header = owner.header[position] if position < len(owner.header) else ""
            column = columns.column_of(header)
            cells.append(CellOut(header=header, column=column, text=text, error=faults.get(column) if column else None))
        return cls(number=row.number, state=row.state, cells=cells, error=faults.get(""))
