"""Imports with their words."""

from agrimarket.kernel import ids
from agrimarket.kernel.i18n import catalogue, t
from agrimarket.kernel.wire import WeightOut
from agrimarket.onboarding.bulk import rules
from agrimarket.onboarding.bulk.filings import Filing
from agrimarket.onboarding.bulk.models import MemberImport
from agrimarket.onboarding.bulk.rules import Fault
from agrimarket.onboarding.bulk.schemas import (
    CellOut,
    ColumnOut,
    CountsOut,
    FilingOut,
    ImportOut,
    ImportRowOut,
    MembersOut,
    RowFault,
)
from agrimarket.onboarding.bulk.service import Imported, OpenedRow
from agrimarket.onboarding.bulk.states import FilingState, ImportState, RowState
from agrimarket.onboarding.schemas import NextStep


def imported(found: Imported, language: str) -> ImportOut:
    """An import as its importer sees it."""
    row = found.row
    return ImportOut(
        id=row.id,
        state=ImportState(row.state),
        file_name=row.file_name,
        format=row.format,
        encoding=row.encoding,
        delimiter=row.delimiter,
        columns=[ColumnOut(header=header, column=rules.column_of(header)) for header in row.header],
        counts=CountsOut(
            rows=row.total,
            error=row.faulty,
            ready=found.ready,
            loaded=row.loaded,
            updated=row.updated,
            known=row.known,
            failed=row.failed,
        ),
        progress=round(found.done / max(row.total - row.faulty, 1), 4),
        members=MembersOut(**{state.value: found.said(state) for state in FilingState}),
        next=_next(found, language),
        created_at=row.created_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
    )


def _next(found: Imported, language: str) -> NextStep:
    row, base = found.row, f"/v1/imports/{ids.encode('imp', found.row.id)}"
    key, path = f"bulk.next.{row.state}", base
    if row.state == ImportState.CHECKED:
        if row.faulty == row.total:
            key = "bulk.next.nothing"
        elif not row.faulty:
            key = "bulk.next.all_right"
        path = f"{base}/rows?state=error" if row.faulty == row.total else f"{base}/start"
    text = t(key, language, ready=found.ready, faulty=row.faulty, total=row.total, done=found.done, failed=row.failed)
    return NextStep(text=text, path=path)


def row(owner: MemberImport, opened: OpenedRow, language: str) -> ImportRowOut:
    """A row with its faults in place."""
    faults = {fault.column: _fault(fault, language) for fault in opened.faults}
    if opened.state == RowState.FAILED:
        faults[""] = RowFault(code="bulk_failed", detail=t("field.bulk_failed", language))
    cells: list[CellOut] = []
    for position, text in enumerate(opened.cells):
        header = owner.header[position] if position < len(owner.header) else ""
        column = rules.column_of(header)
        cells.append(CellOut(header=header, column=column, text=text, error=faults.get(column) if column else None))
    return ImportRowOut(number=opened.number, state=opened.state, cells=cells, error=faults.get(""))


def _fault(fault: Fault, language: str) -> RowFault:
    key = f"field.{fault.code}" if f"field.{fault.code}" in catalogue(language) else "field.other"
    return RowFault(code=fault.code, detail=t(key, language, **fault.params))


def filing(found: Filing) -> FilingOut:
    """What was filed for a member, as they see it."""
    row = found.row
    return FilingOut(
        id=row.id,
        state=FilingState(row.state),
        filed_by=found.importer,
        name=found.name,
        product=row.product,
        quantity=None if row.grams is None else WeightOut(grams=row.grams),
        quantity_text=row.quantity_text,
        region_code=row.region_code,
        region=found.region.full_name,
        spoils_at=row.spoils_at,
        note=row.note,
        appeal_id=row.appeal_id,
        created_at=row.created_at,
    )
