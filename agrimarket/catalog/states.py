"""States of listings, and the fixed choices of products and prices."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class ListingState(StrEnum):
    """States of an offer for sale."""

    DRAFT = "draft"
    PENDING_REVIEW = "pending_review"
    PUBLISHED = "published"
    PAUSED = "paused"
    SOLD_OUT = "sold_out"
    EXPIRED = "expired"
    RECALLED = "recalled"


class PricedBy(StrEnum):
    """Meanings of a price. `pack`: what a pack costs. `weight`: the most it costs; the weight packed is charged."""

    PACK = "pack"
    WEIGHT = "weight"


class Storage(StrEnum):
    """Ways to keep produce: at outdoor temperature, in a cellar, in a cold room, frozen."""

    AMBIENT = "ambient"
    COOL = "cool"
    CHILLED = "chilled"
    FROZEN = "frozen"


class Grade(StrEnum):
    """How produce was sorted: the best, good, with blemishes that do not hurt the taste, or not sorted at all."""

    EXTRA = "extra"
    FIRST = "first"
    SECOND = "second"
    UNSORTED = "unsorted"


class Certification(StrEnum):
    """Certificates that produce may have: 绿色食品, 有机产品, 地理标志."""

    GREEN_FOOD = "green_food"
    ORGANIC = "organic"
    GEOGRAPHICAL_INDICATION = "geographical_indication"


class Category(StrEnum):
    """The aisles of the market."""

    FRUIT = "fruit"
    LEAF = "leaf"
    FRUITING = "fruiting"
    ROOT = "root"
    BULB = "bulb"
    LEGUME = "legume"
    MUSHROOM = "mushroom"
    GRAIN = "grain"
    OIL = "oil"
    LIVESTOCK = "livestock"
    AQUATIC = "aquatic"


class ProposalState(StrEnum):
    """States of an edit that a coach proposes."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REPLACED = "replaced"


PROPOSAL_TRANSITIONS: Final[Mapping[ProposalState, frozenset[ProposalState]]] = {
    ProposalState.OPEN: frozenset({ProposalState.ACCEPTED, ProposalState.DECLINED, ProposalState.REPLACED}),
}
"""open → accepted | declined | replaced (by the next of the same coach)."""

_ENDS: Final = frozenset({ListingState.SOLD_OUT, ListingState.EXPIRED, ListingState.RECALLED})

LISTING_TRANSITIONS: Final[Mapping[ListingState, frozenset[ListingState]]] = {
    ListingState.DRAFT: frozenset({ListingState.PENDING_REVIEW}),
    ListingState.PENDING_REVIEW: frozenset(
        {ListingState.PUBLISHED, ListingState.DRAFT, ListingState.EXPIRED, ListingState.RECALLED}
    ),
    ListingState.PUBLISHED: frozenset({ListingState.PAUSED}) | _ENDS,
    ListingState.PAUSED: frozenset({ListingState.PUBLISHED}) | _ENDS,
}
"""draft ⇄ pending_review → published ⇄ paused → sold_out | expired | recalled. An ended listing stays ended.

A listing goes back to draft if an operator declines it."""

OPEN: Final = (ListingState.PUBLISHED, ListingState.PAUSED)
"""Listings in these states count towards a seller's exposure."""
PERISHABLE: Final = (ListingState.PENDING_REVIEW, *OPEN)
"""Listings in these states end when their lot perishes or is recalled."""
EDITABLE: Final = frozenset({ListingState.DRAFT, *PERISHABLE})
"""Listings in these states can be changed by their seller."""
