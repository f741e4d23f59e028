"""What people follow, through the services."""

from uuid import UUID

from sqlmodel import Session

from agrimarket.catalog.queries import clearance_follows
from agrimarket.catalog.service import clearance_follows as clearances
from agrimarket.kernel.principal import Principal
from agrimarket.regions.service import follows


def a_follow(session: Session, who: Principal, code: str = "420102") -> UUID:
    """Follow a region; the id of that."""
    follows.begin(session, who, code)
    return next(each.id for each in follows.mine(session, who) if each.region.code == code)


def a_clearance_follow(session: Session, who: Principal) -> UUID:
    """Be told of each clearance list; the id of that."""
    clearances.begin(session, who)
    return next(
        follow_id for follow_id, person_id in clearance_follows.everybody(session) if person_id == who.person_id
    )
