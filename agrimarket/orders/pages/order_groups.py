"""Pages of those who buy: their orders, and one of them with its way, its money and what they can do."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from litestar.types import ControllerRouterHandler
from sqlmodel import Session

from agrimarket.http.formdata import texts
from agrimarket.http.handlers import form, page
from agrimarket.http.language import language_of
from agrimarket.http.pages import render_page
from agrimarket.http.params import Cursor
from agrimarket.kernel import clock
from agrimarket.kernel.addresses import BOUGHT
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.i18n import t
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.quantity import Weight
from agrimarket.kernel.resources import SellerOrderId, reference
from agrimarket.orders.pages import acts, sides
from agrimarket.orders.pages.sides import HOMES, SHOWN, AnyRequest
from agrimarket.orders.routes.seller_orders import ORDERS
from agrimarket.orders.service import alternatives, claims, order_groups, seller_orders
from agrimarket.orders.states import CLAIM_PENDING, EXITS, SellerOrderState
from agrimarket.orders.types import OrderView
from agrimarket.payments.service import splits
from agrimarket.payments.service.attempts import StartedPayment


@page(HOMES[BOUGHT])
def bought(
    request: AnyRequest,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
    cursor: Cursor = None,
) -> Template:
    """What the caller bought, newest first."""
    window = ORDERS.window(cursor, SHOWN)
    with db.reading() as session:
        found, now = seller_orders.bought(session, principal, window.after, window.rows), clock.read(session)
    shown, following = window.cut(found)
    more = f"{HOMES[BOUGHT]}?cursor={following}" if following else ""
    return sides.listed(request, principal, BOUGHT, shown, language, links=[], chosen="", more=more, now=now)


def show(
    request: AnyRequest,
    db: Database,
    principal: Principal,
    order_id: UUID,
    *,
    refusal: DomainError | None = None,
    data: Mapping[str, Any] | None = None,
) -> Template:
    """Page of an order, for its buyer and for operators; after a `refusal` with its sentence and what was typed."""
    language = language_of(request)
    with db.reading() as session:
        view = sides.view_of(session, principal, order_id, BOUGHT)
        view = alternatives.with_alternatives(session, principal, view)
        about, now = claims.of_order(session, order_id), clock.read(session)
        place = sides.place(session, view, language)
        money, (payment, blocked) = _money(session, view), _payment(session, principal, view)
    order, lapsed = view.order, sides.lapsed(view, now)
    open_claim = any(each.state in CLAIM_PENDING for each in about)
    claimable = order.state == SellerOrderState.DELIVERED and order.claim_until is not None and order.claim_until > now
    return render_page(
        request,
        "order_groups.html",
        visitor=principal,
        refusal=refusal,
        typed=texts(data or {}),
        money=money,
        place=place,
        payment=payment,
        blocked=blocked and t(blocked.code, language, **blocked.values),
        pay_until=view.group.expires_at,
        lapsed=lapsed,
        ceiling=Money(order.goods + order.delivery, order.currency),
        claimable=claimable and not open_claim,
        alternatives=[
            (
                f"/listings/{reference('listing', each.id)}",
                each.title,
                each.origin_name,
                each.price,
                Weight(each.pack_grams),
            )
            for each in view.alternatives
        ],
        **sides.facts(view, about, BOUGHT, language, now=now),
    )


def _money(session: Session, view: OrderView) -> list[tuple[str, Money]]:
    """What is held, was paid and came back, each that there is: id of its word, and the amount."""
    order = view.order
    captured, refunded = splits.sums(session, order.id)
    ceiling = Money(order.goods + order.delivery, order.currency)
    found: list[tuple[str, Money]] = []
    if order.state == SellerOrderState.PENDING_PAYMENT:
        found.append(("order.money.due", ceiling))
    elif captured:
        found.append(("order.money.paid", Money(captured, order.currency)))
    elif order.state in EXITS:
        found.append(("order.money.paid", Money(0, order.currency)))
    else:
        found.append(("order.money.held", ceiling))
        if order.final is not None:
            found.append(("order.final", Money(order.final, order.currency)))
    if refunded:
        found.append(("order.money.returned", Money(refunded, order.currency)))
    return found


def _payment(
    session: Session, principal: Principal, view: OrderView
) -> tuple[StartedPayment | None, DomainError | None]:
    """The payment that the order waits for, for its payer; and why it cannot be delivered now, if it cannot."""
    if view.order.state != SellerOrderState.PENDING_PAYMENT:
        return None, None
    group = order_groups.view(session, principal, view.group.id)
    return group.payment, next(iter(group.blocked.values()), None)


@page("/orders/{order_id:str}")
def one_bought(
    request: AnyRequest,
    order_id: FromPath[SellerOrderId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Template:
    """An order, for its buyer and for operators."""
    return show(request, db, principal, order_id)


def _arrive(session: Session, principal: Principal, order_id: UUID) -> None:
    sides.view_of(session, principal, order_id, BOUGHT)
    seller_orders.deliver(session, principal, order_id)


cancel = form("/orders/{order_id:str}/cancel", again=show)(acts.with_reason(BOUGHT, seller_orders.cancel))
"""Call the order off, before its seller has taken it."""
arrived = form("/orders/{order_id:str}/arrived", again=show)(acts.plain(BOUGHT, _arrive))
"""Say that the order has arrived, as its buyer."""
HANDLERS: list[ControllerRouterHandler] = [bought, one_bought, cancel, arrived]
