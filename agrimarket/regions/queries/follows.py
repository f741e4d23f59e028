"""SELECTs and writes of who follows which region."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session

from agrimarket.regions.queries import places
from agrimarket.regions.types.follows import Follow


def begin(session: Session, follow_id: UUID, person_id: UUID, code: str) -> None:
    """Follow the region, unless the person does."""
    session.connection().execute(_BEGIN, {"id": follow_id, "person": person_id, "code": code})


def end(session: Session, person_id: UUID, code: str) -> None:
    """Follow the region no more."""
    statement = text("DELETE FROM region_follow WHERE person_id = :person AND region_code = :code")
    session.connection().execute(statement, {"person": person_id, "code": code})


def end_one(session: Session, follow_id: UUID) -> None:
    """End the one with that id, if there is one."""
    session.connection().execute(text("DELETE FROM region_follow WHERE id = :id"), {"id": follow_id})


def follows(session: Session, person_id: UUID, code: str) -> bool:
    """Whether the person follows the region."""
    return session.connection().execute(_FOLLOWS, {"person": person_id, "code": code}).scalar_one()


def get(session: Session, follow_id: UUID) -> Follow | None:
    """The one with that id; None if there is none."""
    row = session.connection().execute(_ONE, {"id": follow_id}).one_or_none()
    return _follow(row) if row else None


def of_person(session: Session, person_id: UUID, limit: int) -> list[Follow]:
    """What the person follows, in the order of the code tree."""
    rows = session.connection().execute(_OF_PERSON, {"person": person_id, "limit": limit})
    return [_follow(row) for row in rows]


def concerned(session: Session, codes: Collection[str]) -> list[Follow]:
    """Everybody who follows one of the regions, what they lie in, or what lies in them; by person."""
    around = {code for each in codes for code in (each, f"{each[:4]}00", f"{each[:2]}0000")}
    rows = session.connection().execute(_CONCERNED, {"codes": list(codes), "around": sorted(around)})
    return [_follow(row) for row in rows]


def _follow(row: Row[Any]) -> Follow:
    return Follow(row.id, row.person_id, places.info(row))


_COLUMNS = f"f.id, f.person_id, {places.COLUMNS}"
_FROM = "FROM region_follow f JOIN region g ON g.code = f.region_code"
_BEGIN = text("""
    INSERT INTO region_follow (id, person_id, region_code) VALUES (:id, :person, :code)
    ON CONFLICT (person_id, region_code) DO NOTHING
""")
_FOLLOWS = text("""
    SELECT EXISTS (SELECT FROM region_follow WHERE person_id = :person AND region_code = :code)
""")
_ONE = text(f"SELECT {_COLUMNS} {_FROM} WHERE f.id = :id")
_OF_PERSON = text(f"SELECT {_COLUMNS} {_FROM} WHERE f.person_id = :person ORDER BY g.code LIMIT :limit")
_CONCERNED = text(f"""
    SELECT {_COLUMNS} {_FROM}
    WHERE f.region_code = ANY(CAST(:around AS char(6)[]))
       OR left(f.region_code, 4) || '00' = ANY(CAST(:codes AS char(6)[]))
       OR left(f.region_code, 2) || '0000' = ANY(CAST(:codes AS char(6)[]))
    ORDER BY f.person_id, g.code
""")
