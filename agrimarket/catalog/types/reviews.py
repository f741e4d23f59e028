"""Listings as an operator decides about them."""

from dataclasses import dataclass

from agrimarket.accounts.types import SellerInfo
from agrimarket.catalog.types.listings import ListingView
from agrimarket.catalog.types.selling import UsualPrice


@dataclass(frozen=True, slots=True)
class UnderReview:
    """A listing that an operator looks at, with its seller and what that seller may sell already, in their words."""

    listing: ListingView
    seller: SellerInfo
    approved: list[str]
    usual: UsualPrice
