"""Checkout: the purchase is placed in one transaction, the provider is called, and a second one records the result."""

from agrimarket.integrations.payment_gateway import PaymentGateway
from agrimarket.kernel.db import Database
from agrimarket.kernel.failpoints import failpoint
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.principal import Principal
from agrimarket.orders.errors import CheckoutTarget
from agrimarket.orders.schemas.checkouts import CheckoutIn, CheckoutOut, CheckoutPaymentOut
from agrimarket.orders.schemas.order_groups import OrderGroupOut
from agrimarket.orders.service import checkouts
from agrimarket.orders.states import GroupState
from agrimarket.orders.types import GroupView
from agrimarket.payments.flows import payments
from agrimarket.payments.states import PaymentMethod, PaymentState

_HELD = frozenset({PaymentState.AUTHORISED, PaymentState.CAPTURED})


def check_out(
    db: Database, gateway: PaymentGateway, buyer: Principal, data: CheckoutIn, idempotency: Idempotency
) -> CheckoutOut:
    """Place a purchase, start its payment outside any transaction, then answer; safe to repeat at every point.

    A process that dies in between leaves a purchase that waits for its payment: the next checkout of the same cart
    goes on with it, or the sweep ends it after fifteen minutes. A refused payment (`PaymentRefused`, 402) can be tried
    again with another `payment_method` in that time.
    """
    if (data.cart_id is None) == (data.quote_id is None):
        raise CheckoutTarget(pointer="/cart_id")
    with db.transaction() as session:
        stored = idempotency.claim(session, CheckoutOut)
        if stored is not None:
            return stored
        placed = checkouts.place(
            session,
            buyer,
            cart_id=data.cart_id,
            quote_id=data.quote_id,
            address=data.address.address(),
            method=PaymentMethod(data.method),
        )
    failpoint("orders.placed")
    try:
        payment = _pay(db, gateway, placed, data.payment_method)
    except Exception:
        with db.transaction() as session:
            idempotency.release(session)
        raise
    with db.transaction() as session:
        if payment is not None and payment.state in _HELD:
            placed = checkouts.paid_view(session, placed)
        return idempotency.store(session, _answer(placed, payment))


def _pay(db: Database, gateway: PaymentGateway, placed: GroupView, token: str | None) -> payments.StartedPayment | None:
    if placed.state is not GroupState.PENDING_PAYMENT:
        return None
    return payments.start(db, gateway, placed.group.payment_id, token)


def _answer(placed: GroupView, payment: payments.StartedPayment | None) -> CheckoutOut:
    started = None
    if payment is not None:
        started = CheckoutPaymentOut(
            id=payment.payment_id,
            state=payment.state,
            client_secret=payment.client_secret,
            redirect_url=payment.redirect_url,
        )
    return CheckoutOut(order_group=OrderGroupOut.of(placed), payment=started)
