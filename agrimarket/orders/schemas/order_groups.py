"""Order groups on the wire."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from agrimarket.kernel.i18n import DEFAULT_LANGUAGE
from agrimarket.kernel.ids import short_number
from agrimarket.kernel.resources import CartId, GroupId, PaymentId, SellerOrderId
from agrimarket.kernel.wire import Instant, MoneyOut, Number, Out
from agrimarket.orders.rules import MAX_LINES
from agrimarket.orders.schemas.blocked import BlockedOut
from agrimarket.orders.schemas.seller_orders import AddressOut, SellerOrderOut
from agrimarket.orders.states import GroupState
from agrimarket.orders.types import GroupView
from agrimarket.payments.schemas.payments import NEXT_STEP, REDIRECT
from agrimarket.payments.service.attempts import StartedPayment
from agrimarket.payments.states import NextStep, PaymentMethod, PaymentState
from agrimarket.regions.types.serviceability import Mode


class GroupPaymentOut(Out):
    """The payment that a purchase waits for: how it stands, what the buyer does next, and until when."""

    id: PaymentId
    state: Annotated[PaymentState, Field(examples=["pending"])]
    method: Annotated[PaymentMethod, Field(examples=["card"])]
    next_step: Annotated[NextStep, Field(description=NEXT_STEP, examples=["authenticate"])]
    redirect_url: Annotated[str | None, Field(description=REDIRECT, examples=["https://hooks.stripe.com/3ds/1"])]
    pay_until: Annotated[Instant, Field(description="The purchase lapses then, unless it is paid.")]
    failure_code: Annotated[str | None, Field(examples=["card_declined"])]
    decline_code: Annotated[str | None, Field(examples=["insufficient_funds"])]

    @classmethod
    def of(cls, payment: StartedPayment, until: datetime) -> "GroupPaymentOut":
        """The payment as its payer sees it, for the wire."""
        return cls(
            id=payment.payment_id,
            state=payment.state,
            method=payment.method,
            next_step=payment.next_step,
            redirect_url=payment.redirect_url,
            pay_until=until,
            failure_code=payment.failure_code,
            decline_code=payment.decline_code,
        )


class BlockedOrderOut(Out):
    """An order that waits for its payment and cannot be delivered now."""

    seller_order_id: SellerOrderId
    why: BlockedOut


class OrderGroupOut(Out):
    """A purchase. Its state is that of its slowest seller order that goes on."""

    id: GroupId
    number: Number
    cart_id: CartId
    payment_id: PaymentId
    state: GroupState
    method: str
    mode: Annotated[Mode, Field(description="How it is delivered.")]
    orders: Annotated[list[SellerOrderOut], Field(max_length=MAX_LINES)]
    ceiling: MoneyOut
    final: MoneyOut | None
    address: AddressOut
    payment: Annotated[
        GroupPaymentOut | None, Field(description="For the buyer, as long as the purchase waits for its payment.")
    ]
    blocked: Annotated[
        list[BlockedOrderOut],
        Field(max_length=MAX_LINES, description="While it waits for its payment: what cannot be delivered now."),
    ]
    expires_at: Instant
    created_at: Instant

    @classmethod
    def of(cls, view: GroupView, language: str = DEFAULT_LANGUAGE) -> "OrderGroupOut":
        """The purchase as the service sees it, for the wire."""
        group, rows = view.group, [part.order for part in view.orders]
        ceiling = sum(order.goods + order.delivery for order in rows)
        finals = [order.final for order in rows if order.final is not None]
        known = len(finals) == len(rows)
        return cls(
            id=group.id,
            number=short_number(group.id),
            cart_id=group.cart_id,
            payment_id=group.payment_id,
            state=view.state,
            method=group.method,
            mode=group.mode,
            orders=[SellerOrderOut.of(part) for part in view.orders],
            ceiling=MoneyOut(amount=ceiling, currency=group.currency),
            final=MoneyOut(amount=sum(finals), currency=group.currency) if known else None,
            address=AddressOut.of(view.address),
            payment=GroupPaymentOut.of(view.payment, group.expires_at) if view.payment else None,
            blocked=[
                BlockedOrderOut(seller_order_id=order_id, why=BlockedOut.of(refusal, language))
                for order_id, refusal in view.blocked.items()
            ],
            expires_at=group.expires_at,
            created_at=group.created_at,
        )
