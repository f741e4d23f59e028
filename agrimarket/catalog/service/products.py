"""Kinds of produce: what the drive sells (`drive.toml`), and what the database holds."""

import csv
from collections.abc import Iterable, Mapping

from sqlmodel import Session

from agrimarket.catalog.errors import ProductUnknown
from agrimarket.catalog.models.listings import Product
from agrimarket.catalog.queries import products as queries
from agrimarket.catalog.states import Category, Storage
from agrimarket.drive import ENCODING, KINDS, drive
from agrimarket.kernel.ids import new_id


def taxonomy() -> list[dict[str, str]]:
    """The drive's kinds of produce: those of its taxonomy file, or those that come with agrimarket."""
    table = drive().taxonomy.file or KINDS
    return list(csv.DictReader(table.read_text(encoding=ENCODING).splitlines()))


def load(session: Session, rows: Iterable[Mapping[str, str]]) -> int:
    """Add kinds of produce or correct those of the same code; returns how many. `ValueError` for unknown categories."""
    values = [
        {
            **row,
            "id": str(new_id()),
            "category": Category(row["category"]).value,
            "storage": Storage(row["storage"]).value,
            "perishability_days": int(row["perishability_days"]),
        }
        for row in rows
    ]
    if values:
        queries.upsert(session, values)
    return len(values)


def by_code(session: Session, code: str) -> Product:
    """The kind of produce with that code; `ProductUnknown` if there is none. One statement."""
    found = queries.by_code(session, code)
    if found is None:
        raise ProductUnknown(pointer="/product", product=code)
    return found


def list_all(session: Session) -> list[Product]:
    """All kinds of produce, by aisle. One statement."""
    return queries.list_all(session)
