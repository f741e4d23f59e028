"""SELECTs, locks and set-based writes of importers' filings for members."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlmodel import Session, col

from agrimarket.kernel.db import locked
from agrimarket.onboarding.models.imports import MemberFiling


def count_answers(session: Session, import_id: UUID) -> Mapping[str, int]:
    """Number of members by answer (a `FilingState`) to the filings that this import was the last to change."""
    statement = (
        select(col(MemberFiling.state), func.count().label("answers"))
        .where(col(MemberFiling.import_id) == import_id)
        .group_by(col(MemberFiling.state))
    )
    return {row.state: row.answers for row in session.connection().execute(statement)}


def put(session: Session, rows: Sequence[Mapping[str, Any]]) -> dict[tuple[UUID, str], tuple[UUID, bool]]:
    """Insert these filings, in key order; one statement.

    The result maps (person, product key) to the filing's id and whether it is new. A waiting filing with other content
    is updated. One with the same content, or with an answer, stays as it is and is left out of the result.
    """
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    done = session.connection().execute(_PUT_FILINGS, columns)
    return {(row.person_id, row.product_key): (row.id, row.new) for row in done}


def ids_of(session: Session, importer_id: UUID, keys: Sequence[tuple[UUID, str]]) -> dict[tuple[UUID, str], UUID]:
    """Ids of that importer's filings by (person, product key)."""
    columns = {"importer": importer_id, "people": [person for person, _ in keys], "keys": [key for _, key in keys]}
    return {(row.person_id, row.product_key): row.id for row in session.connection().execute(_FILING_IDS, columns)}


def mine(session: Session, person_id: UUID, filing_id: UUID) -> MemberFiling | None:
    """The filing, if it is for that person; locked."""
    statement = select(MemberFiling).where(col(MemberFiling.id) == filing_id, col(MemberFiling.person_id) == person_id)
    return session.scalars(locked(statement)).one_or_none()


def of_person(session: Session, person_id: UUID, before: UUID | None, limit: int) -> Sequence[MemberFiling]:
    """Filings for that person, newest first."""
    statement = select(MemberFiling).where(col(MemberFiling.person_id) == person_id)
    if before is not None:
        statement = statement.where(col(MemberFiling.id) < before)
    return session.scalars(statement.order_by(col(MemberFiling.id).desc()).limit(limit)).all()


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
