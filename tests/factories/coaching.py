"""Coaches and cases, made through the services."""

from datetime import timedelta
from uuid import UUID

from sqlmodel import Session

from agrimarket.coaching.models import CoachingCase
from agrimarket.coaching.service import cases, coaches
from agrimarket.kernel import clock
from agrimarket.kernel.ids import new_id
from tests.factories.accounts import Somebody, a_person, signed_in

DONGGANG = "210681"


def a_coach(
    session: Session, *, name: str = "林老师", capacity: int = 5, skills: dict[str, int] | None = None
) -> Somebody:
    """A coach who knows strawberries."""
    person = a_person(session, name=name)
    coaches.register(
        session,
        person.person_id,
        by=None,
        display_name=name,
        skills=skills or {"packaging": 3, "pricing": 2},
        languages=["zh-Hans"],
        produce=["草莓"],
        region_code=DONGGANG,
        capacity=capacity,
    )
    return signed_in(session, person.person_id)


def a_case(session: Session, person_id: UUID, *, needs: tuple[str, ...] = ("packaging",)) -> CoachingCase:
    """A case with 500 kg of strawberries that spoil in three days."""
    return cases.open(
        session,
        source_type="application",
        source_id=new_id(),
        person_id=person_id,
        seller_id=None,
        product="草莓",
        region_code=DONGGANG,
        grams=500_000,
        spoils_at=clock.read(session) + timedelta(days=3),
        needs=list(needs),
    )
