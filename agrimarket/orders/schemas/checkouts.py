"""Checkouts on the wire."""

from typing import Annotated, Literal

from pydantic import Field

from agrimarket.kernel.resources import CartId, PaymentId, QuoteId
from agrimarket.kernel.wire import In, Out, RegionCode, Telephone, Text
from agrimarket.orders.schemas.order_groups import OrderGroupOut
from agrimarket.orders.types import Address
from agrimarket.payments.schemas.payments import NEXT_STEP
from agrimarket.payments.states import NextStep
from agrimarket.regions.types.serviceability import Mode


class AddressIn(In):
    """Delivery address of a purchase."""

    recipient: Annotated[Text, Field(max_length=80, examples=["王芳"])]
    phone: Telephone
    region_code: Annotated[RegionCode, Field(examples=["310115"])]
    community: Annotated[Text | None, Field(examples=["花木街道"])] = None
    street: Annotated[Text, Field(examples=["锦绣路 1001 弄 8 号 402 室"])]

    def address(self) -> Address:
        """The address as the service takes it."""
        return Address(self.recipient, self.phone, self.region_code, self.community, self.street)


class CheckoutIn(In):
    """A cart to buy: with `cart_id` at today's prices, with `quote_id` at the quote's. Give exactly one of the two."""

    cart_id: CartId | None = None
    quote_id: QuoteId | None = None
    address: AddressIn
    mode: Annotated[
        Mode | None, Field(description="How it is delivered; left out, as quoted, else by `truck`.", examples=["truck"])
    ] = None
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


class CheckoutPaymentOut(Out):
    """State of the payment, and the buyer's next step: confirm with `client_secret`, or go to `redirect_url`."""

    id: PaymentId
    state: str
    next_step: Annotated[NextStep, Field(description=NEXT_STEP, examples=["authenticate"])]
    client_secret: str | None
    redirect_url: str | None


class CheckoutOut(Out):
    """A purchase and its payment; `payment` is null if nothing is left to pay."""

    order_group: OrderGroupOut
    payment: CheckoutPaymentOut | None
