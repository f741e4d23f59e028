"""Lines of a seller's home about harvests that they expect."""

from datetime import datetime

from sqlmodel import Session

from agrimarket.catalog.queries import homes as queries
from agrimarket.kernel import addresses
from agrimarket.kernel.i18n import PEOPLES_ZONE
from agrimarket.kernel.principal import Principal, Role
from agrimarket.kernel.quantity import Weight
from agrimarket.kernel.waiting import Line, Turn


def lines(session: Session, principal: Principal) -> list[Line]:
    """What waits for that person as a seller, in no order; one statement, and none for who sells nothing."""
    if principal.seller_id is None:
        return []
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
        for row in queries.lines(session, principal.seller_id)
    ]
