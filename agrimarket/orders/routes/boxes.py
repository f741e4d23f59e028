"""Boxes over HTTP: weighed one by one, by one phone or several."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlmodel import Session

from agrimarket.http.handlers import get, post
from agrimarket.kernel.db import Database
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.principal import Principal, Scope
from agrimarket.kernel.resources import SellerOrderId
from agrimarket.orders.routes.seller_orders import act_on
from agrimarket.orders.schemas.boxes import BoxesOut, BoxIn, FinishIn, LeaveOutIn, UndoIn
from agrimarket.orders.schemas.seller_orders import SellerOrderOut
from agrimarket.orders.service import boxes

TAGS = ["orders"]


@get(
    "/seller-orders/{order_id:str}/boxes",
    tags=TAGS,
    summary="The boxes of an order, and the next to weigh",
    scopes=(Scope.ORDERS_READ, Scope.PURCHASES_READ),
)
def read_boxes(
    order_id: FromPath[SellerOrderId], db: NamedDependency[Database], principal: NamedDependency[Principal]
) -> BoxesOut:
    """The boxes, for the order's seller and its buyer."""
    with db.reading() as session:
        return BoxesOut.of(boxes.weighing(session, principal, order_id))


def _act(
    db: Database, principal: Principal, idempotency: Idempotency, order_id: UUID, act: Callable[[Session], Any]
) -> BoxesOut:
    def run() -> BoxesOut:
        act(session)
        session.flush()  # the answer is read from the tables
        return BoxesOut.of(boxes.weighing(session, principal, order_id))

    with db.transaction() as session:
        return idempotency.run(session, BoxesOut, run)


@post(
    "/seller-orders/{order_id:str}/boxes",
    tags=TAGS,
    summary="Weigh the next box",
    status_code=200,
    scopes=(Scope.ORDERS_WRITE,),
)
def weigh_box(
    order_id: FromPath[SellerOrderId],
    data: JSONBody[BoxIn],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> BoxesOut:
    """The box has the number that was the next; `box.weighed` if another phone was faster.

    A weight above what was ordered, or below half of it, is asked about (`box.heavy`, `box.doubtful`) until it is
    `sure`. What is above is not charged.
    """

    def act(session: Session) -> None:
        grams = data.weight.grams if data.weight is not None else None
        boxes.weigh(
            session,
            principal,
            order_id,
            data.number,
            line_id=data.line_id,
            packs=data.packs,
            scale_grams=grams,
            sure=data.sure,
        )

    return _act(db, principal, idempotency, order_id, act)


@post(
    "/seller-orders/{order_id:str}/boxes/undo",
    tags=TAGS,
    summary="Take the last box back",
    status_code=200,
    scopes=(Scope.ORDERS_WRITE,),
)
def undo_box(
    order_id: FromPath[SellerOrderId],
    data: JSONBody[UndoIn],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> BoxesOut:
    """The last box is weighed again, as long as the order is not packed."""
    return _act(db, principal, idempotency, order_id, lambda s: boxes.undo(s, principal, order_id, data.number))


@post(
    "/seller-orders/{order_id:str}/boxes/finish",
    tags=TAGS,
    summary="All boxes are weighed",
    status_code=200,
    scopes=(Scope.ORDERS_WRITE,),
)
def finish_boxes(
    order_id: FromPath[SellerOrderId],
    data: JSONBody[FinishIn],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> SellerOrderOut:
    """Packs the order: the sum of its boxes fixes what the buyer pays. Packs in no box are not charged, which wants a
    reason."""
    return act_on(db, principal, idempotency, order_id, lambda s, who, order: boxes.finish(s, who, order, data.reason))


@post(
    "/seller-orders/{order_id:str}/boxes/leave-out",
    tags=TAGS,
    summary="Some boxes do not go after all",
    status_code=200,
    scopes=(Scope.ORDERS_WRITE,),
)
def leave_out_boxes(
    order_id: FromPath[SellerOrderId],
    data: JSONBody[LeaveOutIn],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> SellerOrderOut:
    """Boxes of a packed order stay behind: what they cost is not charged, or comes back; both sides are told."""
    return act_on(
        db,
        principal,
        idempotency,
        order_id,
        lambda s, who, order: boxes.leave_out(s, who, order, data.numbers, data.reason),
    )
