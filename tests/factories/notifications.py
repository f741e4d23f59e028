"""Events that people are notified of."""

from datetime import UTC, datetime

from sqlmodel import Session

from agrimarket.kernel.ids import new_id
from agrimarket.orders.events import OrderPlaced
from tests.factories.accounts import Somebody, a_buyer, a_seller


def an_order_placed(session: Session) -> tuple[OrderPlaced, Somebody, Somebody]:
    """The event of a new order, with its seller and its buyer."""
    seller, buyer = a_seller(session), a_buyer(session)
    event = OrderPlaced(
        seller_order_id=new_id(),
        group_id=new_id(),
        seller_id=seller.principal.seller_id or new_id(),
        seller_person_id=seller.person_id,
        buyer_id=buyer.principal.buyer_id or new_id(),
        buyer_person_id=buyer.person_id,
        answer_by=datetime(2020, 2, 17, 8, tzinfo=UTC),
    )
    return event, seller, buyer
