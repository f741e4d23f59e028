"""A coach's tasks over HTTP: leased, kept, completed, given back."""

from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from agrimarket.coaching.models import CoachingTask
from agrimarket.coaching.schemas.cases import CaseOut, QueuedTaskOut
from agrimarket.coaching.schemas.tasks import Completion, Escalation, Fenced, LeaseOut, TaskOut
from agrimarket.coaching.service import tasks
from agrimarket.http.handlers import get, post
from agrimarket.http.params import Limit
from agrimarket.kernel.db import Database
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.paging import Page
from agrimarket.kernel.principal import Principal, Scope
from agrimarket.kernel.resources import TaskId

TAGS = ["coaching"]


@get("/coaching/tasks", tags=TAGS, summary="The coach's queue, what is due first on top", scopes=(Scope.COACHING_READ,))
def list_tasks(
    db: NamedDependency[Database], coach: NamedDependency[Principal], language: NamedDependency[str], limit: Limit = 50
) -> Page[QueuedTaskOut]:
    """Tasks of the coach's cases that are ready or held."""
    with db.reading() as session:
        found = tasks.queue(session, coach, limit)
    return Page(items=[QueuedTaskOut(task=TaskOut.of(task, language), case=CaseOut.of(case)) for task, case in found])


@post(
    "/coaching/tasks/claim",
    tags=TAGS,
    summary="Lease the first task of the queue",
    status_code=200,
    scopes=(Scope.COACHING_WRITE,),
)
def lease_next_task(
    db: NamedDependency[Database],
    coach: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
    language: NamedDependency[str],
) -> TaskOut:
    """Leases what is due first for the lease length. Every later write carries the answer's `fence`."""
    with db.transaction() as session:
        return idempotency.run(session, TaskOut, lambda: TaskOut.of(tasks.lease(session, coach), language))


@post(
    "/coaching/tasks/{task_id:str}/claim",
    tags=TAGS,
    summary="Lease this task",
    status_code=200,
    scopes=(Scope.COACHING_WRITE,),
)
def lease_task(
    task_id: FromPath[TaskId],
    db: NamedDependency[Database],
    coach: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
    language: NamedDependency[str],
) -> TaskOut:
    """Leases the task for the lease length; 409 if another coach has it or its case."""

    def act() -> TaskOut:
        return TaskOut.of(tasks.lease(session, coach, task_id), language)

    with db.transaction() as session:
        return idempotency.run(session, TaskOut, act)


@post(
    "/coaching/tasks/{task_id:str}/heartbeat",
    tags=TAGS,
    summary="Keep the lease",
    status_code=200,
    scopes=(Scope.COACHING_WRITE,),
)
def heartbeat(
    task_id: FromPath[TaskId], data: JSONBody[Fenced], db: NamedDependency[Database], coach: NamedDependency[Principal]
) -> LeaseOut:
    """Extends the lease to its full length; to be sent about every third of it. The first one begins the work."""
    with db.transaction() as session:
        until = tasks.heartbeat(session, coach, task_id, data.fence)
        return LeaseOut(lease_until=until)


@post(
    "/coaching/tasks/{task_id:str}/complete",
    tags=TAGS,
    summary="Finish a task",
    status_code=200,
    scopes=(Scope.COACHING_WRITE,),
)
def complete_task(
    task_id: FromPath[TaskId],
    data: JSONBody[Completion],
    db: NamedDependency[Database],
    coach: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
    language: NamedDependency[str],
) -> TaskOut:
    """Finishes the task with its result; the next of the plan becomes ready. 409 if the lease was lost."""

    def act() -> CoachingTask:
        return tasks.complete(session, coach, task_id, data.fence, data.result)

    with db.transaction() as session:
        return idempotency.run(session, TaskOut, lambda: TaskOut.of(act(), language))


@post(
    "/coaching/tasks/{task_id:str}/release",
    tags=TAGS,
    summary="Give a task back",
    status_code=200,
    scopes=(Scope.COACHING_WRITE,),
)
def release_task(
    task_id: FromPath[TaskId],
    data: JSONBody[Fenced],
    db: NamedDependency[Database],
    coach: NamedDependency[Principal],
    language: NamedDependency[str],
) -> TaskOut:
    """Returns the task to the queue. 409 if the lease was lost."""
    with db.transaction() as session:
        return TaskOut.of(tasks.release(session, coach, task_id, data.fence), language)


@post(
    "/coaching/tasks/{task_id:str}/escalate",
    tags=TAGS,
    summary="Ask the operators for help",
    status_code=200,
    scopes=(Scope.COACHING_WRITE,),
)
def escalate_task(
    task_id: FromPath[TaskId],
    data: JSONBody[Escalation],
    db: NamedDependency[Database],
    coach: NamedDependency[Principal],
    language: NamedDependency[str],
) -> TaskOut:
    """Asks the operators for help; the coach keeps the task. 409 if the lease was lost."""
    with db.transaction() as session:
        task = tasks.escalate(session, coach, task_id, data.fence, data.reason)
        return TaskOut.of(task, language)
