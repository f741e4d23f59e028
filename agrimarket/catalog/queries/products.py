"""Kinds of produce."""

from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Session, select

from agrimarket.catalog.models.listings import Product


def list_all(session: Session) -> list[Product]:
    """All kinds of produce, by aisle and English name."""
    return list(session.exec(select(Product).order_by(Product.category, Product.name_en)))


def find(session: Session, product_id: UUID) -> Product | None:
    """The kind of produce with that id; None if there is none."""
    return session.get(Product, product_id)


def by_code(session: Session, code: str) -> Product | None:
    """The kind of produce with that code; None if there is none."""
    return session.exec(select(Product).where(Product.code == code)).one_or_none()


def upsert(session: Session, rows: list[dict[str, Any]]) -> None:
    """Insert products, or update those of the same code. One statement."""
    session.connection().execute(_UPSERT, {"rows": rows})


_UPSERT = text("""
    INSERT INTO product (id, code, name_hant, name_hans, name_en, category, perishability_days, unit, storage)
    SELECT * FROM jsonb_to_recordset(:rows) AS r (
        id uuid, code text, name_hant text, name_hans text, name_en text, category text, perishability_days integer,
        unit text, storage text
    )
    ON CONFLICT (code) DO UPDATE SET
        name_hant = excluded.name_hant, name_hans = excluded.name_hans, name_en = excluded.name_en,
        category = excluded.category, perishability_days = excluded.perishability_days,
        unit = excluded.unit, storage = excluded.storage
""").bindparams(bindparam("rows", type_=JSONB))
