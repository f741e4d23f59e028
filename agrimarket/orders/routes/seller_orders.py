"""Seller orders over HTTP. Anybody but their parties and operators gets 404."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from sqlmodel import Session

from agrimarket.http.handlers import get, post
from agrimarket.http.params import Cursor, Limit
from agrimarket.kernel.db import Database
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.paging import Page, Paging, by_id
from agrimarket.kernel.principal import Principal, Scope
from agrimarket.kernel.resources import SellerOrderId
from agrimarket.orders.schemas.seller_orders import DispatchIn, PackIn, ReasonIn, SellerOrderOut
from agrimarket.orders.service import alternatives, finding, seller_orders
from agrimarket.orders.service.seller_orders import Packed
from agrimarket.orders.states import SellerOrderState
from agrimarket.orders.types import OrderView

TAGS = ["orders"]
Q = "Only those of that number or id, or to a recipient of that name or with a telephone that ends so; one page."
ORDERS: Paging[OrderView, UUID] = by_id("sor", lambda view: view.order.id)


@get(
    "/seller-orders",
    tags=TAGS,
    summary="What I have sold, the newest first",
    scopes=(Scope.ORDERS_READ, Scope.PURCHASES_READ),
)
def list_orders(
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    stage: Annotated[SellerOrderState | None, QueryParameter(name="state", description="Only those in it.")] = None,
    q: Annotated[str, QueryParameter(description=Q, max_length=200)] = "",
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[SellerOrderOut]:
    """Orders of the seller that were paid for; an operator sees all."""
    window = ORDERS.window(cursor, limit)
    if q.strip():
        with db.reading() as session:
            named = finding.sold(session, principal, q)[:limit]
        return Page(items=[SellerOrderOut.of(view) for view in named])
    with db.reading() as session:
        found = seller_orders.page(session, principal, [stage] if stage else [], window.after, window.rows)
    return window.page(found, SellerOrderOut.of)


@get(
    "/seller-orders/{order_id:str}",
    tags=TAGS,
    summary="A seller order",
    scopes=(Scope.ORDERS_READ, Scope.PURCHASES_READ),
)
def read_order(
    order_id: FromPath[SellerOrderId], db: NamedDependency[Database], principal: NamedDependency[Principal]
) -> SellerOrderOut:
    """The order, for its seller and its buyer, to whom a declined one tells what there is instead."""
    with db.reading() as session:
        view = seller_orders.view(session, principal, order_id)
        return SellerOrderOut.of(alternatives.with_alternatives(session, principal, view))


def act_on(
    db: Database,
    principal: Principal,
    idempotency: Idempotency,
    order_id: UUID,
    act: Callable[[Session, Principal, UUID], Any],
) -> SellerOrderOut:
    """Do one act on a seller order in one transaction; returns the order after it."""

    def run() -> SellerOrderOut:
        act(session, principal, order_id)
        session.flush()  # the answer is read from the tables
        return SellerOrderOut.of(seller_orders.view(session, principal, order_id))

    with db.transaction() as session:
        return idempotency.run(session, SellerOrderOut, run)


@post(
    "/seller-orders/{order_id:str}/accept",
    tags=TAGS,
    summary="Take an order on",
    status_code=200,
    scopes=(Scope.ORDERS_WRITE,),
)
def accept(
    order_id: FromPath[SellerOrderId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> SellerOrderOut:
    """The seller accepts the order and will pack it."""
    return act_on(db, principal, idempotency, order_id, seller_orders.accept)


@post(
    "/seller-orders/{order_id:str}/decline",
    tags=TAGS,
    summary="Decline an order",
    status_code=200,
    scopes=(Scope.ORDERS_WRITE,),
)
def decline(
    order_id: FromPath[SellerOrderId],
    data: JSONBody[ReasonIn],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> SellerOrderOut:
    """The seller cannot deliver the order; the buyer pays nothing for it, and the other sellers' orders go on."""
    return act_on(
        db, principal, idempotency, order_id, lambda s, who, order: seller_orders.decline(s, who, order, data.reason)
    )


@post(
    "/seller-orders/{order_id:str}/cancel",
    tags=TAGS,
    summary="Call an order off",
    status_code=200,
    scopes=(Scope.ORDERS_WRITE, Scope.PURCHASES_WRITE),
)
def cancel(
    order_id: FromPath[SellerOrderId],
    data: JSONBody[ReasonIn],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> SellerOrderOut:
    """The buyer can cancel before the seller has accepted the order, an operator before it is delivered."""
    return act_on(
        db, principal, idempotency, order_id, lambda s, who, order: seller_orders.cancel(s, who, order, data.reason)
    )


@post(
    "/seller-orders/{order_id:str}/pack",
    tags=TAGS,
    summary="Say what is in the boxes",
    status_code=200,
    scopes=(Scope.ORDERS_WRITE,),
)
def pack(
    order_id: FromPath[SellerOrderId],
    data: JSONBody[PackIn],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> SellerOrderOut:
    """The buyer pays for what was packed, at most for what was ordered. Lines left out were packed as ordered."""
    packed = {
        line.line_id: Packed(line.packs, line.packed.grams if line.packed is not None else None) for line in data.lines
    }
    return act_on(
        db,
        principal,
        idempotency,
        order_id,
        lambda s, who, order: seller_orders.pack(s, who, order, data.boxes, packed),
    )


@post(
    "/seller-orders/{order_id:str}/dispatch",
    tags=TAGS,
    summary="Hand an order to the carrier",
    status_code=200,
    scopes=(Scope.ORDERS_WRITE,),
)
def dispatch(
    order_id: FromPath[SellerOrderId],
    data: JSONBody[DispatchIn],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> SellerOrderOut:
    """An order can be dispatched once its money is captured, and if no closure prevents its delivery.

    Where a region on its way asks for a transport pass (`GET /v1/pass-requirements`), the vehicle needs one that is
    good today, for its plate and for this route.
    """

    def act(session: Session, who: Principal, order: UUID) -> None:
        seller_orders.dispatch(session, who, order, data.handover())

    return act_on(db, principal, idempotency, order_id, act)


@post(
    "/seller-orders/{order_id:str}/deliver",
    tags=TAGS,
    summary="It has arrived",
    status_code=200,
    scopes=(Scope.ORDERS_WRITE,),
)
def deliver(
    order_id: FromPath[SellerOrderId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> SellerOrderOut:
    """The seller or the buyer says that the order has arrived; the claim window begins."""
    return act_on(db, principal, idempotency, order_id, seller_orders.deliver)
