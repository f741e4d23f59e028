"""What waits at the desks of `orders`."""

from sqlmodel import Session

from agrimarket.kernel.waiting import Waiting
from agrimarket.orders.queries import desks as queries


def waiting(session: Session) -> tuple[Waiting, Waiting]:
    """Orders that are stuck and claims to decide at this moment, in that order; one statement."""
    return queries.waiting(session)
