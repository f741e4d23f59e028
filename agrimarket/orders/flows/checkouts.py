"""Checkout: a purchase and the call that pays it are one transaction, all that the call brings is another.

Decision 11 says which states lie between the two and who finishes each.
"""

from dataclasses import replace
from uuid import UUID

from sqlmodel import Session

from agrimarket.integrations.payment_gateway import PaymentGateway, Tender
from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from agrimarket.kernel.failpoints import failpoint
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.principal import Principal
from agrimarket.orders.errors import CheckoutTarget
from agrimarket.orders.schemas.checkouts import CheckoutIn, CheckoutOut, CheckoutPaymentOut
from agrimarket.orders.schemas.order_groups import OrderGroupOut
from agrimarket.orders.service import checkouts, order_groups
from agrimarket.orders.states import GroupState
from agrimarket.orders.types import GroupView
from agrimarket.payments.errors import PaymentClosed
from agrimarket.payments.flows import calls, payments
from agrimarket.payments.flows.calls import Answered
from agrimarket.payments.service.calls import Call
from agrimarket.payments.states import HELD, PaymentMethod


def check_out(
    db: Database, gateway: PaymentGateway, buyer: Principal, data: CheckoutIn, idempotency: Idempotency
) -> CheckoutOut:
    """Place a purchase, pay it outside any transaction, then answer; safe to repeat at every point.

    Two transactions and one call between them. A process that dies in between leaves a purchase that waits for its
    payment: the sweep finishes what the call began, the next checkout of the same cart goes on with it, and it lapses
    after the payment window. A refused payment (`PaymentRefused`, 402) can be tried again with another
    `payment_method` in that time.
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
            mode=data.mode,
            tender=Tender(data.payment_method, payments.default_return_url()),
        )
    failpoint("orders.placed")
    try:
        if placed.call is not None:
            return _pay(db, gateway, buyer, placed.view, placed.call, idempotency)
        return _go_on(db, gateway, buyer, placed.view, data, idempotency)
    except Exception:  # the same key may try again, whatever failed; it is told on
        with db.transaction() as session:
            idempotency.release(session)
        raise


def _pay(
    db: Database,
    gateway: PaymentGateway,
    buyer: Principal,
    view: GroupView,
    call: Call,
    idempotency: Idempotency,
) -> CheckoutOut:
    """Pay a purchase that was just placed; what the call brought and all that follows is one transaction."""
    answered = calls.ask(gateway, call)
    with db.transaction() as session:
        payment = _record(session, view, answered)
        waits = payment.state not in HELD or view.state is not GroupState.PENDING_PAYMENT
        answer = _answer(view, payment) if answered.error is None and waits else None
        if answer is not None:
            answer = idempotency.store(session, answer)
        failpoint("orders.recording")
    failpoint("orders.recorded")
    if answered.error is not None:
        raise payments.refusal(answered.error) from answered.error
    return answer or _complete(db, buyer, view, payment, idempotency)


def _record(session: Session, view: GroupView, answered: Answered) -> payments.StartedPayment:
    """Record a payment and place its orders if they still wait for it: orders are locked before payments, always."""
    placed = checkouts.begin_placing(session, view.group.id) if payments.says_paid(answered) else None
    payment = payments.record(session, answered)
    if placed is None or not placed.orders:
        return payment
    if payment.state not in HELD:
        raise PaymentClosed
    checkouts.sell(session, placed)
    checkouts.show_placed(view, placed)
    return payment


def _go_on(
    db: Database,
    gateway: PaymentGateway,
    buyer: Principal,
    view: GroupView,
    data: CheckoutIn,
    idempotency: Idempotency,
) -> CheckoutOut:
    """Go on with the payment of a purchase that was placed before, perhaps with another card or method."""
    payment = None
    if view.state is GroupState.PENDING_PAYMENT:
        payment = payments.start(
            db, gateway, view.group.payment_id, data.payment_method, method=PaymentMethod(data.method)
        )
    return _complete(db, buyer, view, payment, idempotency)


def _complete(
    db: Database, buyer: Principal, view: GroupView, payment: payments.StartedPayment | None, idempotency: Idempotency
) -> CheckoutOut:
    """Place what is paid, unless somebody has, and answer with the purchase as it is then."""
    with db.transaction() as session:
        view = _take_in(session, buyer, view, payment)
        return idempotency.store(session, _answer(view, payment))


def _take_in(session: Session, buyer: Principal, view: GroupView, payment: payments.StartedPayment | None) -> GroupView:
    """Write down what going on with a payment brought; the purchase as it is then."""
    held, other = payment is not None and payment.state in HELD, payment and payment.method != view.group.method
    if payment is not None and other:
        order_groups.pay_another_way(session, view.group.id, payment.method)
    if held:
        checkouts.mark_paid(session, view.group.id)
    if held or other:
        session.flush()  # it is read anew
        view = order_groups.view(session, buyer, view.group.id)
    return view


def go_on(
    db: Database, gateway: PaymentGateway, buyer: Principal, group_id: UUID, method: PaymentMethod | None
) -> None:
    """Go on with the payment of a purchase that waits for it: by another `method`, or as it stands at the provider.

    No effect where nothing waits for this payer. Refusals are those of `payments.start`. Another `method` is refused
    with `PaymentClosed` once the time to pay is over, with `DeliveryRestricted` where it could not be delivered now.
    """
    with db.reading() as session:
        view, now = order_groups.view(session, buyer, group_id), clock.read(session)
        if view.payment is not None and method is not None and view.group.expires_at > now:
            order_groups.require_payable(session, view)
    if view.payment is None:
        return
    if method is not None and view.group.expires_at <= now:
        raise PaymentClosed
    known = view.payment.payment_id
    if method is None:
        payment = payments.refresh(db, gateway, known)
    else:
        payment = payments.start(db, gateway, known, None, method=method)
    with db.transaction() as session:
        _take_in(session, buyer, view, payment)


def _answer(placed: GroupView, payment: payments.StartedPayment | None) -> CheckoutOut:
    started = None
    if payment is not None:
        started = CheckoutPaymentOut(
            id=payment.payment_id,
            state=payment.state,
            next_step=payment.next_step,
            client_secret=payment.client_secret,
            redirect_url=payment.redirect_url,
        )
        if placed.state is GroupState.PENDING_PAYMENT:
            placed = replace(placed, payment=payment)
    return CheckoutOut(order_group=OrderGroupOut.of(placed), payment=started)
