"""Kinds of produce: those that ship with agrimarket, and those in the database."""

import csv
from collections.abc import Iterable, Mapping
from importlib.resources import files

from sqlmodel import Session

from agrimarket.catalog.models import Product
from agrimarket.catalog.queries import products as queries
from agrimarket.catalog.states import Category, Storage
from agrimarket.kernel.ids import new_id


def shipped() -> list[dict[str, str]]:
    """The kinds of produce that come with agrimarket (`data/products.csv`)."""
    text = files("agrimarket.catalog").joinpath("data", "products.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


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


def list_all(session: Session) -> list[Product]:
    """All kinds of produce, by aisle. One statement."""
    return queries.list_all(session)
