"""Coaches: registered, with a profile that the match goes by."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.service import audit, people
from agrimarket.coaching.errors import CoachFull
from agrimarket.coaching.models import Coach
from agrimarket.coaching.queries import coaches as queries
from agrimarket.kernel.principal import Principal, Role
from agrimarket.kernel.resources import reference
from agrimarket.regions.service import places


def register(
    session: Session,
    person_id: UUID,
    *,
    by: Principal | None,
    display_name: str,
    skills: Mapping[str, int],
    languages: Sequence[str],
    produce: Sequence[str],
    region_code: str,
    capacity: int,
) -> None:
    """Make the person a coach, with the role that goes with it, or change the profile of one.

    `PersonUnknown` and `RegionUnknown` for what does not exist; a capacity below the open cases is a `CoachFull`.
    """
    people.contact(session, person_id)
    places.get(session, region_code)
    people.grant_role(session, person_id, Role.COACH)
    audit.record(session, by, "coach.registered", reference("person", person_id), {"capacity": capacity})
    coach = queries.lock(session, person_id) or Coach(
        person_id=person_id, display_name=display_name, region_code=region_code
    )
    if capacity < coach.open_cases:
        raise CoachFull(pointer="/capacity")
    coach.display_name, coach.region_code, coach.capacity = display_name, region_code, capacity
    coach.skills, coach.languages, coach.produce = dict(skills), list(languages), list(produce)
    coach.available = True
    session.add(coach)
    session.flush()  # the coach may be matched in this transaction


def retire(session: Session, person_id: UUID) -> None:
    """Give the person no case any more, until they are registered anew; nothing happens to who was no coach."""
    coach = queries.lock(session, person_id)
    if coach is not None:
        coach.available = False
        session.flush()  # what follows in this transaction is plain SQL
