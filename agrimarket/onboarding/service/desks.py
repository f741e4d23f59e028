"""What waits at the desks of `onboarding`."""

from sqlmodel import Session

from agrimarket.kernel.waiting import Waiting
from agrimarket.onboarding.queries import desks as queries


def waiting(session: Session) -> tuple[Waiting, Waiting]:
    """Appeals to call about and applications to decide at this moment, in that order; one statement."""
    return queries.waiting(session)
