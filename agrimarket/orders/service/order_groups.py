"""Order groups: whole purchases, viewed by their buyers and settled once all their parts are packed or have ended."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from uuid import UUID

from sqlmodel import Session

from agrimarket.kernel.errors import NotFound, found
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Principal
from agrimarket.orders.errors import PaymentGone
from agrimarket.orders.models.seller_orders import SellerOrder
from agrimarket.orders.queries import order_groups as queries
from agrimarket.orders.queries import seller_orders
from agrimarket.orders.service import alternatives
from agrimarket.orders.states import UNPACKED, GroupState, SellerOrderState
from agrimarket.orders.types import Address, GroupView, OrderView
from agrimarket.payments.service import attempts, payments
from agrimarket.regions.errors import DeliveryRestricted
from agrimarket.regions.service import serviceability
from agrimarket.regions.types.restrictions import Verdict
from agrimarket.regions.types.serviceability import Mode

SOURCE = "order_group"
"""The `source_type` of a purchase's payment; the payment's splits refer to seller orders."""


def view(session: Session, principal: Principal, group_id: UUID) -> GroupView:
    """A purchase, for its buyer or an operator; `NotFound` for others.

    One statement, and two more where it waits for its payment: then it tells which orders cannot be delivered now.
    A few more for each part that was declined: what there is instead.
    """
    view = found(next(iter(_views(session, principal, [group_id])), None))
    view = replace(view, orders=tuple(alternatives.with_alternatives(session, principal, part) for part in view.orders))
    return replace(view, blocked=_blocked(session, view)) if view.state is GroupState.PENDING_PAYMENT else view


def require_payable(session: Session, view: GroupView) -> None:
    """`DeliveryRestricted` where a purchase that waits for its payment cannot be delivered now.

    One statement, and none for a purchase that does not wait.
    """
    if view.state is GroupState.PENDING_PAYMENT:
        for refusal in _blocked(session, view).values():
            raise refusal


def _blocked(session: Session, view: GroupView) -> dict[UUID, DeliveryRestricted]:
    """Orders that wait for their payment and cannot be delivered now: id → why. Their mode cannot be changed."""
    group = view.group
    waiting = {part.order.id: part.order.origin_region for part in view.orders if _waits(part)}
    judged = serviceability.each(
        session,
        set(waiting.values()),
        group.region_code,
        group.community,
        Mode(group.mode),
        offered=(),
        street=Address.opened(group.address).street,
    )
    return {
        order_id: serviceability.refusal(judged[origin], group.region_code, group.community)
        for order_id, origin in waiting.items()
        if judged[origin].verdict is not Verdict.OPEN
    }


def page(session: Session, principal: Principal, before: UUID | None, limit: int) -> list[GroupView]:
    """Purchases of the buyer, or all for an operator, newest first.

    Two statements, and one more where some wait for their payment.
    """
    ids = queries.page(session, principal, before, limit)
    return _views(session, principal, ids) if ids else []


def _views(session: Session, principal: Principal, group_ids: Sequence[UUID]) -> list[GroupView]:
    rows = seller_orders.of_groups(session, group_ids, seller_orders.bought_by(principal))
    orders = [OrderView.seen_by(principal, *row) for row in rows]
    groups = [tuple(parts) for _, parts in groupby(orders, key=lambda view: view.group.id)]
    views = [GroupView(parts[0].group, parts, Address.opened(parts[0].group.address)) for parts in reversed(groups)]
    waiting = [view.group.payment_id for view in views if view.state is GroupState.PENDING_PAYMENT]
    started = attempts.started_of(session, principal, waiting)
    return [replace(view, payment=started.get(view.group.payment_id)) for view in views] if started else views


def _waits(part: OrderView) -> bool:
    return part.order.state == SellerOrderState.PENDING_PAYMENT


def pay_another_way(session: Session, group_id: UUID, method: str) -> None:
    """Note that the buyer goes on with another method of payment."""
    queries.find(session, group_id).method = method


def settle_when_ready(session: Session, orders: Sequence[SellerOrder]) -> None:
    """Ask `payments` for exactly what was packed, once every part of a purchase is packed or has ended.

    The caller holds the locks of all of `orders`, which are the whole purchase, and has just moved one of them out of
    `UNPACKED`, so that this asks once. `PaymentGone` if the bank has let the money go.
    """
    if any(order.state in UNPACKED for order in orders):
        return
    group_id, currency = orders[0].group_id, orders[0].currency
    if not any(order.final for order in orders):
        payments.cancel(session, SOURCE, group_id)
        return
    try:
        payments.settle(session, SOURCE, group_id, {order.id: Money(order.final or 0, currency) for order in orders})
    except NotFound as error:
        raise PaymentGone from error


def mark_settled(session: Session, group_id: UUID) -> None:
    """Note that the final amounts are captured: packed orders may be dispatched."""
    locked = queries.lock(session, group_id)
    for order in locked.orders:
        order.settled_at = order.settled_at or locked.now
