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


class LotHarvested(Event):
    """An expected harvest is in, in grams. With `short`, less came in than is held or sold: its orders share it."""

    topic: ClassVar[str] = "lot.harvested"
    lot_id: UUID
    seller_id: UUID
    expected: int
    came_in: int
    short: bool


class ListingApproved(Event):
    """An operator said yes to a listing of produce that its seller was not approved for."""

    topic: ClassVar[str] = "listing.approved"
    listing_id: UUID
    seller_id: UUID
    title: str


class ListingDeclined(Event):
    """An operator said no to it; it is a draft again, and its seller may change it and publish it again."""

    topic: ClassVar[str] = "listing.declined"
    listing_id: UUID
    seller_id: UUID
    title: str
    reason: str


class ListingProposed(Event):
    """A coach proposes an edit of a listing to its seller."""

    topic: ClassVar[str] = "listing.proposed"
    proposal_id: UUID
    seller_person_id: UUID
    coach: str
    title: str


class ProposalAnswered(Event):
    """A seller accepted or declined what the person, a coach, has proposed."""

    topic: ClassVar[str] = "listing.proposal_answered"
    proposal_id: UUID
    person_id: UUID
    title: str
    approved: bool


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
