"""SELECTs, locks and set-based writes of imports and their rows."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Row, select, text
from sqlmodel import Session, col

from agrimarket.kernel.db import locked
from agrimarket.onboarding.models.imports import ImportRow, MemberImport
from agrimarket.onboarding.states import RowState


def one(session: Session, import_id: UUID, importer_id: UUID | None, *, lock: bool = False) -> MemberImport | None:
    """The import, if it is that importer's; any if `importer_id` is None, for operators and background work."""
    statement = select(MemberImport).where(col(MemberImport.id) == import_id)
    if importer_id is not None:
        statement = statement.where(col(MemberImport.importer_id) == importer_id)
    if lock:
        statement = locked(statement)
    return session.scalars(statement).one_or_none()


def of_person(session: Session, importer_id: UUID | None, before: UUID | None, limit: int) -> Sequence[MemberImport]:
    """Imports of that importer (None: of everyone), newest first."""
    statement = select(MemberImport).order_by(col(MemberImport.id).desc()).limit(limit)
    if importer_id is not None:
        statement = statement.where(col(MemberImport.importer_id) == importer_id)
    if before is not None:
        statement = statement.where(col(MemberImport.id) < before)
    return session.scalars(statement).all()


def insert_rows(session: Session, import_id: UUID, rows: Sequence[tuple[int, bytes, str, str]]) -> None:
    """Insert all rows of a file, given as (number, sealed, faults in JSON, state); one statement."""
    numbers, sealed, faults, states = zip(*rows, strict=True)
    columns = {"numbers": list(numbers), "sealed": list(sealed), "faults": list(faults), "states": list(states)}
    session.connection().execute(_INSERT_ROWS, {"import_id": import_id, **columns})


def rows_after(
    session: Session, import_id: UUID, state: RowState | None, after: int, limit: int
) -> Sequence[ImportRow]:
    """The rows beyond the number `after`, in the file's order."""
    statement = select(ImportRow).where(col(ImportRow.import_id) == import_id, col(ImportRow.number) > after)
    if state is not None:
        statement = statement.where(col(ImportRow.state) == state)
    return session.scalars(statement.order_by(col(ImportRow.number)).limit(limit)).all()


def sealed_rows(session: Session, import_id: UUID, state: RowState | None) -> Sequence[Row[int, bytes]]:
    """(number, sealed) of every row, in the file's order."""
    statement = select(col(ImportRow.number), col(ImportRow.sealed)).where(col(ImportRow.import_id) == import_id)
    if state is not None:
        statement = statement.where(col(ImportRow.state) == state)
    return session.connection().execute(statement.order_by(col(ImportRow.number))).all()


_INSERT_ROWS = text("""
    INSERT INTO import_row (import_id, number, sealed, faults, state)
    SELECT :import_id, number, sealed, faults, state
    FROM unnest(
        CAST(:numbers AS int[]), CAST(:sealed AS bytea[]), CAST(:faults AS jsonb[]), CAST(:states AS text[])
    ) AS r (number, sealed, faults, state)
""")
