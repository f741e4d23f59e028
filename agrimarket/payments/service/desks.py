"""What waits at the desks of `payments`."""

from sqlmodel import Session

from agrimarket.kernel.waiting import Waiting
from agrimarket.payments.queries import desks as queries


def waiting(session: Session) -> tuple[Waiting, Waiting]:
    """Bank accounts to vouch for and bank transfers to make at this moment, in that order; one statement."""
    return queries.waiting(session)
