"""Carts, quotes and checkout on the wire."""

from typing import Annotated, Literal

from pydantic import Field

from agrimarket.kernel.resources import CartId, GroupId, ListingId, QuoteId, SellerId
from agrimarket.kernel.wire import In, Instant, MoneyOut, Out, RegionCode, Text, WeightOut
from agrimarket.orders.rules import MAX_LINES, MAX_PACKS, Item, Parcel
from agrimarket.orders.schemas.ids import Packs, Phone
from agrimarket.orders.types import Address, CartView, Line, QuoteView
from agrimarket.regions.types import RestrictionInfo


class LineIn(In):
    """So many packs of a listing."""

    listing_id: ListingId
    packs: Packs

    def line(self) -> Line:
        """As the service takes it."""
        return Line(self.listing_id, self.packs)


class CartIn(In):
    """A cart with its first lines; lines of one listing are added up."""

    lines: Annotated[list[LineIn], Field(max_length=MAX_LINES)] = []


class LinesIn(In):
    """More lines."""

    lines: Annotated[list[LineIn], Field(min_length=1, max_length=MAX_LINES)]


class PacksIn(In):
    """So many packs from now on; 0 takes the line out."""

    packs: Annotated[int, Field(strict=True, ge=0, le=MAX_PACKS, examples=[3])]


class LineOut(Out):
    """A line of a cart."""

    listing_id: ListingId
    packs: int


class CartOut(Out):
    """A cart; `order_group_id` once it was ordered."""

    id: CartId
    lines: list[LineOut]
    order_group_id: GroupId | None

    @classmethod
    def of(cls, cart: CartView) -> "CartOut":
        """From the service's view."""
        lines = [LineOut(listing_id=line.listing_id, packs=line.packs) for line in cart.lines]
        return cls(id=cart.id, lines=lines, order_group_id=cart.group_id)


class QuoteIn(In):
    """What to quote, and where to. Name the community where parts of the region are closed."""

    cart_id: CartId
    region_code: Annotated[RegionCode, Field(examples=["310115"])]
    community: Annotated[Text | None, Field(examples=["花木街道"])] = None


class QuotedLineOut(Out):
    """A line with its price; by weight, `amount` is the most that it can cost."""

    listing_id: ListingId
    title: str
    packs: int
    pack: WeightOut
    unit_price: MoneyOut
    priced_by: str
    amount: MoneyOut

    @classmethod
    def of(cls, item: Item, currency: str) -> "QuotedLineOut":
        """From the rule's item."""
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
    """One seller's part, with its own delivery fee."""

    seller_id: SellerId
    origin_region: str
    lines: list[QuotedLineOut]
    goods: MoneyOut
    delivery: MoneyOut
    total: MoneyOut

    @classmethod
    def of(cls, parcel: Parcel) -> "ParcelOut":
        """From the rule's parcel."""
        money = {
            name: MoneyOut(amount=amount, currency=parcel.currency)
            for name, amount in (("goods", parcel.goods), ("delivery", parcel.delivery), ("total", parcel.total))
        }
        lines = [QuotedLineOut.of(item, parcel.currency) for item in parcel.items]
        return cls(seller_id=parcel.seller_id, origin_region=parcel.origin_region, lines=lines, **money)


class RestrictionOut(Out):
    """A restriction in force at the destination, by which notice."""

    level: str
    region_code: str
    region_name: str
    whole_area: bool
    communities: list[str]
    community_count: int
    since: Instant
    bulletin_number: str
    source: str

    @classmethod
    def of(cls, found: RestrictionInfo) -> "RestrictionOut":
        """From `regions`."""
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
    """A price that stands until `expires_at`, for this destination. `total` is the most that will be charged."""

    id: QuoteId
    cart_id: CartId
    region_code: str
    community: str | None
    parcels: list[ParcelOut]
    goods: MoneyOut
    delivery: MoneyOut
    total: MoneyOut
    restrictions: list[RestrictionOut]
    expires_at: Instant

    @classmethod
    def of(cls, quote: QuoteView) -> "QuoteOut":
        """From the service's view."""
        currency = quote.parcels[0].currency
        goods, delivery = (sum(getattr(p, name) for p in quote.parcels) for name in ("goods", "delivery"))
        return cls(
            id=quote.id,
            cart_id=quote.cart_id,
            region_code=quote.region_code,
            community=quote.community,
            parcels=[ParcelOut.of(parcel) for parcel in quote.parcels],
            goods=MoneyOut(amount=goods, currency=currency),
            delivery=MoneyOut(amount=delivery, currency=currency),
            total=MoneyOut(amount=goods + delivery, currency=currency),
            restrictions=[RestrictionOut.of(found) for found in quote.restrictions],
            expires_at=quote.expires_at,
        )


class AddressIn(In):
    """Where it goes."""

    recipient: Annotated[Text, Field(max_length=80, examples=["王芳"])]
    phone: Phone
    region_code: Annotated[RegionCode, Field(examples=["310115"])]
    community: Annotated[Text | None, Field(examples=["花木街道"])] = None
    street: Annotated[Text, Field(examples=["锦绣路 1001 弄 8 号 402 室"])]

    def address(self) -> Address:
        """As the service takes it."""
        return Address(self.recipient, self.phone, self.region_code, self.community, self.street)


class CheckoutIn(In):
    """Buy a cart at today's prices, or at those of a quote. One of the two ids."""

    cart_id: CartId | None = None
    quote_id: QuoteId | None = None
    address: AddressIn
    method: Annotated[Literal["card", "alipay"], Field(examples=["card"])]
    payment_method: Annotated[
        str | None,
        Field(
            max_length=255,
            pattern=r"^[A-Za-z0-9_]+$",
            examples=["pm_card_visa"],
            description="The provider's token; without it the buyer pays with `client_secret` or at `redirect_url`.",
        ),
    ] = None
