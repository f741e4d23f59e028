"""Carts on the wire."""

from typing import Annotated

from pydantic import Field

from agrimarket.kernel.i18n import DEFAULT_LANGUAGE
from agrimarket.kernel.resources import CartId, GroupId, ListingId
from agrimarket.kernel.wire import Count, In, MoneyOut, Out
from agrimarket.orders.rules import MAX_LINES, MAX_PACKS
from agrimarket.orders.schemas.blocked import BlockedOut
from agrimarket.orders.types import CartView, Line

Packs = Annotated[int, Field(strict=True, ge=1, le=MAX_PACKS, examples=[2])]


class LineIn(In):
    """A line to add: packs of a listing."""

    listing_id: ListingId
    packs: Packs

    def line(self) -> Line:
        """The line as the service takes it."""
        return Line(self.listing_id, self.packs)


class CartIn(In):
    """First lines of a cart; lines of the same listing are added up."""

    lines: Annotated[list[LineIn], Field(max_length=MAX_LINES)] = []


class LinesIn(In):
    """Lines to add."""

    lines: Annotated[list[LineIn], Field(min_length=1, max_length=MAX_LINES)]


class PacksIn(In):
    """A line's new number of packs; 0 removes the line."""

    packs: Annotated[int, Field(strict=True, ge=0, le=MAX_PACKS, examples=[3])]


class RepricedOut(Out):
    """What a pack cost when it was last told (by the newest quote, else when it was put in), and costs now."""

    before: MoneyOut
    now: MoneyOut


class LineOut(Out):
    """A line of a cart."""

    listing_id: ListingId
    packs: Count
    blocked: Annotated[
        BlockedOut | None, Field(description="Why it cannot be ordered now; told when the cart is read.")
    ] = None
    repriced: Annotated[
        RepricedOut | None, Field(description="The price changed since it was told; told when the cart is read.")
    ] = None


class CartOut(Out):
    """A cart; `order_group_id` once it was ordered."""

    id: CartId
    lines: Annotated[list[LineOut], Field(max_length=MAX_LINES)]
    order_group_id: GroupId | None

    @classmethod
    def of(cls, cart: CartView, language: str = DEFAULT_LANGUAGE) -> "CartOut":
        """The cart as the service sees it, for the wire."""
        why = {listing_id: BlockedOut.of(refusal, language) for listing_id, refusal in cart.blocked.items()}
        prices = {
            listing_id: RepricedOut(before=MoneyOut.of(before), now=MoneyOut.of(now))
            for listing_id, (before, now) in cart.repriced.items()
        }
        lines = [
            LineOut(
                listing_id=line.listing_id,
                packs=line.packs,
                blocked=why.get(line.listing_id),
                repriced=prices.get(line.listing_id),
            )
            for line in cart.lines
        ]
        return cls(id=cart.id, lines=lines, order_group_id=cart.group_id)
