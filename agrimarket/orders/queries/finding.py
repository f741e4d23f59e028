"""Orders found by what people know of them: their number, their id, the recipient's name or the end of a telephone."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, LargeBinary, String, cast, func, literal, or_, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Session, col, select

from agrimarket.orders.models.order_groups import OrderGroup
from agrimarket.orders.models.seller_orders import SellerOrder
from agrimarket.orders.states import SellerOrderState

MOST = 500
"""Purchases that get their keys at once."""


def orders(
    session: Session,
    party: ColumnElement[bool],
    *,
    order_id: UUID | None,
    number: str | None,
    key: bytes | None,
    named_in: Collection[SellerOrderState],
    limit: int,
) -> list[UUID]:
    """Ids of paid orders for which `party` holds, newest first; by `key` only those in one of the states `named_in`."""
    ways: list[ColumnElement[bool]] = []
    if order_id is not None:
        ways.append(or_(col(SellerOrder.id) == order_id, col(SellerOrder.group_id) == order_id))
    if number is not None:
        ways.append(func.right(cast(col(SellerOrder.id), String), 6) == number.lower())
    if key is not None:
        has = col(OrderGroup.search_keys).contains(cast(literal([key], ARRAY(LargeBinary)), ARRAY(LargeBinary)))
        of_keys = select(OrderGroup.id).where(has)
        ways.append(col(SellerOrder.group_id).in_(of_keys) & col(SellerOrder.state).in_(named_in))
    statement = select(SellerOrder.id).where(party, col(SellerOrder.placed_at).is_not(None), or_(*ways))
    return list(session.exec(statement.order_by(col(SellerOrder.id).desc()).limit(limit)))


def unfound(session: Session) -> list[tuple[UUID, bytes]]:
    """Purchases without search keys: id and sealed address."""
    statement = select(OrderGroup.id, OrderGroup.address).where(col(OrderGroup.search_keys).is_(None))
    return [(row[0], row[1]) for row in session.exec(statement.order_by(col(OrderGroup.id)).limit(MOST))]


def keep_keys(session: Session, keys: Sequence[tuple[UUID, list[bytes]]]) -> int:
    """Write the two search keys of each of these purchases; returns how many. One statement."""
    row = {
        "ids": [group_id for group_id, _ in keys],
        "names": [found[0] for _, found in keys],
        "phones": [found[1] for _, found in keys],
    }
    return session.connection().execute(_KEEP, row).rowcount


_KEEP = text("""
    UPDATE order_group AS g SET search_keys = ARRAY[k.name, k.phone]
    FROM unnest(CAST(:ids AS uuid[]), CAST(:names AS bytea[]), CAST(:phones AS bytea[])) AS k (id, name, phone)
    WHERE g.id = k.id
""")
