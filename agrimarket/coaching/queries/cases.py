"""Cases with their assignments and history: locked, found, listed, logged and counted."""

from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, select

from agrimarket.coaching.models import Assignment, CoachingCase, CoachingEvent, CoachingTask
from agrimarket.coaching.states import CaseState
from agrimarket.coaching.types import Board
from agrimarket.kernel.db import locked
from agrimarket.kernel.money import Money
from agrimarket.kernel.waiting import Waiting


def lock(session: Session, case_id: UUID) -> CoachingCase | None:
    """The case, locked; None if there is none."""
    return session.exec(locked(select(CoachingCase).where(CoachingCase.id == case_id))).one_or_none()


def find(session: Session, case_id: UUID) -> CoachingCase | None:
    """The case; None if there is none."""
    return session.get(CoachingCase, case_id)


def active_assignment(session: Session, case_id: UUID) -> Assignment | None:
    """The assignment of the coach who has the case now; None while it waits."""
    return session.exec(
        select(Assignment).where(Assignment.case_id == case_id, col(Assignment.ended_at).is_(None))
    ).one_or_none()


def not_begun(session: Session, coach_id: UUID) -> list[tuple[CoachingCase, Assignment]]:
    """The cases, locked, that a coach was given and has not begun, each with its assignment."""
    mine = (Assignment.coach_id == coach_id, col(Assignment.ended_at).is_(None))
    given = select(CoachingCase).where(col(CoachingCase.id).in_(select(Assignment.case_id).where(*mine)))
    in_order = given.where(CoachingCase.state == CaseState.MATCHED).order_by(col(CoachingCase.id))
    cases = {case.id: case for case in session.exec(locked(in_order))}
    # Assignments are read under the cases' locks: while those were awaited, another coach may have been given one.
    held = select(Assignment).where(*mine, col(Assignment.case_id).in_(cases)).order_by(col(Assignment.case_id))
    fresh = held.execution_options(populate_existing=True)
    return [(cases[assignment.case_id], assignment) for assignment in session.exec(fresh)]


def page(
    session: Session,
    *,
    coach_id: UUID | None,
    person_id: UUID | None,
    state: CaseState | None,
    before: UUID | None,
    limit: int,
) -> list[CoachingCase]:
    """Cases, newest first: of one coach, of one seller's person, or all."""
    statement = select(CoachingCase).order_by(col(CoachingCase.id).desc()).limit(limit)
    if coach_id is not None:
        mine = select(Assignment.case_id).where(Assignment.coach_id == coach_id, col(Assignment.ended_at).is_(None))
        statement = statement.where(col(CoachingCase.id).in_(mine))
    if person_id is not None:
        statement = statement.where(CoachingCase.person_id == person_id)
    if state is not None:
        statement = statement.where(CoachingCase.state == state)
    if before is not None:
        statement = statement.where(CoachingCase.id < before)
    return list(session.exec(statement))


def without_coach(session: Session, limit: int) -> list[CoachingCase]:
    """Cases that have no coach, due first on top."""
    states = [CaseState.TRIAGED, CaseState.WAITLISTED, CaseState.REOPENED]
    statement = select(CoachingCase).where(col(CoachingCase.state).in_(states))
    return list(session.exec(statement.order_by(col(CoachingCase.due_key), col(CoachingCase.id)).limit(limit)))


def history(session: Session, case_id: UUID) -> list[CoachingEvent]:
    """The case's history, in order."""
    statement = select(CoachingEvent).where(CoachingEvent.case_id == case_id)
    return list(session.exec(statement.order_by(col(CoachingEvent.created_at), col(CoachingEvent.id))))


def log(
    session: Session,
    case_id: UUID,
    act: str,
    actor_id: UUID | None,
    *,
    task: CoachingTask | None = None,
    note: str | None = None,
) -> None:
    """Add an entry to the case's history; `act` is the id of its sentence, `coaching.act.…`."""
    fence = task.fence if task else None
    task_id = task.id if task else None
    session.add(CoachingEvent(case_id=case_id, task_id=task_id, actor_id=actor_id, act=act, fence=fence, note=note))


def board(session: Session) -> Board:
    """Figures for the operators' board; one statement."""
    row = session.connection().execute(_BOARD).one()
    earned = Money(int(row.earned_amount))
    return Board(row.waiting, row.open, row.closed, row.overdue, row.free_slots, int(row.sold_grams), earned)


def waiting(session: Session) -> Waiting:
    """Cases that have no coach, and since when the oldest of them is open."""
    return Waiting(*session.connection().execute(_WAITING).one())


_WAITING = text("""
    SELECT count(*), min(created_at) FROM coaching_case WHERE state IN ('triaged', 'waitlisted', 'reopened')
""")
_BOARD = text("""
    SELECT (SELECT count(*) FROM coaching_case WHERE state IN ('triaged', 'waitlisted')) AS waiting,
           (SELECT count(*) FROM coaching_case WHERE state IN ('matched', 'active', 'on_hold')) AS open,
           (SELECT count(*) FROM coaching_case WHERE state = 'closed') AS closed,
           (SELECT count(*) FROM coaching_task WHERE state = 'ready' AND due_key < agrimarket_now()) AS overdue,
           (SELECT coalesce(sum(capacity - open_cases), 0) FROM coach WHERE available) AS free_slots,
           (SELECT coalesce(sum(sold_grams), 0) FROM coaching_case WHERE state = 'closed') AS sold_grams,
           (SELECT coalesce(sum(earned_amount), 0) FROM coaching_case WHERE state = 'closed') AS earned_amount
""")
