"""A case's plan and its history, which cases and tasks share."""

from uuid import UUID

from sqlmodel import Session

from agrimarket.coaching import queries
from agrimarket.coaching.models import CoachingEvent, CoachingTask
from agrimarket.coaching.states import (
    TASK_TRANSITIONS,
    TaskState,
)
from agrimarket.kernel.states import move


def ready_next(session: Session, case_id: UUID) -> None:
    """The first unfinished task of the plan becomes ready."""
    for task in queries.tasks_of(session, case_id, lock=True):
        if task.state == TaskState.CREATED:
            move(task, TaskState.READY, TASK_TRANSITIONS)
            return
        if task.state not in {TaskState.COMPLETED, TaskState.SKIPPED, TaskState.FAILED}:
            return


def end_lease(session: Session, task: CoachingTask) -> None:
    """Nobody holds the task any more."""
    if task.holder_id is not None:
        queries.give_back(session, [task.holder_id])
    task.holder_id, task.lease_until = None, None
    session.flush()  # the lease ends before the next task of the plan is looked for


def log(
    session: Session,
    case_id: UUID,
    act: str,
    actor_id: UUID | None,
    *,
    task: CoachingTask | None = None,
    note: str | None = None,
) -> None:
    """Write a line of the case's history."""
    fence = task.fence if task else None
    task_id = task.id if task else None
    session.add(CoachingEvent(case_id=case_id, task_id=task_id, actor_id=actor_id, act=act, fence=fence, note=note))
