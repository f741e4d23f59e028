"""Order groups on the wire."""

from typing import Annotated

from pydantic import Field

from agrimarket.kernel.resources import CartId, GroupId, PaymentId
from agrimarket.kernel.wire import Instant, MoneyOut, Out
from agrimarket.orders.rules import MAX_LINES
from agrimarket.orders.schemas.seller_orders import AddressOut, SellerOrderOut
from agrimarket.orders.states import GroupState
from agrimarket.orders.types import GroupView


class OrderGroupOut(Out):
    """A purchase. Its state is that of its slowest seller order that goes on."""

    id: GroupId
    cart_id: CartId
    payment_id: PaymentId
    state: GroupState
    method: str
    orders: Annotated[list[SellerOrderOut], Field(max_length=MAX_LINES)]
    ceiling: MoneyOut
    final: MoneyOut | None
    address: AddressOut
    expires_at: Instant
    created_at: Instant

    @classmethod
    def of(cls, view: GroupView) -> "OrderGroupOut":
        """The purchase as the service sees it, for the wire."""
        group, rows = view.group, [part.order for part in view.orders]
        ceiling = sum(order.goods + order.delivery for order in rows)
        finals = [order.final for order in rows if order.final is not None]
        known = len(finals) == len(rows)
        return cls(
            id=group.id,
            cart_id=group.cart_id,
            payment_id=group.payment_id,
            state=view.state,
            method=group.method,
            orders=[SellerOrderOut.of(part) for part in view.orders],
            ceiling=MoneyOut(amount=ceiling, currency=group.currency),
            final=MoneyOut(amount=sum(finals), currency=group.currency) if known else None,
            address=AddressOut.of(view.address),
            expires_at=group.expires_at,
            created_at=group.created_at,
        )
