"""Records of the seed data that a database has, so that loading it again is quick."""

from datetime import datetime

from sqlalchemy import text
from sqlmodel import Field, Session, SQLModel

from agrimarket.kernel.model import created_at_field


class Seed(SQLModel, table=True):
    """A set of seed data that this database has, and the fingerprint of its source."""

    __tablename__ = "seed"  # pyright: ignore[reportAssignmentType]

    name: str = Field(primary_key=True)
    fingerprint: str
    loaded_at: datetime = created_at_field()


def fingerprint_of(session: Session, name: str) -> str | None:
    """Fingerprint of `name` as last loaded, or None. Seeding runs one at a time until the transaction ends."""
    session.connection().execute(text("SELECT pg_advisory_xact_lock(hashtextextended('seeds', 0))"))
    return session.connection().execute(_READ, {"name": name}).scalar_one_or_none()


def mark_loaded(session: Session, name: str, fingerprint: str) -> None:
    """Record the fingerprint that `name` was loaded with, in the transaction that loaded it."""
    session.connection().execute(_WRITE, {"name": name, "fingerprint": fingerprint})


_READ = text("SELECT fingerprint FROM seed WHERE name = :name")
_WRITE = text("""
    INSERT INTO seed (name, fingerprint) VALUES (:name, :fingerprint)
    ON CONFLICT (name) DO UPDATE SET fingerprint = excluded.fingerprint, loaded_at = agrimarket_now()
""")
