"""Pages of orders, for those who bought them and for those who sell them: a list, and one of them."""

from typing import Any
from uuid import UUID

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from litestar.types import ControllerRouterHandler

from agrimarket.http.handlers import page
from agrimarket.http.pages import render_page
from agrimarket.http.params import Cursor
from agrimarket.kernel.addresses import BOUGHT, SOLD, path_of, title_of
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import NotFound
from agrimarket.kernel.ids import short_number
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Principal, Role
from agrimarket.kernel.quantity import Weight
from agrimarket.kernel.resources import SellerOrderId
from agrimarket.orders.routes.seller_orders import ORDERS
from agrimarket.orders.service import seller_orders
from agrimarket.orders.types import OrderView

AnyRequest = Request[Any, Any, Any]
HOMES = {BOUGHT: "/orders", SOLD: "/sell/orders"}
"""Side of an order → address of the list of that side's orders."""
SHOWN = 20


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
        found = seller_orders.bought(session, principal, window.after, window.rows)
    shown, following = window.cut(found)
    return _list(request, principal, BOUGHT, shown, following, language)


@page(HOMES[SOLD])
def sold(
    request: AnyRequest,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
    cursor: Cursor = None,
) -> Template:
    """What the caller sold, newest first; an operator sees what everybody sold."""
    window = ORDERS.window(cursor, SHOWN)
    with db.reading() as session:
        found = seller_orders.page(session, principal, None, window.after, window.rows)
    shown, following = window.cut(found)
    return _list(request, principal, SOLD, shown, following, language)


def _list(
    request: AnyRequest, principal: Principal, side: str, shown: list[OrderView], following: str | None, language: str
) -> Template:
    return render_page(
        request,
        "seller_orders/list.html",
        visitor=principal,
        side=side,
        rows=[(path_of(side, view.order.id), _title(side, view, language), view) for view in shown],
        more=f"{HOMES[side]}?cursor={following}" if following else "",
    )


def _title(side: str, view: OrderView, language: str) -> str:
    return title_of(side, short_number(view.order.id), language)


@page("/orders/{order_id:str}")
def one_bought(
    request: AnyRequest,
    order_id: FromPath[SellerOrderId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
) -> Template:
    """An order, for its buyer and for operators."""
    view = _view(db, principal, order_id, principal.buyer_id, BOUGHT)
    return _one(request, principal, BOUGHT, view, language)


@page("/sell/orders/{order_id:str}")
def one_sold(
    request: AnyRequest,
    order_id: FromPath[SellerOrderId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
) -> Template:
    """An order, for its seller and for operators."""
    view = _view(db, principal, order_id, principal.seller_id, SOLD)
    return _one(request, principal, SOLD, view, language)


def _view(db: Database, principal: Principal, order_id: UUID, party_id: UUID | None, side: str) -> OrderView:
    """The order as it is seen from that side; `NotFound` for its other party."""
    with db.reading() as session:
        view = seller_orders.view(session, principal, order_id)
    theirs = view.order.buyer_id if side == BOUGHT else view.order.seller_id
    if party_id != theirs and not principal.has(Role.OPERATOR):
        raise NotFound
    return view


def _one(request: AnyRequest, principal: Principal, side: str, view: OrderView, language: str) -> Template:
    order = view.order
    return render_page(
        request,
        "seller_orders/one.html",
        visitor=principal,
        title=_title(side, view, language),
        home=HOMES[side],
        side=side,
        order=order,
        address=view.address,
        lines=[(line, Weight(line.pack_grams)) for line in view.lines],
        total=Money(order.goods + order.delivery, order.currency),
        final=None if order.final is None else Money(order.final, order.currency),
    )


HANDLERS: list[ControllerRouterHandler] = [bought, sold, one_bought, one_sold]
