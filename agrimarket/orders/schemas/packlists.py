"""Many orders at once over HTTP."""

from typing import Annotated

from pydantic import Field

from agrimarket.bulk.schemas.files import RowFault
from agrimarket.integrations.sheet_rows import refused
from agrimarket.kernel.resources import SellerOrderId
from agrimarket.kernel.wire import In, Out, Several
from agrimarket.orders.flows.packlists import Accepted

AT_ONCE = 1_000


class AcceptManyIn(In):
    """Orders to accept."""

    order_ids: Annotated[list[SellerOrderId], Field(min_length=1, max_length=AT_ONCE)]


class RefusedOrderOut(Out):
    """An order that was not accepted, and why."""

    order_id: SellerOrderId
    error: RowFault


class AcceptedManyOut(Out):
    """Orders that are accepted now, and those that are not."""

    accepted: Annotated[list[SellerOrderId], Several]
    refused: Annotated[list[RefusedOrderOut], Several]

    @classmethod
    def of(cls, done: Accepted, language: str) -> "AcceptedManyOut":
        """What became of each."""
        told = [
            RefusedOrderOut(order_id=order_id, error=RowFault.of(refused(error, {}, language), language))
            for order_id, error in done.refused
        ]
        return cls(accepted=done.accepted, refused=told)
