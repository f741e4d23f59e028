"""Cases: opened, viewed, declined, paused and closed with an outcome."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.service import people
from agrimarket.coaching import rules
from agrimarket.coaching.events import CaseClosed, CaseOpened
from agrimarket.coaching.models import Assignment, CoachingCase
from agrimarket.coaching.queries import cases as queries
from agrimarket.coaching.queries import coaches
from agrimarket.coaching.queries import tasks as task_queries
from agrimarket.coaching.service import tasks
from agrimarket.coaching.states import CASE_TRANSITIONS, CaseState, Outcome
from agrimarket.coaching.types import Board, CaseFile
from agrimarket.drive import drive
from agrimarket.kernel import clock, outbox
from agrimarket.kernel.calling import call_by
from agrimarket.kernel.errors import NotFound, found
from agrimarket.kernel.principal import Principal, Role
from agrimarket.kernel.states import move
from agrimarket.kernel.waiting import Waiting
from agrimarket.orders.service import seller_orders


def open(
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
    """Open and triage a case; the match follows after the commit. A source has one case."""
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
        language=people.contact(session, person_id).language,
        needs=[need for need in needs if need in rules.SKILLS],
        urgency=rules.urgency(grams, spoils_at, now, now),
        due_key=call_by(now, now + rules.first_contact_within(spoils_at, now), drive().calling, useless=spoils_at),
    )
    move(case, CaseState.TRIAGED, CASE_TRANSITIONS)
    session.add(case)
    session.flush()  # the event needs the case to exist
    queries.log(session, case.id, "opened", person_id)
    outbox.record(session, CaseOpened(case_id=case.id))
    return case


def view(session: Session, principal: Principal, case_id: UUID) -> CoachingCase:
    """The case for its seller, its coach or an operator; `NotFound` for everybody else."""
    case = found(queries.find(session, case_id))
    assignment = queries.active_assignment(session, case_id)
    party = case.person_id == principal.person_id or (assignment and assignment.coach_id == principal.person_id)
    if not party and not principal.has(Role.OPERATOR):
        raise NotFound
    return case


def file_of(session: Session, case: CoachingCase) -> CaseFile:
    """The case with its coach, its plan and its history."""
    session.flush()  # what this transaction changed is read back
    assignment = queries.active_assignment(session, case.id)
    return CaseFile(case, assignment, task_queries.of_case(session, case.id), queries.history(session, case.id))


def page(
    session: Session, principal: Principal, *, state: CaseState | None, before: UUID | None, limit: int
) -> list[CoachingCase]:
    """Cases that the person may see, newest first: all for operators, a coach's own, a seller's own."""
    coach_id = principal.person_id if principal.has(Role.COACH) else None
    person_id = None if coach_id else principal.person_id
    if principal.has(Role.OPERATOR):
        coach_id = person_id = None
    return queries.page(session, coach_id=coach_id, person_id=person_id, state=state, before=before, limit=limit)


def board(session: Session) -> Board:
    """Figures for the operators' board."""
    return queries.board(session)


def waiting(session: Session) -> Waiting:
    """Cases that no coach has: how many, and since when the oldest of them is open; one statement."""
    return queries.waiting(session)


def decline(session: Session, coach: Principal, case_id: UUID, reason: str) -> CoachingCase:
    """Hand a case back before work has begun. It keeps its age and is matched again, never to this coach."""
    case, assignment = _lock_own(session, coach, case_id)
    _wait_again(session, case, assignment, coach.person_id, reason)
    return case


def hand_back(session: Session, coach_id: UUID) -> int:
    """Have every case that a coach has not begun matched anew, since they are a coach no more; how many.

    A case that they work on stays theirs on paper until an operator closes it.
    """
    handed = queries.not_begun(session, coach_id)
    for case, assignment in handed:
        _wait_again(session, case, assignment, None, "the coach left")
    return len(handed)


def _wait_again(
    session: Session, case: CoachingCase, assignment: Assignment, actor_id: UUID | None, reason: str
) -> None:
    move(case, CaseState.WAITLISTED, CASE_TRANSITIONS)
    _end_assignment(session, assignment, reason)
    tasks.take_plan_back(session, case.id)
    queries.log(session, case.id, "declined", actor_id, note=reason)
    outbox.record(session, CaseOpened(case_id=case.id))


def pause(session: Session, coach: Principal, case_id: UUID, reason: str) -> CoachingCase:
    """Put a case on hold while it waits for the seller."""
    case, _ = _lock_own(session, coach, case_id)
    move(case, CaseState.ON_HOLD, CASE_TRANSITIONS)
    queries.log(session, case.id, "held", coach.person_id, note=reason)
    return case


def resume(session: Session, coach: Principal, case_id: UUID) -> CoachingCase:
    """Go on with a case that is on hold."""
    case, _ = _lock_own(session, coach, case_id)
    move(case, CaseState.ACTIVE, CASE_TRANSITIONS)
    queries.log(session, case.id, "resumed", coach.person_id)
    return case


def close(session: Session, coach: Principal, case_id: UUID, outcome: Outcome, note: str) -> CoachingCase:
    """Close the case with its outcome: kilograms sold and money earned since it opened, and days saved.

    The figures come from the seller's orders, not from the coach's word. Tasks that are left are skipped.
    """
    case, assignment = _lock_own(session, coach, case_id)
    now = clock.read(session)
    move(case, CaseState.CLOSED, CASE_TRANSITIONS)
    case.outcome, case.closed_at = outcome, now
    if case.seller_id is not None:
        sales = seller_orders.sales_of(session, case.seller_id, case.created_at)
        case.sold_grams, case.earned_amount = sales.grams, sales.gross.amount
        case.days_saved = rules.days_saved(case.spoils_at, sales.last_at)
    tasks.skip_rest(session, case.id)
    _end_assignment(session, assignment, "closed")
    queries.log(session, case.id, "closed", coach.person_id, note=note)
    outbox.record(session, CaseClosed(case_id=case.id, person_id=case.person_id, outcome=outcome.value))
    return case


def _lock_own(session: Session, coach: Principal, case_id: UUID) -> tuple[CoachingCase, Assignment]:
    """The case, locked, with its coach's assignment; `NotFound` for anybody but that coach and operators."""
    case = found(queries.lock(session, case_id))
    assignment = found(queries.active_assignment(session, case_id))
    if assignment.coach_id != coach.person_id and not coach.has(Role.OPERATOR):
        raise NotFound
    return case, assignment


def _end_assignment(session: Session, assignment: Assignment, reason: str) -> None:
    assignment.ended_at, assignment.end_reason = clock.read(session), reason
    coaches.free_slot(session, assignment.coach_id)
    session.flush()  # only one assignment of a case is active at a time
