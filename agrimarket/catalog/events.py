"""Events of `catalog`."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from agrimarket.kernel.outbox import Event


class ListingPublished(Event):
    """A listing went on sale for the first time."""

    topic: ClassVar[str] = "listing.published"
    listing_id: UUID
    lot_id: UUID
    seller_id: UUID
    product_id: UUID
    region_code: str


class LotSoldOut(Event):
    """The last pack of a lot was sold, and its listings ended."""

    topic: ClassVar[str] = "lot.sold_out"
    lot_id: UUID
    seller_id: UUID


class LotRecalled(Event):
    """A lot was taken back; a person has to look at its orders."""

    topic: ClassVar[str] = "lot.recalled"
    lot_id: UUID
    seller_id: UUID
    reason: str


class ClearanceMade(Event):
    """The clearance list of a day was made, or corrected."""

    topic: ClassVar[str] = "clearance.made"
    list_id: UUID
    day: date
    edition: int
    rows: int


class ClearanceFollowed(Event):
    """The clearance list of a day was made, for somebody who wanted to be told."""

    topic: ClassVar[str] = "clearance.followed"
    follow_id: UUID
    person_id: UUID
    day: date
    edition: int
    rows: int
