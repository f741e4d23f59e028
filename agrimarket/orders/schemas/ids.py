"""Ids and small values on the wire."""

from typing import Annotated

from pydantic import Field

from agrimarket.kernel.wire import Text
from agrimarket.orders.rules import MAX_PACKS

Packs = Annotated[int, Field(strict=True, ge=1, le=MAX_PACKS, examples=[2])]
Bps = Annotated[
    int, Field(strict=True, ge=1, le=10_000, examples=[1000], description="Hundredths of a percent: 1000 is 10 %.")
]
Phone = Annotated[Text, Field(max_length=40, examples=["+86 138 0013 8000"])]
