"""Tasks under a lease."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from agrimarket.coaching import queries
from agrimarket.coaching.errors import (
    FenceStale,
    NothingToClaim,
    TaskHeld,
    TaskNotReady,
)
from agrimarket.coaching.events import TaskEscalated
from agrimarket.coaching.models import CoachingCase, CoachingTask
from agrimarket.coaching.service.plan import end_lease, log, ready_next
from agrimarket.coaching.states import (
    CASE_TRANSITIONS,
    LEASED,
    TASK_TRANSITIONS,
    CaseState,
    TaskState,
)
from agrimarket.kernel import clock, outbox
from agrimarket.kernel.errors import NotFound
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.states import move


def queue(session: Session, coach: Principal, limit: int) -> list[tuple[CoachingTask, CoachingCase]]:
    """What the coach can work on, what is due first on top."""
    return queries.queue(session, coach.person_id, limit)


def claim_task(session: Session, coach: Principal, task_id: UUID | None = None) -> CoachingTask:
    """Lease that task, or the first of the coach's queue, for fifteen minutes.

    `TaskHeld` if another coach has it or its case, `TaskNotReady` if it waits or is done, `NothingToClaim` otherwise.
    """
    row = queries.claim(session, coach.person_id, task_id)
    if row is None:
        raise _why_not_claimed(session, coach, task_id)
    case = queries.lock_case(session, row.case_id)
    if case is not None and case.state == CaseState.MATCHED:
        move(case, CaseState.ACTIVE, CASE_TRANSITIONS)
    task = queries.task(session, row.id)
    if task is None:
        raise NotFound
    session.refresh(task)
    return task


def _why_not_claimed(session: Session, coach: Principal, task_id: UUID | None) -> Exception:
    if task_id is None:
        return NothingToClaim()
    task = queries.task(session, task_id)
    if task is None:
        return NotFound()
    if task.coach_id != coach.person_id or (task.state in LEASED and task.holder_id != coach.person_id):
        return TaskHeld()
    return NothingToClaim() if task.state == TaskState.READY else TaskNotReady()


def heartbeat(session: Session, coach: Principal, task_id: UUID, fence: int) -> datetime:
    """Extend the lease by fifteen minutes from now and say that work has begun; `FenceStale` if it was lost."""
    until = queries.heartbeat(session, task_id, coach.person_id, fence)
    if until is None:
        raise FenceStale
    return until


def complete_task(session: Session, coach: Principal, task_id: UUID, fence: int, result: str) -> CoachingTask:
    """Finish the task with what came of it, and make the next of the plan ready. `FenceStale` if the lease was lost."""
    task = _leased(session, coach, task_id, fence)
    if task.state == TaskState.RESERVED:
        move(task, TaskState.IN_PROGRESS, TASK_TRANSITIONS)
    move(task, TaskState.COMPLETED, TASK_TRANSITIONS)
    task.result, task.finished_at = result, clock.read(session)
    end_lease(session, task)
    ready_next(session, task.case_id)
    log(session, task.case_id, "completed", coach.person_id, task=task, note=result)
    return task


def release_task(session: Session, coach: Principal, task_id: UUID, fence: int) -> CoachingTask:
    """Give the task back to the queue; `FenceStale` if the lease was lost."""
    task = _leased(session, coach, task_id, fence)
    move(task, TaskState.READY, TASK_TRANSITIONS)
    end_lease(session, task)
    log(session, task.case_id, "released", coach.person_id, task=task)
    return task


def escalate_task(session: Session, coach: Principal, task_id: UUID, fence: int, reason: str) -> CoachingTask:
    """Ask the operators for help with a task that the coach keeps; `FenceStale` if the lease was lost."""
    task = _leased(session, coach, task_id, fence)
    log(session, task.case_id, "escalated", coach.person_id, task=task, note=reason)
    outbox.record(session, TaskEscalated(case_id=task.case_id, task_id=task.id, reason=reason))
    return task


def sweep_leases(session: Session) -> int:
    """Return tasks whose lease has lapsed; how many."""
    return queries.release_lapsed(session)


def _leased(session: Session, coach: Principal, task_id: UUID, fence: int) -> CoachingTask:
    task = queries.lock_leased(session, task_id, coach.person_id, fence)
    if task is None:
        if queries.case_of_task(session, task_id) is None:
            raise NotFound
        raise FenceStale
    return task
