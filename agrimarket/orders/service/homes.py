"""Lines of a person's home about what they buy and sell, and about claims."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row
from sqlmodel import Session

from agrimarket.kernel.ids import short_number
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Principal, Role
from agrimarket.kernel.waiting import Line, Turn
from agrimarket.orders.queries import homes as queries
from agrimarket.orders.states import ClaimState, SellerOrderState

_S, _C = SellerOrderState, ClaimState
_SIDES = {"sold": Role.SELLER, "bought": Role.BUYER}
_SOLD: Mapping[str, tuple[str, Turn]] = {
    _S.PLACED: ("order_placed", Turn.YOURS),
    _S.ACCEPTED: ("order_to_pack", Turn.YOURS),
    _S.PACKED: ("order_to_send", Turn.YOURS),
    _S.DISPATCHED: ("order_on_road", Turn.THEIRS),
    _S.DELIVERED: ("order_paid_after", Turn.THEIRS),
}
_BOUGHT: Mapping[str, tuple[str, Turn]] = {
    _S.PENDING_PAYMENT: ("order_unpaid", Turn.YOURS),
    _S.PLACED: ("order_paid", Turn.THEIRS),
    _S.ACCEPTED: ("order_accepted", Turn.THEIRS),
    _S.PACKED: ("order_packed", Turn.THEIRS),
    _S.DISPATCHED: ("order_dispatched", Turn.THEIRS),
    _S.DELIVERED: ("order_delivered", Turn.THEIRS),
}
_RUNNING_OUT = {_S.PENDING_PAYMENT, _S.PLACED}


def lines(session: Session, principal: Principal) -> list[Line]:
    """What waits for that person as a buyer and as a seller, in no order; one statement, or none for who is neither."""
    if principal.seller_id is None and principal.buyer_id is None:
        return []
    rows = queries.lines(session, principal.seller_id, principal.buyer_id)
    return [_order(row) if row.source == "order" else _claim(row) for row in rows]


def _order(row: Row[Any]) -> Line:
    kind, turn = (_SOLD if row.side == "sold" else _BOUGHT)[row.state]
    due = row.by if row.state in _RUNNING_OUT else row.claim_until
    said = {"amount": Money(row.amount, row.currency), "answer_by": row.by, "claim_until": row.claim_until}
    return Line(kind, row.side, row.id, turn, due, said, about=tuple(row.goods or ()), role=_SIDES[row.side])


def _claim(row: Row[Any]) -> Line:
    said = {
        "amount": Money(row.amount, row.currency),
        "order": short_number(row.order_id),
        "question": row.question or "",
        "by": row.by,
    }
    kind, turn = "claim_waiting", Turn.THEIRS
    if row.side == "sold":
        kind = "claim_submitted"
    elif row.state == _C.EVIDENCE_REQUESTED:
        kind, turn = "claim_evidence_requested", Turn.YOURS
    elif row.state == _C.REJECTED:
        kind, turn = "claim_rejected", Turn.YOURS
    return Line(kind, "claim", row.id, turn, row.by, said, role=_SIDES[row.side])
