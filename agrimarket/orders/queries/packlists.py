"""SELECTs of the orders that a seller has to answer, pack and send."""

from collections.abc import Collection
from uuid import UUID

from sqlmodel import Session, col, select

from agrimarket.orders.models.seller_orders import OrderLine, SellerOrder
from agrimarket.orders.states import SellerOrderState


def in_states(session: Session, seller_id: UUID, states: Collection[SellerOrderState], limit: int) -> list[UUID]:
    """The seller's paid orders in these states, oldest first."""
    statement = select(SellerOrder.id).where(
        SellerOrder.seller_id == seller_id,
        col(SellerOrder.state).in_(states),
        col(SellerOrder.placed_at).is_not(None),
    )
    return list(session.exec(statement.order_by(col(SellerOrder.id)).limit(limit)))


def orders_of_lines(session: Session, seller_id: UUID, line_ids: Collection[UUID]) -> list[UUID]:
    """The seller's orders that have one of these lines."""
    statement = (
        select(SellerOrder.id)
        .join(OrderLine, col(OrderLine.seller_order_id) == SellerOrder.id)
        .where(
            SellerOrder.seller_id == seller_id,
            col(SellerOrder.placed_at).is_not(None),
            col(OrderLine.id).in_(line_ids),
        )
        .distinct()
    )
    return list(session.exec(statement))


def of_group(session: Session, group_id: UUID) -> list[UUID]:
    """The parts of a purchase."""
    return list(session.exec(select(SellerOrder.id).where(SellerOrder.group_id == group_id)))


def own(session: Session, seller_id: UUID, order_ids: Collection[UUID]) -> list[UUID]:
    """Those of these orders that are the seller's, and were paid for."""
    statement = select(SellerOrder.id).where(
        SellerOrder.seller_id == seller_id, col(SellerOrder.placed_at).is_not(None), col(SellerOrder.id).in_(order_ids)
    )
    return list(session.exec(statement))
