"""Reads for a match: the cases that wait, and the coaches who may take one."""

from uuid import UUID

from sqlmodel import Session, col, select

from agrimarket.coaching.models import Assignment, Coach, CoachingCase
from agrimarket.coaching.rules import Profile
from agrimarket.coaching.states import CaseState


def waiting(session: Session, limit: int) -> list[UUID]:
    """Cases without a coach, oldest due first."""
    without_coach = col(CoachingCase.state).in_([CaseState.TRIAGED, CaseState.WAITLISTED])
    statement = select(CoachingCase.id).where(without_coach).order_by(col(CoachingCase.due_key), col(CoachingCase.id))
    return list(session.exec(statement.limit(limit)))


def profiles(session: Session, without_case: UUID) -> list[Profile]:
    """The profiles of available coaches, except of those who have had that case before."""
    had = select(Assignment.coach_id).where(Assignment.case_id == without_case)
    statement = select(Coach).where(col(Coach.available), col(Coach.person_id).not_in(had))
    return [
        Profile(
            coach_id=coach.person_id,
            name=coach.display_name,
            skills=coach.skills,
            languages=coach.languages,
            produce=coach.produce,
            region_code=coach.region_code,
            capacity=coach.capacity,
            room=coach.capacity - coach.open_cases,
        )
        for coach in session.exec(statement.order_by(col(Coach.person_id)))
    ]
