"""The watch over orders that wait too long: for an answer, for packing, for the road, for arrival."""

from sqlmodel import Session

from agrimarket.drive import drive
from agrimarket.orders.queries import finding
from agrimarket.orders.queries import watch as queries
from agrimarket.orders.types import Address


def look(session: Session) -> int:
    """Open an alert on each order that waits too long, and close those of orders that moved on; returns how many.

    The drive's windows say what too long is. Three statements, however many orders are open.
    """
    windows = drive().windows
    closed = queries.close_passed(session)
    late = queries.late(
        session,
        {
            "answer": windows.answer,
            "pack": windows.pack,
            "send": windows.send,
            "arrive": windows.arrive,
            "lapse": max(windows.authorised - windows.lapse_warning, windows.lapse_warning),
        },
    )
    opened = queries.open_on(session, [(row.id, row.kind) for row in late]) if late else 0
    return opened + closed


def make_findable(session: Session) -> int:
    """Give purchases of before there were search keys theirs; returns how many. Two statements, or one."""
    groups = finding.unfound(session)
    keys = [(group_id, Address.opened(sealed).search_keys()) for group_id, sealed in groups]
    return finding.keep_keys(session, keys) if keys else 0
