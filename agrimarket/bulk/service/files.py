"""Files: kept with what the dry run found, read, started, and done thing by thing."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Final
from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.service import audit
from agrimarket.bulk.errors import NothingToDo
from agrimarket.bulk.events import LOADING
from agrimarket.bulk.models import BulkFile, BulkRow
from agrimarket.bulk.queries import files as queries
from agrimarket.bulk.states import FILE_TRANSITIONS, ROW_TRANSITIONS, FileState, Kind, RowState
from agrimarket.bulk.types import Change, CheckedRow, FileView, Row
from agrimarket.integrations import sheets
from agrimarket.integrations.sheet_rows import Fault, padded
from agrimarket.integrations.sheets import Sheet
from agrimarket.kernel import clock, outbox, states
from agrimarket.kernel.crypto import decrypt, encrypt
from agrimarket.kernel.errors import found
from agrimarket.kernel.principal import Principal, Role
from agrimarket.kernel.resources import reference
from agrimarket.typed import text

TO_MEND: Final = (RowState.ERROR, RowState.FAILED)
"""Rows that a person has to look at again."""


def keep(
    session: Session, principal: Principal, kind: Kind, file_name: str, sheet: Sheet, checked: Sequence[CheckedRow]
) -> FileView:
    """Keep the seller's file with its findings. Nothing of it takes effect before `start`."""
    row = BulkFile(
        kind=kind,
        seller_id=principal.require_seller(),
        uploaded_by=principal.person_id,
        file_name=text.file_name(file_name)[-200:],
        format=sheet.format,
        delimiter=sheet.delimiter,
        language=principal.language,
        header=sheet.header,
        created_at=clock.read(session),
    )
    session.add(row)
    session.flush()  # its rows refer to it
    queries.insert_rows(session, row.id, [_sealed(row.id, each) for each in checked])
    _audit(session, principal, "bulk.checked", row)
    return _view(session, row)


def _audit(session: Session, principal: Principal, action: str, row: BulkFile) -> None:
    audit.record(session, principal, action, reference("bulk_file", row.id), {"kind": row.kind})


def _context(file_id: UUID, number: int) -> str:
    return f"bulk_row.{file_id}.{number}"


def _sealed(file_id: UUID, row: CheckedRow) -> tuple[int, bytes, str, str, str, UUID | None]:
    changes = [asdict(change) for change in row.changes]
    content = json.dumps([row.cells, dict(row.values), changes], ensure_ascii=False)
    sealed = encrypt(content, context=_context(file_id, row.number))
    return row.number, sealed, row.act, _told(row.faults), row.state.value, row.about_id


def _told(faults: Sequence[Fault]) -> str:
    return json.dumps([asdict(fault) for fault in faults], ensure_ascii=False)


def opened(row: Row) -> CheckedRow:
    """A row in plain text."""
    cells, values, changes = json.loads(decrypt(row.sealed, context=_context(row.file_id, row.number)))
    return CheckedRow(
        number=row.number,
        cells=cells,
        state=RowState(row.state),
        act=row.act,
        values=values,
        changes=[Change(**change) for change in changes],
        faults=[Fault(**fault) for fault in row.faults],
        about_id=row.about_id,
    )


def visible(session: Session, principal: Principal, kind: Kind, file_id: UUID, *, lock: bool = False) -> BulkFile:
    """That seller's file, or any for an operator; `NotFound` otherwise."""
    owner = None if principal.has(Role.OPERATOR) else found(principal.seller_id)
    return found(queries.one(session, file_id, kind, owner, lock=lock))


def read(session: Session, principal: Principal, kind: Kind, file_id: UUID) -> FileView:
    """File with its counts; `NotFound` as in `visible`. Two statements."""
    return _view(session, visible(session, principal, kind, file_id))


def _view(session: Session, row: BulkFile) -> FileView:
    return FileView(row, queries.counts(session, [row.id])[row.id])


def listed(session: Session, principal: Principal, kind: Kind, before: UUID | None, limit: int) -> list[FileView]:
    """The seller's files of that kind, newest first. Two statements."""
    files = queries.page(session, kind, principal.require_seller(), before, limit)
    counts = queries.counts(session, [row.id for row in files])
    return [FileView(row, counts[row.id]) for row in files]


def rows(
    session: Session, principal: Principal, kind: Kind, file_id: UUID, state: RowState | None, after: int, limit: int
) -> tuple[BulkFile, list[CheckedRow]]:
    """The file, and its rows beyond the number `after`, in the file's order. An operator's reading is audited."""
    owner = _opened(session, principal, kind, file_id)
    read_ = queries.rows_after(session, owner.id, [state] if state else [], after, limit)
    return owner, [opened(each) for each in read_]


def _opened(session: Session, principal: Principal, kind: Kind, file_id: UUID) -> BulkFile:
    owner = visible(session, principal, kind, file_id)
    if owner.seller_id != principal.seller_id:
        _audit(session, principal, "bulk.rows_read", owner)
    return owner


def export(session: Session, principal: Principal, kind: Kind, file_id: UUID, file_format: str) -> bytes:
    """The rows that have to be mended, under the file's own header, cell for cell as they were typed."""
    owner = _opened(session, principal, kind, file_id)
    width = len(owner.header)
    found_ = queries.rows_after(session, owner.id, TO_MEND, 0, None)
    lines = (padded(opened(each).cells, width)[: sheets.MAX_COLUMNS] for each in found_)
    if file_format == "xlsx":
        return sheets.write_xlsx(owner.header, lines)
    return sheets.write_csv(owner.header, lines, owner.delimiter or ",")


def start(session: Session, principal: Principal, kind: Kind, file_id: UUID) -> FileView:
    """Do the rows that are right, in the background. Starting twice is the same as once.

    Records a `FileLoading`. `NothingToDo` if no row is ready.
    """
    row = visible(session, principal, kind, file_id, lock=True)
    if row.state == FileState.CHECKED:
        if not queries.left(session, row.id):
            raise NothingToDo
        states.move(row, FileState.LOADING, FILE_TRANSITIONS)
        row.started_at = clock.read(session)
        _audit(session, principal, "bulk.started", row)
        outbox.record(session, LOADING[Kind(row.kind)](file_id=row.id))
        session.flush()  # the answer shows what is stored
    return _view(session, row)


def owner_of(session: Session, kind: Kind, file_id: UUID) -> tuple[BulkFile, Principal] | None:
    """A file that is loading, and who does its rows: its seller. None once all of it is done."""
    row = queries.one(session, file_id, kind, None)
    if row is None or row.state != FileState.LOADING:
        return None
    return row, _seller(row)


def owner_of_rows(session: Session, rows_: Sequence[Row]) -> Principal:
    """The seller who does what these rows of one file say."""
    return _seller(found(queries.any_(session, rows_[0].file_id)))


def _seller(row: BulkFile) -> Principal:
    return Principal(row.uploaded_by, frozenset({Role.SELLER}), row.language, seller_id=row.seller_id)


def claim(session: Session, file_id: UUID) -> list[BulkRow]:
    """The next rows about one thing, locked, so that two who load one file at once never do the same; [] at the end."""
    return queries.claim(session, file_id)


def waiting(session: Session, about_ids: Sequence[UUID]) -> list[BulkRow]:
    """Rows about these things that wait for something, locked."""
    return queries.waiting(session, about_ids)


def settle(rows_: Sequence[Row], state: RowState, faults: Sequence[Fault] = (), about_id: UUID | None = None) -> None:
    """Record what became of rows; those that failed have `faults`."""
    for row in rows_:
        states.move(row, state, ROW_TRANSITIONS)
        row.faults = [asdict(fault) for fault in faults]
        row.about_id = about_id or row.about_id


def finish(session: Session, file_id: UUID, kind: Kind) -> None:
    """Note that a file is done, unless somebody is still at one of its rows: then they note it."""
    row = queries.one(session, file_id, kind, None, lock=True)
    if row is not None and row.state == FileState.LOADING and not queries.left(session, file_id):
        states.move(row, FileState.LOADED, FILE_TRANSITIONS)
        row.ended_at = clock.read(session)
