"""Ids and small values on the wire."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from agrimarket.kernel.ids import wire_id
from agrimarket.kernel.wire import Text
from agrimarket.orders.rules import MAX_PACKS

CartId = Annotated[UUID, wire_id("crt")]
QuoteId = Annotated[UUID, wire_id("quo")]
GroupId = Annotated[UUID, wire_id("grp")]
OrderId = Annotated[UUID, wire_id("sor")]
OrderLineId = Annotated[UUID, wire_id("orl")]
ClaimId = Annotated[UUID, wire_id("clm")]
PhotoId = Annotated[UUID, wire_id("pho")]
AlertId = Annotated[UUID, wire_id("alr")]
ListingId = Annotated[UUID, wire_id("lst")]
SellerId = Annotated[UUID, wire_id("sel")]
PaymentId = Annotated[UUID, wire_id("pay")]
Packs = Annotated[int, Field(strict=True, ge=1, le=MAX_PACKS, examples=[2])]
Bps = Annotated[
    int, Field(strict=True, ge=1, le=10_000, examples=[1000], description="Hundredths of a percent: 1000 is 10 %.")
]
Phone = Annotated[Text, Field(max_length=40, examples=["+86 138 0013 8000"])]
