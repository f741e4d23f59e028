"""SELECTs, locks and set-based writes of files and their rows."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import func, select, text
from sqlmodel import Session, col

from agrimarket.bulk.models import BulkFile, BulkRow
from agrimarket.bulk.states import Kind, RowState
from agrimarket.kernel.db import locked


def one(session: Session, file_id: UUID, kind: Kind, seller_id: UUID | None, *, lock: bool = False) -> BulkFile | None:
    """The file, if it is of that kind and that seller's; any seller's if `seller_id` is None."""
    statement = select(BulkFile).where(col(BulkFile.id) == file_id, col(BulkFile.kind) == kind)
    if seller_id is not None:
        statement = statement.where(col(BulkFile.seller_id) == seller_id)
    return session.scalars(locked(statement) if lock else statement).one_or_none()


def any_(session: Session, file_id: UUID) -> BulkFile | None:
    """The file, whosever it is."""
    return session.get(BulkFile, file_id)


def page(session: Session, kind: Kind, seller_id: UUID, before: UUID | None, limit: int) -> Sequence[BulkFile]:
    """A seller's files, newest first."""
    statement = select(BulkFile).where(col(BulkFile.seller_id) == seller_id, col(BulkFile.kind) == kind)
    if before is not None:
        statement = statement.where(col(BulkFile.id) < before)
    return session.scalars(statement.order_by(col(BulkFile.id).desc()).limit(limit)).all()


def counts(session: Session, file_ids: Collection[UUID]) -> dict[UUID, dict[tuple[RowState, str], int]]:
    """Number of rows by state and act, of each file. One statement."""
    statement = (
        select(col(BulkRow.file_id), col(BulkRow.state), col(BulkRow.act), func.count())
        .where(col(BulkRow.file_id).in_(file_ids))
        .group_by(col(BulkRow.file_id), col(BulkRow.state), col(BulkRow.act))
    )
    found: dict[UUID, dict[tuple[RowState, str], int]] = {file_id: {} for file_id in file_ids}
    for file_id, state, act, count in session.connection().execute(statement):
        found[file_id][RowState(state), act] = count
    return found


def insert_rows(session: Session, file_id: UUID, rows: Sequence[tuple[int, bytes, str, str, str, UUID | None]]) -> None:
    """Insert all rows of a file: (number, sealed, act, faults in JSON, state, about_id). One statement."""
    names = ("numbers", "sealed", "acts", "faults", "states", "about")
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    session.connection().execute(_INSERT, {"file_id": file_id, **columns})


def rows_after(
    session: Session, file_id: UUID, states: Collection[RowState], after: int, limit: int | None
) -> Sequence[BulkRow]:
    """The rows beyond the number `after`, in the file's order; only those in one of `states`, unless that is empty."""
    statement = select(BulkRow).where(col(BulkRow.file_id) == file_id, col(BulkRow.number) > after)
    if states:
        statement = statement.where(col(BulkRow.state).in_(states))
    return session.scalars(statement.order_by(col(BulkRow.number)).limit(limit)).all()


def claim(session: Session, file_id: UUID) -> list[BulkRow]:
    """The next rows that are ready and that nobody else is at, locked: one, with all others about the same thing."""
    ready = (col(BulkRow.file_id) == file_id, col(BulkRow.state) == RowState.READY)
    first = select(BulkRow).where(*ready).order_by(col(BulkRow.number)).limit(1).with_for_update(skip_locked=True)
    found = session.scalars(first.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        return []
    if found.about_id is None:
        return [found]
    same = locked(select(BulkRow).where(*ready, col(BulkRow.about_id) == found.about_id))
    return list(session.scalars(same.order_by(col(BulkRow.number))).all())


def left(session: Session, file_id: UUID) -> bool:
    """Whether any row is still to be done, also one that somebody is at."""
    statement = select(col(BulkRow.number)).where(col(BulkRow.file_id) == file_id, col(BulkRow.state) == RowState.READY)
    return session.connection().execute(statement.limit(1)).first() is not None


def waiting(session: Session, about_ids: Collection[UUID]) -> list[BulkRow]:
    """Rows about these things that wait, locked, in the order of their things."""
    statement = select(BulkRow).where(col(BulkRow.state) == RowState.WAITING, col(BulkRow.about_id).in_(about_ids))
    return list(session.scalars(locked(statement.order_by(col(BulkRow.about_id), col(BulkRow.number)))).all())


_INSERT = text("""
    INSERT INTO bulk_row (file_id, number, sealed, act, faults, state, about_id)
    SELECT :file_id, number, sealed, act, faults, state, about_id
    FROM unnest(
        CAST(:numbers AS int[]), CAST(:sealed AS bytea[]), CAST(:acts AS text[]), CAST(:faults AS jsonb[]),
        CAST(:states AS text[]), CAST(:about AS uuid[])
    ) AS r (number, sealed, act, faults, state, about_id)
""")
