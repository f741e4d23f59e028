"""SELECTs, locks and set-based writes of the tables of imports."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select, text
from sqlmodel import Session, col

from agrimarket.onboarding.bulk.models import ImportRow, MemberFiling, MemberImport
from agrimarket.onboarding.bulk.states import RowState


def found(session: Session, import_id: UUID, importer_id: UUID | None, *, lock: bool = False) -> MemberImport | None:
    """That importer's import; anyone's where `importer_id` is None, for operators and the system's own steps."""
    statement = select(MemberImport).where(col(MemberImport.id) == import_id)
    if importer_id is not None:
        statement = statement.where(col(MemberImport.importer_id) == importer_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return session.scalars(statement).one_or_none()


def imports_of(session: Session, importer_id: UUID | None, before: UUID | None, limit: int) -> Sequence[MemberImport]:
    """That importer's imports (None: everyone's), newest first."""
    statement = select(MemberImport).order_by(col(MemberImport.id).desc()).limit(limit)
    if importer_id is not None:
        statement = statement.where(col(MemberImport.importer_id) == importer_id)
    if before is not None:
        statement = statement.where(col(MemberImport.id) < before)
    return session.scalars(statement).all()


def insert_rows(session: Session, import_id: UUID, rows: Sequence[tuple[int, bytes, str, str]]) -> None:
    """All rows of a file, as (number, sealed, faults in JSON, state); one statement."""
    numbers, sealed, faults, states = zip(*rows, strict=True)
    columns = {"numbers": list(numbers), "sealed": list(sealed), "faults": list(faults), "states": list(states)}
    session.connection().execute(_INSERT_ROWS, {"import_id": import_id, **columns})


def rows_after(
    session: Session, import_id: UUID, state: RowState | None, after: int, limit: int
) -> Sequence[ImportRow]:
    """Rows beyond a number, in the file's order."""
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


def answers(session: Session, import_id: UUID) -> Mapping[str, int]:
    """How many members said what to the filings that this import made or changed last."""
    statement = (
        select(col(MemberFiling.state), func.count().label("answers"))
        .where(col(MemberFiling.import_id) == import_id)
        .group_by(col(MemberFiling.state))
    )
    return {row.state: row.answers for row in session.connection().execute(statement)}


def put_filings(session: Session, rows: Sequence[Mapping[str, Any]]) -> dict[tuple[UUID, str], tuple[UUID, bool]]:
    """File these, in key order; one statement. By (person, product key): the id, and whether it is new.

    One that waits and said something else is brought up to date; one that says the same, or was answered, stays as it
    is and is not among the results.
    """
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    done = session.connection().execute(_PUT_FILINGS, columns)
    return {(row.person_id, row.product_key): (row.id, row.new) for row in done}


def filing_ids(session: Session, importer_id: UUID, keys: Sequence[tuple[UUID, str]]) -> dict[tuple[UUID, str], UUID]:
    """The filings of that importer by (person, product key)."""
    columns = {"importer": importer_id, "people": [person for person, _ in keys], "keys": [key for _, key in keys]}
    return {(row.person_id, row.product_key): row.id for row in session.connection().execute(_FILING_IDS, columns)}


def filing(session: Session, filing_id: UUID, person_id: UUID) -> MemberFiling | None:
    """What was filed for that person, locked."""
    statement = select(MemberFiling).where(col(MemberFiling.id) == filing_id, col(MemberFiling.person_id) == person_id)
    return session.scalars(statement.with_for_update().execution_options(populate_existing=True)).one_or_none()


def filings_for(session: Session, person_id: UUID, before: UUID | None, limit: int) -> Sequence[MemberFiling]:
    """What was filed for that person, newest first."""
    statement = select(MemberFiling).where(col(MemberFiling.person_id) == person_id)
    if before is not None:
        statement = statement.where(col(MemberFiling.id) < before)
    return session.scalars(statement.order_by(col(MemberFiling.id).desc()).limit(limit)).all()


_INSERT_ROWS = text("""
    INSERT INTO import_row (import_id, number, sealed, faults, state)
    SELECT :import_id, number, sealed, faults, state
    FROM unnest(
        CAST(:numbers AS int[]), CAST(:sealed AS bytea[]), CAST(:faults AS jsonb[]), CAST(:states AS text[])
    ) AS r (number, sealed, faults, state)
""")
_PUT_FILINGS = text("""
    INSERT INTO member_filing AS f (
        id, importer_id, person_id, import_id, name, region_code, product, product_key, grams, quantity_text,
        spoils_at, note, digest, state
    )
    SELECT n.*, 'waiting'
    FROM unnest(
        CAST(:id AS uuid[]), CAST(:importer_id AS uuid[]), CAST(:person_id AS uuid[]), CAST(:import_id AS uuid[]),
        CAST(:name AS bytea[]), CAST(:region_code AS text[]), CAST(:product AS text[]), CAST(:product_key AS text[]),
        CAST(:grams AS bigint[]), CAST(:quantity_text AS text[]), CAST(:spoils_at AS timestamptz[]),
        CAST(:note AS text[]), CAST(:digest AS bytea[])
    ) AS n (
        id, importer_id, person_id, import_id, name, region_code, product, product_key, grams, quantity_text,
        spoils_at, note, digest
    )
    ORDER BY n.person_id, n.product_key
    ON CONFLICT (importer_id, person_id, product_key) DO UPDATE SET
        import_id = excluded.import_id, name = excluded.name, region_code = excluded.region_code,
        product = excluded.product, grams = excluded.grams, quantity_text = excluded.quantity_text,
        spoils_at = excluded.spoils_at, note = excluded.note, digest = excluded.digest
    WHERE f.state = 'waiting' AND f.digest <> excluded.digest
    RETURNING f.id, f.person_id, f.product_key, f.xmax = 0 AS new
""")
_FILING_IDS = text("""
    SELECT f.id, f.person_id, f.product_key
    FROM member_filing AS f
    JOIN unnest(CAST(:people AS uuid[]), CAST(:keys AS text[])) AS k (person_id, product_key)
        USING (person_id, product_key)
    WHERE f.importer_id = :importer
""")
