"""Quotes on the wire."""

from typing import Annotated

from pydantic import Field

from agrimarket.kernel.resources import CartId, ListingId, QuoteId, SellerId
from agrimarket.kernel.wire import Count, In, Instant, MoneyOut, Out, RegionCode, Text, WeightOut
from agrimarket.orders.rules import MAX_LINES, Item, Parcel
from agrimarket.orders.types import QuoteView
from agrimarket.regions.types.bulletins import MAX_ENTRIES
from agrimarket.regions.types.restrictions import RestrictionInfo
from agrimarket.regions.types.serviceability import Mode


class QuoteIn(In):
    """A cart and a destination to quote for. The community is needed if parts of the region are closed."""

    cart_id: CartId
    region_code: Annotated[RegionCode, Field(examples=["310115"])]
    community: Annotated[Text | None, Field(examples=["花木街道"])] = None
    mode: Annotated[Mode, Field(description="How it is delivered; listings say what is offered.")] = Mode.TRUCK


class QuotedLineOut(Out):
    """A line with its price. `amount` is the most that a line priced by weight can cost."""

    listing_id: ListingId
    title: str
    packs: Count
    pack: WeightOut
    unit_price: MoneyOut
    priced_by: str
    amount: MoneyOut

    @classmethod
    def of(cls, item: Item, currency: str) -> "QuotedLineOut":
        """The priced line, for the wire."""
        return cls(
            listing_id=item.listing_id,
            title=item.title,
            packs=item.packs,
            pack=WeightOut(grams=item.pack_grams),
            unit_price=MoneyOut(amount=item.unit_price, currency=currency),
            priced_by=item.priced_by,
            amount=MoneyOut(amount=item.amount, currency=currency),
        )


class ParcelOut(Out):
    """A seller's part of a quote, with its own delivery fee."""

    seller_id: SellerId
    origin_region: str
    lines: Annotated[list[QuotedLineOut], Field(max_length=MAX_LINES)]
    goods: MoneyOut
    delivery: MoneyOut
    total: MoneyOut

    @classmethod
    def of(cls, parcel: Parcel) -> "ParcelOut":
        """The parcel, for the wire."""
        money = {
            name: MoneyOut(amount=amount, currency=parcel.currency)
            for name, amount in (("goods", parcel.goods), ("delivery", parcel.delivery), ("total", parcel.total))
        }
        lines = [QuotedLineOut.of(item, parcel.currency) for item in parcel.items]
        return cls(seller_id=parcel.seller_id, origin_region=parcel.origin_region, lines=lines, **money)


class QuoteRestrictionOut(Out):
    """A restriction in force at the destination, and the notice that ordered it."""

    level: str
    region_code: str
    region_name: str
    whole_area: bool
    communities: Annotated[list[str], Field(max_length=MAX_ENTRIES)]
    community_count: Count
    since: Instant
    bulletin_number: str
    source: str

    @classmethod
    def of(cls, found: RestrictionInfo) -> "QuoteRestrictionOut":
        """The restriction as `regions` knows it, for the wire."""
        return cls(
            level=found.level.value,
            region_code=found.region_code,
            region_name=found.region_name,
            whole_area=found.whole_area,
            communities=found.communities,
            community_count=found.community_count,
            since=found.since,
            bulletin_number=found.bulletin_number,
            source=found.source,
        )


class QuoteOut(Out):
    """A price for this destination, valid until `expires_at`. `total` is the most that will be charged."""

    id: QuoteId
    cart_id: CartId
    region_code: str
    community: str | None
    mode: Mode
    parcels: Annotated[list[ParcelOut], Field(max_length=MAX_LINES)]
    goods: MoneyOut
    delivery: MoneyOut
    total: MoneyOut
    restrictions: Annotated[list[QuoteRestrictionOut], Field(max_length=MAX_ENTRIES)]
    expires_at: Instant

    @classmethod
    def of(cls, quote: QuoteView) -> "QuoteOut":
        """The quote as the service sees it, for the wire."""
        currency = quote.parcels[0].currency
        goods, delivery = (sum(getattr(p, name) for p in quote.parcels) for name in ("goods", "delivery"))
        return cls(
            id=quote.id,
            cart_id=quote.cart_id,
            region_code=quote.region_code,
            community=quote.community,
            mode=quote.mode,
            parcels=[ParcelOut.of(parcel) for parcel in quote.parcels],
            goods=MoneyOut(amount=goods, currency=currency),
            delivery=MoneyOut(amount=delivery, currency=currency),
            total=MoneyOut(amount=goods + delivery, currency=currency),
            restrictions=[QuoteRestrictionOut.of(found) for found in quote.restrictions],
            expires_at=quote.expires_at,
        )
