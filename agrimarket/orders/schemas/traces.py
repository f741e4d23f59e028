"""Traces of a lot over HTTP."""

from typing import Annotated

from pydantic import Field

from agrimarket.kernel.resources import BuyerId, LineId, SellerOrderId
from agrimarket.kernel.wire import Count, Instant, Out, RegionCode, WeightOut
from agrimarket.orders.schemas.seller_orders import AddressOut
from agrimarket.orders.service import traces
from agrimarket.orders.states import SellerOrderState
from agrimarket.orders.types import TraceLine


class TraceLineOut(Out):
    """A line of a lot with its order. `address` is left out where the caller may not see it."""

    line_id: LineId
    order_id: SellerOrderId
    buyer_id: BuyerId
    state: SellerOrderState
    title: Annotated[str, Field(max_length=200)]
    packs: Count
    ordered: WeightOut
    packed: WeightOut | None
    region_code: RegionCode
    boxes: Count | None
    carrier: str | None
    tracking_number: str | None
    vehicle_plate: str | None
    address: AddressOut | None
    placed_at: Instant | None
    packed_at: Instant | None
    dispatched_at: Instant | None
    delivered_at: Instant | None

    @classmethod
    def of(cls, line: TraceLine) -> "TraceLineOut":
        """A line, for the wire."""
        address = traces.address(line)
        other = {"ordered_grams", "packed_grams", "address"}
        same = {name: value for name, value in line._asdict().items() if name not in other}
        return cls(
            **same,
            ordered=WeightOut(grams=line.ordered_grams),
            packed=None if line.packed_grams is None else WeightOut(grams=line.packed_grams),
            address=None if address is None else AddressOut.of(address),
        )
