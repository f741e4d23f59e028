"""Cases: opening, the match, and how they end."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlmodel import Session

from agrimarket.accounts import service as accounts
from agrimarket.coaching import queries, rules
from agrimarket.coaching.errors import (
    CoachFull,
    CoachNotEligible,
)
from agrimarket.coaching.events import CaseClosed, CaseMatched, CaseOpened, CaseWaitlisted
from agrimarket.coaching.models import Assignment, Coach, CoachingCase, CoachingEvent, CoachingTask
from agrimarket.coaching.service.plan import end_lease, log, ready_next
from agrimarket.coaching.states import (
    CASE_TRANSITIONS,
    TASK_TRANSITIONS,
    CaseState,
    Outcome,
    TaskState,
)
from agrimarket.kernel import clock, outbox
from agrimarket.kernel.errors import NotFound
from agrimarket.kernel.principal import Principal, Role
from agrimarket.kernel.states import move
from agrimarket.orders.service import seller_orders
from agrimarket.regions import service as regions


def register_coach(
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
    accounts.contact(session, person_id)
    regions.region(session, region_code)
    accounts.grant_role(session, person_id, Role.COACH)
    accounts.audit(session, by, "coach.registered", str(person_id), {"capacity": capacity})
    coach = queries.lock_coach(session, person_id) or Coach(
        person_id=person_id, display_name=display_name, region_code=region_code
    )
    if capacity < coach.open_cases:
        raise CoachFull(pointer="/capacity")
    coach.display_name, coach.region_code, coach.capacity = display_name, region_code, capacity
    coach.skills, coach.languages, coach.produce = dict(skills), list(languages), list(produce)
    session.add(coach)
    session.flush()  # the coach may be matched in this transaction


def open_case(
    session: Session,
    *,
    source_type: str,
    source_id: UUID,
    person_id: UUID,
    seller_id: UUID | None,
    product: str,
    region_code: str,
    grams: int,
    spoils_at: datetime | None,
    needs: Sequence[str],
) -> CoachingCase:
    """Open and triage a case, and let the match follow after the commit. One case a source."""
    now = clock.read(session)
    case = CoachingCase(
        source_type=source_type,
        source_id=source_id,
        person_id=person_id,
        seller_id=seller_id,
        product=product,
        region_code=region_code,
        grams=grams,
        spoils_at=spoils_at,
        language=accounts.contact(session, person_id).language,
        needs=[need for need in needs if need in rules.SKILLS],
        urgency=rules.urgency(grams, spoils_at, now, now),
        due_key=now + rules.first_contact_within(spoils_at, now),
    )
    move(case, CaseState.TRIAGED, CASE_TRANSITIONS)
    session.add(case)
    session.flush()  # the event needs the case to exist
    log(session, case.id, "opened", person_id)
    outbox.record(session, CaseOpened(case_id=case.id))
    return case


def match_case(session: Session, case_id: UUID) -> UUID | None:
    """Give the case to the best eligible coach with a free slot; None, and waitlisted, if there is none.

    A case that has a coach is left alone. The coach's slot is counted under the coach's row lock (invariant 6).
    """
    case = queries.lock_case(session, case_id)
    if case is None or case.state not in {CaseState.TRIAGED, CaseState.WAITLISTED, CaseState.REOPENED}:
        return None
    now = clock.read(session)
    case.urgency = rules.urgency(case.grams, case.spoils_at, case.created_at, now)
    need = rules.Need(case.needs, case.language, case.product, case.region_code)
    ranked = rules.rank(need, queries.profiles(session, without_case=case.id))
    for index, found in enumerate(ranked):
        if queries.take_slot(session, found.coach_id):
            _assign(session, case, found.coach_id, rules.why(ranked, index, case.urgency))
            return found.coach_id
    if case.state != CaseState.WAITLISTED:
        move(case, CaseState.WAITLISTED, CASE_TRANSITIONS)
        log(session, case.id, "waitlisted", None)
        outbox.record(session, CaseWaitlisted(case_id=case.id, person_id=case.person_id))
    return None


def match_waiting(session: Session, limit: int = 50) -> int:
    """Match the cases that wait, oldest due first; how many found a coach."""
    return sum(match_case(session, case_id) is not None for case_id in queries.waiting_ids(session, limit))


def decline_case(session: Session, coach: Principal, case_id: UUID, reason: str) -> CoachingCase:
    """Hand the case back before work has begun: the pair is barred, the case keeps its age and is matched anew."""
    case, assignment = _own_case(session, coach, case_id)
    move(case, CaseState.WAITLISTED, CASE_TRANSITIONS)
    _end_assignment(session, assignment, reason)
    for task in queries.tasks_of(session, case.id, lock=True):
        task.coach_id = None
    log(session, case.id, "declined", coach.person_id, note=reason)
    outbox.record(session, CaseOpened(case_id=case.id))
    return case


def hold_case(session: Session, coach: Principal, case_id: UUID, reason: str) -> CoachingCase:
    """Pause the case while it waits for the seller."""
    case, _ = _own_case(session, coach, case_id)
    move(case, CaseState.ON_HOLD, CASE_TRANSITIONS)
    log(session, case.id, "held", coach.person_id, note=reason)
    return case


def resume_case(session: Session, coach: Principal, case_id: UUID) -> CoachingCase:
    """Go on with a paused case."""
    case, _ = _own_case(session, coach, case_id)
    move(case, CaseState.ACTIVE, CASE_TRANSITIONS)
    log(session, case.id, "resumed", coach.person_id)
    return case


def close_case(session: Session, coach: Principal, case_id: UUID, outcome: Outcome, note: str) -> CoachingCase:
    """Close the case with its outcome: kilograms sold and money earned since it opened, and days saved.

    What was sold comes from the seller's orders, not from the coach's word. Tasks that are left are skipped.
    """
    case, assignment = _own_case(session, coach, case_id)
    now = clock.read(session)
    move(case, CaseState.CLOSED, CASE_TRANSITIONS)
    case.outcome, case.closed_at = outcome, now
    if case.seller_id is not None:
        sales = seller_orders.sales_of(session, case.seller_id, case.created_at)
        case.sold_grams, case.earned_amount = sales.grams, sales.gross.amount
        case.days_saved = rules.days_saved(case.spoils_at, sales.last_at)
    for task in queries.tasks_of(session, case.id, lock=True):
        if TaskState.SKIPPED in TASK_TRANSITIONS.get(TaskState(task.state), frozenset()):
            move(task, TaskState.SKIPPED, TASK_TRANSITIONS)
            end_lease(session, task)
    _end_assignment(session, assignment, "closed")
    log(session, case.id, "closed", coach.person_id, note=note)
    outbox.record(session, CaseClosed(case_id=case.id, person_id=case.person_id, outcome=outcome.value))
    return case


def reassign_case(session: Session, operator: Principal, case_id: UUID, coach_id: UUID, reason: str) -> CoachingCase:
    """An operator's choice of coach for a case that waits; `CoachNotEligible` if a hard rule forbids it."""
    case = queries.lock_case(session, case_id)
    if case is None:
        raise NotFound
    need = rules.Need(case.needs, case.language, case.product, case.region_code)
    chosen = [found for found in queries.profiles(session, without_case=case.id) if found.coach_id == coach_id]
    failed = rules.why_not(need, chosen[0]) if chosen else ["unavailable"]
    if failed or not queries.take_slot(session, coach_id):
        raise CoachNotEligible(failed=failed or ["room"])
    log(session, case.id, "reassigned", operator.person_id, note=reason)
    _assign(session, case, coach_id, rules.why([rules.fit(need, chosen[0])], 0, case.urgency))
    return case


def cases_for(
    session: Session, principal: Principal, *, state: CaseState | None, after: UUID | None, limit: int
) -> list[CoachingCase]:
    """Cases that the person may see, newest first: all for operators, a coach's own, a seller's own."""
    coach_id = principal.person_id if principal.has(Role.COACH) else None
    person_id = None if coach_id else principal.person_id
    if principal.has(Role.OPERATOR):
        coach_id = person_id = None
    return queries.cases(session, coach_id=coach_id, person_id=person_id, state=state, after=after, limit=limit)


def case_file(
    session: Session, case: CoachingCase
) -> tuple[CoachingCase, Assignment | None, list[CoachingTask], list[CoachingEvent]]:
    """The case with its coach, its plan and its history."""
    session.flush()  # what this transaction changed is read back
    assignment = queries.active_assignment(session, case.id)
    return case, assignment, queries.tasks_of(session, case.id), queries.history(session, case.id)


def board(session: Session) -> Row[Any]:
    """Figures for the operators' board."""
    return queries.board(session)


def case_for(session: Session, principal: Principal, case_id: UUID) -> CoachingCase:
    """The case for its seller, its coach or an operator; `NotFound` for everybody else."""
    case = session.get(CoachingCase, case_id)
    if case is None:
        raise NotFound
    assignment = queries.active_assignment(session, case_id)
    party = case.person_id == principal.person_id or (assignment and assignment.coach_id == principal.person_id)
    if not party and not principal.has(Role.OPERATOR):
        raise NotFound
    return case


def _assign(session: Session, case: CoachingCase, coach_id: UUID, why: Mapping[str, object]) -> None:
    move(case, CaseState.MATCHED, CASE_TRANSITIONS)
    session.add(Assignment(case_id=case.id, coach_id=coach_id, why=dict(why)))
    tasks = queries.tasks_of(session, case.id, lock=True)
    if not tasks:
        tasks = [
            CoachingTask(case_id=case.id, position=position, kind=kind, due_key=case.due_key)
            for position, kind in enumerate(rules.plan(case.needs), start=1)
        ]
        session.add_all(tasks)
    for task in tasks:
        task.coach_id = coach_id
    session.flush()  # the plan must be stored before its first task becomes ready
    ready_next(session, case.id)
    log(session, case.id, "matched", coach_id)
    outbox.record(session, CaseMatched(case_id=case.id, coach_id=coach_id, person_id=case.person_id))


def _own_case(session: Session, coach: Principal, case_id: UUID) -> tuple[CoachingCase, Assignment]:
    case = queries.lock_case(session, case_id)
    assignment = queries.active_assignment(session, case_id)
    if case is None or assignment is None:
        raise NotFound
    if assignment.coach_id != coach.person_id and not coach.has(Role.OPERATOR):
        raise NotFound
    return case, assignment


def _end_assignment(session: Session, assignment: Assignment, reason: str) -> None:
    assignment.ended_at, assignment.end_reason = clock.read(session), reason
    queries.free_slot(session, assignment.coach_id)
    session.flush()  # frees the case's one active place
