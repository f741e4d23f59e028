"""Listings under review on the wire."""

from typing import Annotated

from pydantic import Field

from agrimarket.catalog.schemas.listings import ListingOut
from agrimarket.catalog.types.reviews import UnderReview
from agrimarket.kernel.wire import Count, In, LongText, MoneyOut, Out, Several


class DeclineIn(In):
    """Why a listing is declined. The seller reads it as written."""

    reason: Annotated[LongText, Field(max_length=500, examples=["We cannot check wild mushrooms."])]


class UnderReviewOut(Out):
    """A listing that an operator decides about. `usual_price` is the middle price per kilogram of `others` listings."""

    listing: ListingOut
    seller_name: Annotated[str, Field(max_length=200, examples=["李家果园"])]
    approved_produce: Annotated[list[str], Several, Field(examples=[["草莓"]])]
    others: Count
    usual_price: MoneyOut | None

    @classmethod
    def of(cls, found: UnderReview) -> "UnderReviewOut":
        """What is looked at, for the wire."""
        return cls(
            listing=ListingOut.of(found.listing),
            seller_name=found.seller.display_name,
            approved_produce=found.approved,
            others=found.usual.count,
            usual_price=None if found.usual.per_kg is None else MoneyOut.of(found.usual.per_kg),
        )
