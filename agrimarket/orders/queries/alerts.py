"""Statements about alerts, and about the orders that a restriction or a recall affects."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import String, any_, bindparam, func, literal, or_, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Session, col, select

from agrimarket.kernel.db import locked
from agrimarket.kernel.ids import new_id
from agrimarket.orders.models.alerts import OrderAlert
from agrimarket.orders.models.order_groups import OrderGroup
from agrimarket.orders.models.seller_orders import OrderLine, SellerOrder
from agrimarket.orders.states import OPEN, AlertKind


def orders_touching(session: Session, codes: Collection[str]) -> list[tuple[SellerOrder, OrderGroup]]:
    """Open orders from or to one of these regions, or one within it; or to all of a city or province around it."""
    patterns = sorted({code.removesuffix("00").removesuffix("00") + "%" for code in codes})
    around = sorted({each for code in codes for each in (code[:4] + "00", code[:2] + "0000")})
    within = any_(literal(patterns, ARRAY(String)))
    statement = (
        select(SellerOrder, OrderGroup)
        .join(OrderGroup, col(OrderGroup.id) == SellerOrder.group_id)
        .where(
            col(SellerOrder.state).in_(OPEN),
            or_(
                col(SellerOrder.origin_region).like(within),
                col(OrderGroup.region_code).like(within),
                col(OrderGroup.region_code).in_(around),
            ),
        )
        .order_by(col(SellerOrder.id))
    )
    return [(row[0], row[1]) for row in session.exec(statement)]


def open_order(session: Session, order_id: UUID) -> list[tuple[SellerOrder, OrderGroup]]:
    """The order with its purchase, if it is open."""
    statement = (
        select(SellerOrder, OrderGroup)
        .join(OrderGroup, col(OrderGroup.id) == SellerOrder.group_id)
        .where(col(SellerOrder.id) == order_id, col(SellerOrder.state).in_(OPEN))
    )
    return [(row[0], row[1]) for row in session.exec(statement)]


def open_on(session: Session, order_id: UUID, kind: AlertKind, details: dict[str, Any]) -> UUID | None:
    """Open an alert on a seller order; returns its id, or None if one of that kind is open."""
    row = {"id": new_id(), "order": order_id, "kind": kind, "details": details}
    return session.connection().execute(_OPEN, row).scalar_one_or_none()


def close(session: Session, order_id: UUID, kind: AlertKind, note: str) -> None:
    """Close the open alert of that kind on an order, if there is one."""
    session.connection().execute(_CLOSE, {"order": order_id, "kind": kind, "note": note})


def orders_of_lot(session: Session, lot_id: UUID) -> list[UUID]:
    """Open orders with goods of a lot."""
    statement = (
        select(SellerOrder.id)
        .join(OrderLine, col(OrderLine.seller_order_id) == SellerOrder.id)
        .where(col(OrderLine.lot_id) == lot_id, col(SellerOrder.state).in_(OPEN))
        .distinct()
    )
    return list(session.exec(statement))


def page(session: Session, before: UUID | None, limit: int) -> list[OrderAlert]:
    """Open alerts, newest first."""
    statement = select(OrderAlert).where(col(OrderAlert.resolved_at).is_(None)).order_by(col(OrderAlert.id).desc())
    if before is not None:
        statement = statement.where(col(OrderAlert.id) < before)
    return list(session.exec(statement.limit(limit)))


def waiting(
    session: Session, after: UUID | None, limit: int, kind: AlertKind | None = None, order_ids: Collection[UUID] = ()
) -> list[OrderAlert]:
    """Open alerts, oldest first, or only those of one kind; with `order_ids` those of these orders, closed ones too."""
    statement = select(OrderAlert).order_by(col(OrderAlert.id))
    if order_ids:
        statement = statement.where(col(OrderAlert.seller_order_id).in_(order_ids))
    else:
        statement = statement.where(col(OrderAlert.resolved_at).is_(None))
    if kind is not None:
        statement = statement.where(col(OrderAlert.kind) == kind)
    if after is not None:
        statement = statement.where(col(OrderAlert.id) > after)
    return list(session.exec(statement.limit(limit)))


def counts(session: Session) -> dict[AlertKind, int]:
    """How many alerts of each kind are open."""
    statement = select(OrderAlert.kind, func.count()).where(col(OrderAlert.resolved_at).is_(None))
    return {AlertKind(kind): count for kind, count in session.exec(statement.group_by(col(OrderAlert.kind)))}


def one(session: Session, alert_id: UUID) -> OrderAlert | None:
    """The alert, open or closed."""
    return session.get(OrderAlert, alert_id)


def lock(session: Session, alert_id: UUID) -> OrderAlert | None:
    """The alert, locked; None if it is closed."""
    statement = select(OrderAlert).where(col(OrderAlert.id) == alert_id, col(OrderAlert.resolved_at).is_(None))
    return session.exec(locked(statement)).one_or_none()


_OPEN = text("""
    INSERT INTO order_alert (id, seller_order_id, kind, details) VALUES (:id, :order, :kind, :details)
    ON CONFLICT (seller_order_id, kind) WHERE resolved_at IS NULL DO NOTHING
    RETURNING id
""").bindparams(bindparam("details", type_=JSONB))
_CLOSE = text("""
    UPDATE order_alert SET resolved_at = agrimarket_now(), note = :note
    WHERE seller_order_id = :order AND kind = :kind AND resolved_at IS NULL
""")
