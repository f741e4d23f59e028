"""What other packages learn of the catalogue."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from agrimarket.catalog.states import PricedBy
from agrimarket.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Offer:
    """A listing as checkout sees it. `price` is a pack's (its ceiling where `priced_by` is weight)."""

    listing_id: UUID
    seller_id: UUID
    lot_id: UUID
    product_id: UUID
    title: str
    origin_region: str
    pack_grams: int
    price: Money
    priced_by: PricedBy
    perish_by: datetime
    available_packs: int
    min_packs: int
    max_packs: int | None
    published: bool
    """On sale at this moment: published, and its lot neither perished nor recalled."""
