"""Statements about regions that ask for transport passes."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session, col, select

from agrimarket.kernel.db import locked
from agrimarket.regions.models import PassRequirement
from agrimarket.regions.types.passes import PassRequirementInfo
from agrimarket.regions.types.places import PlaceText


def asked(session: Session, codes: list[str], zone: str) -> list[PassRequirementInfo]:
    """Requirements in force today of those regions and of what they lie in."""
    return [_info(row) for row in session.connection().execute(_ASKED, {"codes": codes, "zone": zone})]


def page(session: Session, before: UUID | None, limit: int) -> list[PassRequirementInfo]:
    """All requirements, the newest first."""
    return [_info(row) for row in session.connection().execute(_PAGE, {"before": before, "limit": limit})]


def one(session: Session, requirement_id: UUID) -> PassRequirementInfo | None:
    """The requirement of that id."""
    row = session.connection().execute(_ONE, {"id": requirement_id}).one_or_none()
    return None if row is None else _info(row)


def lock(session: Session, requirement_id: UUID) -> PassRequirement | None:
    """The requirement, locked; None if it has an end."""
    statement = select(PassRequirement).where(
        col(PassRequirement.id) == requirement_id, col(PassRequirement.until).is_(None)
    )
    return session.exec(locked(statement)).one_or_none()


def endless(session: Session, region_code: str) -> bool:
    """Whether a requirement of just that region has no end; nobody else writes one until the transaction ends."""
    session.connection().execute(_TURN, {"code": region_code})
    return session.connection().execute(_ENDLESS, {"code": region_code}).scalar_one()


def _info(row: Row[Any]) -> PassRequirementInfo:
    return PassRequirementInfo(
        id=row.id,
        region_code=row.region_code,
        region_name=PlaceText(row.full_name, row.latin),
        since=row.since,
        until=row.until,
        source=row.source,
        issued_by=row.issued_by,
        apply_at=row.apply_at,
        sample=row.sample,
    )


_COLUMNS = """
    SELECT q.id, q.region_code, g.full_name, g.latin, q.since, q.until, q.source, q.issued_by, q.apply_at, q.sample
    FROM pass_requirement AS q JOIN region AS g ON g.code = q.region_code
"""
_ASKED = text(f"""
    WITH today AS (SELECT CAST(agrimarket_now() AT TIME ZONE :zone AS date) AS day)
    {_COLUMNS} CROSS JOIN today
    WHERE q.since <= today.day AND (q.until IS NULL OR q.until > today.day) AND EXISTS (
        SELECT FROM unnest(CAST(:codes AS text[])) AS w (code)
        WHERE q.region_code IN (w.code, left(w.code, 4) || '00', left(w.code, 2) || '0000')
    )
    ORDER BY q.region_code, q.id
""")  # noqa: S608  # columns alone are put in
_PAGE = text(f"""
    {_COLUMNS} WHERE CAST(:before AS uuid) IS NULL OR q.id < :before ORDER BY q.id DESC LIMIT :limit
""")
_ONE = text(f"{_COLUMNS} WHERE q.id = :id")
_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended('pass requirement ' || :code, 0))")
_ENDLESS = text("SELECT EXISTS (SELECT FROM pass_requirement WHERE region_code = :code AND until IS NULL)")
