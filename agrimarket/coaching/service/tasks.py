"""Tasks: the steps of a case's plan, each worked on by one coach under a lease."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from agrimarket.coaching import rules
from agrimarket.coaching.errors import FenceStale, NothingToLease, TaskHeld, TaskNotReady
from agrimarket.coaching.events import TaskEscalated
from agrimarket.coaching.models import CoachingCase, CoachingTask
from agrimarket.coaching.queries import cases, coaches
from agrimarket.coaching.queries import tasks as queries
from agrimarket.coaching.states import CASE_TRANSITIONS, LEASED, TASK_TRANSITIONS, CaseState, TaskState
from agrimarket.drive import drive
from agrimarket.kernel import clock, outbox
from agrimarket.kernel.errors import NotFound, found
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.states import move
from agrimarket.kernel.waiting import Waiting


def queue(session: Session, coach: Principal, limit: int) -> list[tuple[CoachingTask, CoachingCase]]:
    """The coach's queue: tasks that are ready or leased, earliest due first."""
    return queries.queue(session, coach.person_id, limit)


def lease(session: Session, coach: Principal, task_id: UUID | None = None) -> CoachingTask:
    """Lease that task, or the first of the coach's queue, for the lease length.

    `TaskHeld` if another coach has it or its case, `TaskNotReady` if it waits or is done, `NothingToLease` otherwise.
    """
    task = queries.lease(session, coach.person_id, task_id, drive().windows.lease)
    if task is None:
        raise _why_not_leased(session, coach, task_id)
    case = found(cases.lock(session, task.case_id))
    if case.state == CaseState.MATCHED:
        move(case, CaseState.ACTIVE, CASE_TRANSITIONS)
    return task


def _why_not_leased(session: Session, coach: Principal, task_id: UUID | None) -> Exception:
    if task_id is None:
        return NothingToLease()
    task = queries.find(session, task_id)
    if task is None:
        return NotFound()
    if task.coach_id != coach.person_id or (task.state in LEASED and task.holder_id != coach.person_id):
        return TaskHeld()
    return NothingToLease() if task.state == TaskState.READY else TaskNotReady()


def heartbeat(session: Session, coach: Principal, task_id: UUID, fence: int) -> datetime:
    """Extend the lease to the lease length from now and begin the work; the new end. `FenceStale` if it was lost."""
    until = queries.heartbeat(session, task_id, coach.person_id, fence, drive().windows.lease)
    if until is None:
        raise FenceStale
    return until


def complete(session: Session, coach: Principal, task_id: UUID, fence: int, result: str) -> CoachingTask:
    """Finish the task with its result and make the next of the plan ready. `FenceStale` if the lease was lost."""
    task = _lock_leased(session, coach, task_id, fence)
    if task.state == TaskState.RESERVED:
        move(task, TaskState.IN_PROGRESS, TASK_TRANSITIONS)
    move(task, TaskState.COMPLETED, TASK_TRANSITIONS)
    task.result, task.finished_at = result, clock.read(session)
    _end_lease(session, task)
    _ready_next(session, task.case_id)
    cases.log(session, task.case_id, "completed", coach.person_id, task=task, note=result)
    return task


def release(session: Session, coach: Principal, task_id: UUID, fence: int) -> CoachingTask:
    """Give the task back to the queue; `FenceStale` if the lease was lost."""
    task = _lock_leased(session, coach, task_id, fence)
    move(task, TaskState.READY, TASK_TRANSITIONS)
    _end_lease(session, task)
    cases.log(session, task.case_id, "released", coach.person_id, task=task)
    return task


def escalate(session: Session, coach: Principal, task_id: UUID, fence: int, reason: str) -> CoachingTask:
    """Ask the operators for help with a task that the coach keeps; `FenceStale` if the lease was lost."""
    task = _lock_leased(session, coach, task_id, fence)
    cases.log(session, task.case_id, "escalated", coach.person_id, task=task, note=reason)
    outbox.record(session, TaskEscalated(case_id=task.case_id, task_id=task.id, reason=reason))
    return task


def sweep_leases(session: Session) -> int:
    """Put the tasks whose lease has lapsed back into their queues; returns how many."""
    return queries.release_lapsed(session)


def let_go(session: Session, coach_id: UUID) -> int:
    """Return every task that a coach has leased to its queue; how many. Their fences are worth nothing any more."""
    return queries.release_all(session, coach_id)


def waiting(session: Session, coach_id: UUID) -> Waiting:
    """The tasks that a coach can work on now: how many, and when the first of them is, or was, due."""
    return queries.waiting(session, coach_id)


def give_plan(session: Session, case: CoachingCase, coach_id: UUID) -> None:
    """Give the case's plan to that coach, making it if there is none yet; its first open task becomes ready."""
    tasks = queries.of_case(session, case.id, lock=True)
    if not tasks:
        tasks = [
            CoachingTask(case_id=case.id, position=position, kind=kind, due_key=case.due_key)
            for position, kind in enumerate(rules.plan(case.needs), start=1)
        ]
        session.add_all(tasks)
    for task in tasks:
        task.coach_id = coach_id
    session.flush()  # the plan must be stored before its first task becomes ready
    _ready_next(session, case.id)


def take_plan_back(session: Session, case_id: UUID) -> None:
    """Take the case's plan from its coach, until it is matched again."""
    for task in queries.of_case(session, case_id, lock=True):
        task.coach_id = None


def skip_rest(session: Session, case_id: UUID) -> None:
    """Skip the tasks that are left of the plan of a case that closes; their leases end."""
    for task in queries.of_case(session, case_id, lock=True):
        if TaskState.SKIPPED in TASK_TRANSITIONS.get(TaskState(task.state), frozenset()):
            move(task, TaskState.SKIPPED, TASK_TRANSITIONS)
            _end_lease(session, task)


def _ready_next(session: Session, case_id: UUID) -> None:
    """Make the first unfinished task of the plan ready."""
    for task in queries.of_case(session, case_id, lock=True):
        if task.state == TaskState.CREATED:
            move(task, TaskState.READY, TASK_TRANSITIONS)
            return
        if task.state not in {TaskState.COMPLETED, TaskState.SKIPPED, TaskState.FAILED}:
            return


def _end_lease(session: Session, task: CoachingTask) -> None:
    """End the task's lease."""
    if task.holder_id is not None:
        coaches.free_lease(session, task.holder_id)
    task.holder_id, task.lease_until = None, None
    session.flush()  # the lease ends before the next task of the plan is looked for


def _lock_leased(session: Session, coach: Principal, task_id: UUID, fence: int) -> CoachingTask:
    """The task under that lease; `FenceStale` if it was lost, `NotFound` if there is no such task."""
    task = queries.lock_leased(session, task_id, coach.person_id, fence)
    if task is None:
        found(queries.find(session, task_id))
        raise FenceStale
    return task
