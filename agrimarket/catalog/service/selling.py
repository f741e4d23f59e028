"""What a seller has: their lots by days left, and what waits; and what others ask for the same."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from agrimarket.catalog.queries import selling as queries
from agrimarket.catalog.types.selling import AtHand, OwnLot, UsualPrice
from agrimarket.kernel.principal import Principal


def mine(
    session: Session, principal: Principal, after: tuple[datetime, UUID] | None, limit: int, *, ended: bool = False
) -> list[OwnLot]:
    """The caller's lots after (perish-by, id), what spoils first on top; or those that ended. One statement."""
    return queries.lots(session, principal.require_seller(), after, limit, ended=ended)


def at_hand(session: Session, seller_id: UUID) -> AtHand:
    """What a seller has on sale, and what waits. One statement."""
    return queries.at_hand(session, seller_id)


def usual_price(session: Session, product_id: UUID, but: UUID | None = None) -> UsualPrice:
    """What others ask for such produce now. One statement."""
    return queries.usual_price(session, product_id, but)
