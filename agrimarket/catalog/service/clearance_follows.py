"""Being told of each day's clearance list, until one ends it."""

from uuid import UUID

from sqlmodel import Session

from agrimarket.catalog.events import ClearanceFollowed, ClearanceMade
from agrimarket.catalog.queries import clearance_follows as queries
from agrimarket.kernel import outbox
from agrimarket.kernel.errors import NotFound
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.principal import Principal


def begin(session: Session, buyer: Principal) -> None:
    """Tell a buyer of each list; twice is the same as once."""
    queries.begin(session, new_id(), buyer.person_id)


def end(session: Session, who: Principal) -> None:
    """Tell them no more. Twice does no harm."""
    queries.end(session, who.person_id)


def is_following(session: Session, who: Principal) -> bool:
    """Whether they are told; one statement."""
    return queries.follows(session, who.person_id)


def require(session: Session, follow_id: UUID) -> None:
    """`NotFound` unless it still stands, for whoever has the link of a text."""
    if not queries.exists(session, follow_id):
        raise NotFound


def end_by_link(session: Session, follow_id: UUID) -> None:
    """End it, for whoever has the link of a text. Twice does no harm."""
    queries.end_one(session, follow_id)


def tell(session: Session, event: ClearanceMade) -> int:
    """Record what to tell everybody who wants to know, unless the list is empty; returns how many. Two statements."""
    told = queries.everybody(session) if event.rows else []
    outbox.record_all(
        session,
        (
            ClearanceFollowed(
                follow_id=follow_id, person_id=person_id, day=event.day, edition=event.edition, rows=event.rows
            )
            for follow_id, person_id in told
        ),
    )
    return len(told)
