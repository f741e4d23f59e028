"""Events of seller orders, with both sides in them."""

from typing import Any, TypeVar

from sqlmodel import Session

from agrimarket.kernel import outbox
from agrimarket.orders.events import OrderEvent
from agrimarket.orders.models import SellerOrder

E = TypeVar("E", bound=OrderEvent)


def tell(session: Session, event: type[E], order: SellerOrder, **facts: Any) -> None:
    """Record `event` about `order`."""
    outbox.record(
        session,
        event(
            seller_order_id=order.id,
            group_id=order.group_id,
            seller_id=order.seller_id,
            seller_person_id=order.seller_person_id,
            buyer_id=order.buyer_id,
            buyer_person_id=order.buyer_person_id,
            **facts,
        ),
    )
