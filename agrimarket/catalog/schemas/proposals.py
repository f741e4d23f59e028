"""Edits that coaches propose, on the wire."""

from typing import Annotated, Any

from pydantic import Field

from agrimarket.catalog.schemas.listings import Packs
from agrimarket.catalog.states import ProposalState
from agrimarket.catalog.types.proposals import Proposed
from agrimarket.kernel.resources import ListingId, ProposalId
from agrimarket.kernel.wire import Count, In, Instant, LongText, MinorUnits, MoneyIn, Out, Text, WeightIn


class ProposalIn(In):
    """An edit of a listing; fields that are left out stay. The note says why, in words that the seller reads."""

    listing_id: ListingId
    title: Text | None = None
    description: LongText | None = None
    pack: WeightIn | None = None
    price: MoneyIn | None = None
    min_packs: Packs | None = None
    max_packs: Packs | None = None
    note: Annotated[LongText, Field(examples=["附近都賣 58 元，這個價兩天就能賣完。"])]

    def changes(self) -> dict[str, Any]:
        """The fields that were given, for the service."""
        given = {
            "title": self.title,
            "description": self.description,
            "pack_grams": self.pack and self.pack.grams,
            "price": self.price and self.price.amount,
            "min_packs": self.min_packs,
            "max_packs": self.max_packs,
        }
        return {name: value for name, value in given.items() if value is not None}


class ProposedFields(Out):
    """The fields of a proposal; null where it says nothing of one."""

    title: Annotated[str | None, Field(max_length=200)] = None
    description: Annotated[str | None, Field(max_length=4_000)] = None
    pack_grams: Count | None = None
    price: MinorUnits | None = None
    min_packs: Count | None = None
    max_packs: Count | None = None


class ProposalOut(Out):
    """An edit that a coach proposes: what it would change to (`changes`), and what that was (`before`)."""

    id: ProposalId
    listing_id: ListingId
    title: Annotated[str, Field(max_length=200)]
    coach: Annotated[str, Field(max_length=200, examples=["周老師"])]
    changes: ProposedFields
    before: ProposedFields
    note: Annotated[str, Field(max_length=4_000)]
    state: ProposalState
    created_at: Instant

    @classmethod
    def of(cls, one: Proposed) -> "ProposalOut":
        """The proposal as the service sees it, for the wire."""
        return cls(
            id=one.id,
            listing_id=one.listing_id,
            title=one.title,
            coach=one.coach,
            changes=ProposedFields(**one.changes),
            before=ProposedFields(**one.before),
            note=one.note,
            state=one.state,
            created_at=one.created_at,
        )
