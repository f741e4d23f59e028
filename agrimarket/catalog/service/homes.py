"""Lines of a seller's home: harvests that they expect, and what they are putting on sale."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.service import sellers
from agrimarket.accounts.states import Standing
from agrimarket.catalog.queries import homes as queries
from agrimarket.catalog.service import selling
from agrimarket.kernel import addresses
from agrimarket.kernel.i18n import PEOPLES_ZONE
from agrimarket.kernel.principal import Principal, Role
from agrimarket.kernel.quantity import Weight
from agrimarket.kernel.waiting import Line, Turn


def lines(session: Session, principal: Principal) -> list[Line]:
    """What waits for that person as a seller, in no order; three statements at most, and none for who sells nothing."""
    if principal.seller_id is None:
        return []
    return _harvests(session, principal.seller_id) + _selling(session, principal.seller_id)


def _selling(session: Session, seller_id: UUID) -> list[Line]:
    """What they have begun, what an operator looks at or has declined; or that they could begin."""
    has = selling.at_hand(session, seller_id)
    kinds = (
        ("listing_declined", addresses.LISTING, Turn.YOURS, has.declined),
        ("listing_draft", addresses.DRAFT, Turn.YOURS, has.begun),
        ("listing_in_review", addresses.LISTING, Turn.THEIRS, has.in_review),
    )
    found = [
        Line(kind, page, one[0], turn, None, {"title": one[1]}, about=(one[1],), role=Role.SELLER)
        for kind, page, turn, one in kinds
        if one is not None
    ]
    if not found and has.on_sale == 0 and sellers.get(session, seller_id).standing is not Standing.SUSPENDED:
        found.append(Line("selling_start", addresses.SELLING, seller_id, Turn.YOURS, role=Role.SELLER))
    return found


def _harvests(session: Session, seller_id: UUID) -> list[Line]:
    return [
        Line(
            "harvest_due" if row.due else "harvest_expected",
            addresses.LISTING,
            row.listing_id,
            Turn.YOURS if row.due else Turn.THEIRS,
            datetime(row.day.year, row.day.month, row.day.day, tzinfo=PEOPLES_ZONE),
            {"day": row.day},
            about=(row.title, Weight(row.quantity, "jin")),
            role=Role.SELLER,
        )
        for row in queries.lines(session, seller_id)
    ]
