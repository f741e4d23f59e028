"""Stock as rows of a file tell it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from agrimarket.catalog.states import ListingState


@dataclass(frozen=True, slots=True)
class KindOfProduce:
    """A kind of produce, for whoever reads its name in a file; `keeps_days` is how long it usually sells."""

    id: UUID
    code: str
    keeps_days: int


@dataclass(frozen=True, slots=True)
class Stocked:
    """A seller's listing with its lot, as a row of a file tells it: values by column, in `stocklists` words."""

    listing_id: UUID
    lot_id: UUID
    state: ListingState
    version: int
    values: Mapping[str, Any]
