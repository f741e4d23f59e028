"""Matching: a case that waits gets the coach who fits best and has room, or the one whom an operator chooses."""

from collections.abc import Mapping
from uuid import UUID

from sqlmodel import Session

from agrimarket.coaching import rules
from agrimarket.coaching.errors import CoachNotEligible
from agrimarket.coaching.events import CaseMatched, CaseWaitlisted
from agrimarket.coaching.models import Assignment, CoachingCase
from agrimarket.coaching.queries import cases, coaches
from agrimarket.coaching.queries import matching as queries
from agrimarket.coaching.service import tasks
from agrimarket.coaching.states import CASE_TRANSITIONS, CaseState
from agrimarket.kernel import clock, outbox
from agrimarket.kernel.errors import found
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.states import move

_WITHOUT_COACH = frozenset({CaseState.TRIAGED, CaseState.WAITLISTED, CaseState.REOPENED})


def match(session: Session, case_id: UUID) -> UUID | None:
    """Give the case to the best eligible coach with a free place; None, and waitlisted, if there is none.

    A case that has a coach is left alone. The coach's place is counted under the coach's row lock (invariant 6).
    """
    case = cases.lock(session, case_id)
    if case is None or case.state not in _WITHOUT_COACH:
        return None
    now = clock.read(session)
    case.urgency = rules.urgency(case.grams, case.spoils_at, case.created_at, now)
    ranked = rules.rank(_need(case), queries.profiles(session, without_case=case.id))
    for index, fit in enumerate(ranked):
        if coaches.take_slot(session, fit.coach_id):
            _assign(session, case, fit.coach_id, rules.why(ranked, index, case.urgency))
            return fit.coach_id
    if case.state != CaseState.WAITLISTED:
        move(case, CaseState.WAITLISTED, CASE_TRANSITIONS)
        cases.log(session, case.id, "waitlisted", None)
        outbox.record(session, CaseWaitlisted(case_id=case.id, person_id=case.person_id))
    return None


def match_waiting(session: Session, limit: int = 50) -> int:
    """Match the cases that wait, oldest due first; returns how many found a coach."""
    return sum(match(session, case_id) is not None for case_id in queries.waiting(session, limit))


def waiting(session: Session, limit: int) -> list[CoachingCase]:
    """Cases that no coach has, due first on top."""
    return cases.without_coach(session, limit)


def choices(session: Session, case: CoachingCase) -> list[rules.Fit]:
    """The coaches who may take the case, best first; those who have had it are not asked again."""
    return rules.rank(_need(case), queries.profiles(session, without_case=case.id))


def assign(session: Session, operator: Principal, case_id: UUID, coach_id: UUID, reason: str) -> CoachingCase:
    """Give a waiting case to the coach whom an operator chose; `CoachNotEligible` if a hard rule forbids it."""
    case = found(cases.lock(session, case_id))
    need = _need(case)
    chosen = [profile for profile in queries.profiles(session, without_case=case.id) if profile.coach_id == coach_id]
    failed = rules.why_not(need, chosen[0]) if chosen else ["unavailable"]
    if failed or not coaches.take_slot(session, coach_id):
        raise CoachNotEligible(failed=failed or ["room"])
    cases.log(session, case.id, "reassigned", operator.person_id, note=reason)
    _assign(session, case, coach_id, rules.why([rules.fit(need, chosen[0])], 0, case.urgency))
    return case


def _need(case: CoachingCase) -> rules.Need:
    return rules.Need(case.needs, case.language, case.product, case.region_code)


def _assign(session: Session, case: CoachingCase, coach_id: UUID, why: Mapping[str, object]) -> None:
    move(case, CaseState.MATCHED, CASE_TRANSITIONS)
    session.add(Assignment(case_id=case.id, coach_id=coach_id, why=dict(why)))
    tasks.give_plan(session, case, coach_id)
    cases.log(session, case.id, "matched", coach_id)
    outbox.record(session, CaseMatched(case_id=case.id, coach_id=coach_id, person_id=case.person_id))
