"""Orders of a lot whose harvest was short: locked, read, and written as they were scaled down.

What is live is paid for and not packed: nothing is packed of a lot before its harvest is in.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Row, Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Session, col, select

from agrimarket.kernel.states import arrow
from agrimarket.orders.models.seller_orders import OrderLine, SellerOrder
from agrimarket.orders.queries import seller_orders
from agrimarket.orders.queries.seller_orders import LockedOrders
from agrimarket.orders.states import RESERVATION_TRANSITIONS, ReservationState, SellerOrderState

_LIVE = (SellerOrderState.PLACED, SellerOrderState.ACCEPTED)


def lock(session: Session, lot_id: UUID) -> LockedOrders:
    """Lock every seller order of the purchases that have live orders of the lot, in id order."""
    groups = (
        select(SellerOrder.group_id)
        .join(OrderLine, col(OrderLine.seller_order_id) == SellerOrder.id)
        .where(OrderLine.lot_id == lot_id, col(SellerOrder.state).in_(_LIVE))
    )
    return seller_orders.locked(session, col(SellerOrder.group_id).in_(groups))


def lines(session: Session, lot_id: UUID) -> Sequence[Row[Any]]:
    """Live lines of the lot, by order and line: id, order_id, listing_id, packs, pack_grams, unit_price, priced_by.

    `others` tells whether something of another lot is in the same order.
    """
    return session.connection().execute(_LINES, {"lot": lot_id}).all()


def put_allotted(session: Session, lot_id: UUID, allotted: Mapping[UUID, int]) -> None:
    """Write what each line gets, and hold no more than that for its order; nothing is held where that is nothing."""
    ids = sorted(allotted)
    rows = {"lines": ids, "grams": [allotted[line_id] for line_id in ids], "lot": lot_id}
    session.connection().execute(_ALLOT, rows)
    session.connection().execute(_LET_GO, rows)
    session.connection().execute(_HOLD_LESS, rows)


_STATES = ", ".join(f"'{state.value}'" for state in _LIVE)
_LINES = text(f"""
    SELECT l.id, l.seller_order_id AS order_id, l.listing_id, l.packs, l.pack_grams, l.unit_price, l.priced_by,
           EXISTS (SELECT FROM order_line AS a WHERE a.seller_order_id = o.id AND a.lot_id <> :lot
                   AND coalesce(a.allotted_grams, 1) > 0) AS others
    FROM order_line AS l JOIN seller_order AS o ON o.id = l.seller_order_id
    WHERE l.lot_id = :lot AND o.state IN ({_STATES}) ORDER BY o.id, l.id
""")  # noqa: S608  # states alone are put in
_PARAMS = (bindparam("lines", type_=ARRAY(Uuid())), bindparam("grams", type_=ARRAY(BigInteger())))
_ALLOT = text("""
    UPDATE order_line AS l SET allotted_grams = w.grams
    FROM unnest(:lines, :grams) AS w (id, grams) WHERE l.id = w.id
""").bindparams(*_PARAMS)
_ORDERS = """
    (SELECT l.seller_order_id, sum(w.grams) AS grams FROM unnest(:lines, :grams) AS w (id, grams)
     JOIN order_line AS l ON l.id = w.id GROUP BY l.seller_order_id)"""
_RELEASE = arrow(RESERVATION_TRANSITIONS, [ReservationState.COMMITTED], ReservationState.RELEASED)
_LET_GO = text(f"""
    UPDATE reservation AS r SET state = {_RELEASE.to} FROM {_ORDERS} AS o
    WHERE r.seller_order_id = o.seller_order_id AND r.lot_id = :lot AND r.state IN ({_RELEASE.sources}) AND o.grams = 0
""").bindparams(*_PARAMS)  # noqa: S608  # states alone are put in
_HOLD_LESS = text(f"""
    UPDATE reservation AS r SET grams = o.grams FROM {_ORDERS} AS o
    WHERE r.seller_order_id = o.seller_order_id AND r.lot_id = :lot AND r.state IN ({_RELEASE.sources}) AND o.grams > 0
""").bindparams(*_PARAMS)  # noqa: S608  # states alone are put in
