"""Lines of a seller's home about the money on its way to them."""

from typing import Any

from sqlalchemy import Row
from sqlmodel import Session

from agrimarket.kernel.i18n import PEOPLES_ZONE
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Principal, Role
from agrimarket.kernel.waiting import Line, Turn
from agrimarket.payments.queries import homes as queries
from agrimarket.payments.states import PayoutState

_PAYOUTS = {
    PayoutState.SCHEDULED: ("payout_scheduled", Turn.THEIRS),
    PayoutState.HELD: ("payout_held", Turn.YOURS),
    PayoutState.IN_TRANSIT: ("payout_in_transit", Turn.THEIRS),
    PayoutState.UNRESOLVED: ("payout_scheduled", Turn.THEIRS),
    PayoutState.PAID: ("payout_paid", Turn.DONE),
    PayoutState.FAILED: ("payout_failed", Turn.YOURS),
    PayoutState.RETURNED: ("payout_failed", Turn.YOURS),
}
_ACCOUNTS = {
    "missing": ("payout_account_missing", Turn.YOURS),
    "unfinished": ("payout_account_unfinished", Turn.YOURS),
    "given": ("payout_account_checked", Turn.THEIRS),
    "checked": ("payout_account_checked", Turn.THEIRS),
}


def lines(session: Session, principal: Principal) -> list[Line]:
    """What waits for that person as a seller, in no order; one statement, and none for who sells nothing."""
    if principal.seller_id is None:
        return []
    return [_line(row) for row in queries.lines(session, principal.seller_id)]


def _line(row: Row[Any]) -> Line:
    if row.source == "account":
        kind, turn = _ACCOUNTS[row.state]
        return Line(kind, "payout_account", row.id, turn, row.by, {"by": row.by}, role=Role.SELLER)
    kind, turn = _PAYOUTS[PayoutState(row.state)]
    if row.by is not None and turn is Turn.THEIRS:
        kind = f"{kind}_by"
    arrives = row.by.astimezone(PEOPLES_ZONE).date() if row.by and row.state == PayoutState.IN_TRANSIT else row.by
    said = {"amount": Money(row.amount, row.currency), "by": arrives}
    return Line(kind, "payout", row.id, turn, row.by, said, role=Role.SELLER)
