"""Ids of what payments are for. A payment is stored with the type of its source, which here becomes a kind of id."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from agrimarket.kernel import resources

_SOURCES: Final[Mapping[str, str]] = {"order_group": "group"}
"""Type of a source → kind of its id, for types whose kind has another name."""
_PARTS: Final[Mapping[str, str]] = {"order_group": "seller_order"}
"""Type of a source → kind of id of what each split pays for, if that is not the source itself."""


def source(source_type: str, source_id: UUID) -> str:
    """Id of a source on the wire."""
    return resources.reference(_SOURCES.get(source_type, source_type), source_id)


def part(source_type: str, reference_id: UUID) -> str:
    """Id on the wire of what a split pays for, in a payment whose source has that type."""
    return resources.reference(_PARTS.get(source_type, source_type), reference_id)
