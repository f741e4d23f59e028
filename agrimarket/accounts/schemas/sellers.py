"""Schema of a seller account."""

from typing import Annotated

from pydantic import Field

from agrimarket.accounts.states import SellerKind, Standing
from agrimarket.accounts.types import SellerInfo
from agrimarket.kernel.resources import SellerId
from agrimarket.kernel.wire import MoneyOut, Out


class SellerOut(Out):
    """A seller account, for its owner. `exposure_limit` caps what a limited seller may have on sale."""

    id: SellerId
    kind: SellerKind
    display_name: Annotated[str, Field(examples=["李家果园"])]
    region_code: Annotated[str, Field(examples=["420525"])]
    standing: Standing
    exposure_limit: MoneyOut | None

    @classmethod
    def of(cls, info: SellerInfo) -> "SellerOut":
        """The seller account as it is on the wire."""
        return cls(
            id=info.id,
            kind=info.kind,
            display_name=info.display_name,
            region_code=info.region_code,
            standing=info.standing,
            exposure_limit=None if info.exposure_limit is None else MoneyOut.of(info.exposure_limit),
        )
