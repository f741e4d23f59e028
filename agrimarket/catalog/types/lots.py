"""Lots as services take and give them."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from agrimarket.catalog.states import Grade, ListingState, Storage


@dataclass(frozen=True, slots=True)
class LotView:
    """A seller's lot, in grams, and the listings made of it: (id, title, state)."""

    id: UUID
    product_id: UUID
    product_code: str
    region_code: str
    origin_name: str
    harvested_on: date
    perish_by: datetime
    quantity: int
    reserved: int
    committed: int
    recalled_at: datetime | None
    listings: list[tuple[UUID, str, ListingState]]
    expected_share: int | None = None
    """Basis points of `quantity` that can be sold before the harvest is in; None once it is (or if it always was)."""
    came_in: int | None = None
    """What came in, while orders are scaled down to it; None otherwise."""
    sellable: int = 0
    """Grams that may be held and sold in all."""
    grade: Grade | None = None
    storage: Storage = Storage.AMBIENT

    @property
    def expected(self) -> bool:
        """Whether its harvest is not in yet."""
        return self.expected_share is not None

    @property
    def free(self) -> int:
        """Grams that can still be sold now."""
        return max(0, self.sellable - self.reserved - self.committed)


@dataclass(frozen=True, slots=True)
class NewLot:
    """A harvest to be recorded; `quantity` in grams.

    One whose day lies ahead is expected. Of that at most `share` (basis points; None: the drive's) is sold beforehand.
    """

    product_id: UUID
    region_code: str
    harvested_on: date
    quantity: int
    perish_by: datetime | None = None
    share: int | None = None
    grade: Grade | None = None
    storage: Storage | None = None
    """None: as such produce is usually kept."""
