"""Ids of what payments are for. A payment is stored with the type of its source; here that becomes a kind of id."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from agrimarket.kernel import resources

_SOURCES: Final[Mapping[str, str]] = {"order_group": "group"}
"""Type of a source → kind of its id, where they differ."""
_PARTS: Final[Mapping[str, str]] = {"order_group": "seller_order"}
"""Type of a source → kind of what the splits of its payment pay for, where that is not the source itself."""


def source(source_type: str, source_id: UUID) -> str:
    """The id of a source as it is on the wire."""
    return resources.reference(_SOURCES.get(source_type, source_type), source_id)


def part(source_type: str, reference_id: UUID) -> str:
    """The id of what a split pays for, in a payment with a source of that type."""
    return resources.reference(_PARTS.get(source_type, source_type), reference_id)
