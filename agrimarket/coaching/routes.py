"""JSON handlers of `coaching`."""

from typing import Annotated
from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from agrimarket.coaching import service
from agrimarket.coaching.models import CoachingCase, CoachingTask
from agrimarket.coaching.schemas import (
    BoardOut,
    CaseDetailOut,
    CaseOut,
    Closing,
    CoachIn,
    Completion,
    Escalation,
    Fenced,
    LeaseOut,
    QueuedTaskOut,
    Reason,
    Reassignment,
    TaskOut,
)
from agrimarket.coaching.states import CaseState
from agrimarket.http.handlers import get, post
from agrimarket.http.params import Cursor
from agrimarket.kernel.db import Database
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.money import Money
from agrimarket.kernel.paging import Page, Paging, by_id
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import CaseId, TaskId
from agrimarket.kernel.wire import MoneyOut, WeightOut

Limit = Annotated[int, QueryParameter(ge=1, le=100)]
TAGS = ["coaching"]


@get("/coaching/tasks", tags=TAGS, summary="The coach's queue, what is due first on top")
def list_tasks(
    db: NamedDependency[Database], coach: NamedDependency[Principal], language: NamedDependency[str], limit: Limit = 50
) -> Page[QueuedTaskOut]:
    """Tasks of the coach's cases that are ready or held."""
    with db.reading() as session:
        found = service.queue(session, coach, limit)
    return Page(items=[QueuedTaskOut(task=TaskOut.of(task, language), case=CaseOut.of(case)) for task, case in found])


@post("/coaching/tasks/claim", tags=TAGS, summary="Claim the first task of the queue", status_code=200)
def claim_next_task(
    db: NamedDependency[Database],
    coach: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
    language: NamedDependency[str],
) -> TaskOut:
    """A lease of fifteen minutes on what is due first. The answer's `fence` goes with every later write."""
    with db.transaction() as session:
        return idempotency.run(session, TaskOut, lambda: TaskOut.of(service.claim_task(session, coach), language))


@post("/coaching/tasks/{task_id:str}/claim", tags=TAGS, summary="Claim this task", status_code=200)
def claim_task(
    task_id: FromPath[TaskId],
    db: NamedDependency[Database],
    coach: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
    language: NamedDependency[str],
) -> TaskOut:
    """A lease of fifteen minutes; 409 if another coach has the task or its case."""

    def act() -> TaskOut:
        return TaskOut.of(service.claim_task(session, coach, task_id), language)

    with db.transaction() as session:
        return idempotency.run(session, TaskOut, act)


@post("/coaching/tasks/{task_id:str}/heartbeat", tags=TAGS, summary="Keep the lease", status_code=200)
def heartbeat(
    task_id: FromPath[TaskId], data: JSONBody[Fenced], db: NamedDependency[Database], coach: NamedDependency[Principal]
) -> LeaseOut:
    """Fifteen minutes from now; to be sent about every five. The first one says that work has begun."""
    with db.transaction() as session:
        until = service.heartbeat(session, coach, task_id, data.fence)
        return LeaseOut(lease_until=until)


@post("/coaching/tasks/{task_id:str}/complete", tags=TAGS, summary="Finish a task", status_code=200)
def complete_task(
    task_id: FromPath[TaskId],
    data: JSONBody[Completion],
    db: NamedDependency[Database],
    coach: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
    language: NamedDependency[str],
) -> TaskOut:
    """The next task of the plan becomes ready. 409 if the lease was lost."""

    def act() -> CoachingTask:
        return service.complete_task(session, coach, task_id, data.fence, data.result)

    with db.transaction() as session:
        return idempotency.run(session, TaskOut, lambda: TaskOut.of(act(), language))


@post("/coaching/tasks/{task_id:str}/release", tags=TAGS, summary="Give a task back", status_code=200)
def release_task(
    task_id: FromPath[TaskId],
    data: JSONBody[Fenced],
    db: NamedDependency[Database],
    coach: NamedDependency[Principal],
    language: NamedDependency[str],
) -> TaskOut:
    """It returns to the queue. 409 if the lease was lost."""
    with db.transaction() as session:
        return TaskOut.of(service.release_task(session, coach, task_id, data.fence), language)


@post("/coaching/tasks/{task_id:str}/escalate", tags=TAGS, summary="Ask the operators for help", status_code=200)
def escalate_task(
    task_id: FromPath[TaskId],
    data: JSONBody[Escalation],
    db: NamedDependency[Database],
    coach: NamedDependency[Principal],
    language: NamedDependency[str],
) -> TaskOut:
    """The coach keeps the task. 409 if the lease was lost."""
    with db.transaction() as session:
        task = service.escalate_task(session, coach, task_id, data.fence, data.reason)
        return TaskOut.of(task, language)


CASES: Paging[CoachingCase, UUID] = by_id("cas")


@get("/coaching/cases", tags=TAGS, summary="Cases, newest first")
def list_cases(
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    in_state: Annotated[CaseState | None, QueryParameter(name="state")] = None,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[CaseOut]:
    """A coach's own cases; all of them for an operator; a seller's own."""
    window = CASES.window(cursor, limit)
    with db.reading() as session:
        found = service.cases_for(session, principal, state=in_state, after=window.after, limit=window.rows)
    return window.page(found, CaseOut.of)


@get("/coaching/cases/{case_id:str}", tags=TAGS, summary="One case with its coach, plan and history")
def get_case(
    case_id: FromPath[CaseId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
) -> CaseDetailOut:
    """For its seller, its coach and operators."""
    with db.transaction() as session:
        case = service.case_for(session, principal, case_id)
        return CaseDetailOut.build(*service.case_file(session, case), language)


@post("/coaching/cases/{case_id:str}/decline", tags=TAGS, summary="Hand a case back", status_code=200)
def decline_case(
    case_id: FromPath[CaseId], data: JSONBody[Reason], db: NamedDependency[Database], coach: NamedDependency[Principal]
) -> CaseOut:
    """Before work has begun; the case keeps its age and goes to the next best coach."""
    with db.transaction() as session:
        return CaseOut.of(service.decline_case(session, coach, case_id, data.reason))


@post("/coaching/cases/{case_id:str}/hold", tags=TAGS, summary="Pause a case", status_code=200)
def hold_case(
    case_id: FromPath[CaseId], data: JSONBody[Reason], db: NamedDependency[Database], coach: NamedDependency[Principal]
) -> CaseOut:
    """While it waits for the seller."""
    with db.transaction() as session:
        return CaseOut.of(service.hold_case(session, coach, case_id, data.reason))


@post("/coaching/cases/{case_id:str}/resume", tags=TAGS, summary="Go on with a paused case", status_code=200)
def resume_case(
    case_id: FromPath[CaseId],
    db: NamedDependency[Database],
    coach: NamedDependency[Principal],
) -> CaseOut:
    """The seller has answered."""
    with db.transaction() as session:
        return CaseOut.of(service.resume_case(session, coach, case_id))


@post("/coaching/cases/{case_id:str}/close", tags=TAGS, summary="Close a case with its outcome", status_code=200)
def close_case(
    case_id: FromPath[CaseId],
    data: JSONBody[Closing],
    db: NamedDependency[Database],
    coach: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> CaseOut:
    """Kilograms and money come from the seller's orders since the case opened."""

    def act() -> CaseOut:
        return CaseOut.of(service.close_case(session, coach, case_id, data.outcome, data.note))

    with db.transaction() as session:
        return idempotency.run(session, CaseOut, act)


@post("/coaching/cases/{case_id:str}/assign", tags=TAGS, summary="Choose a coach by hand", status_code=200)
def reassign_case(
    case_id: FromPath[CaseId],
    data: JSONBody[Reassignment],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> CaseOut:
    """For a case that waits; the hard rules still hold."""
    with db.transaction() as session:
        case = service.reassign_case(session, operator, case_id, data.coach_id, data.reason)
        return CaseOut.of(case)


@post("/coaching/coaches", tags=TAGS, summary="Make a person a coach", status_code=204)
def register_coach(
    data: JSONBody[CoachIn], db: NamedDependency[Database], operator: NamedDependency[Principal]
) -> None:
    """By an operator, who has checked who they are."""
    person: UUID = data.person_id
    with db.transaction() as session:
        service.register_coach(session, person, by=operator, **data.model_dump(exclude={"person_id"}))


@get("/coaching/board", tags=TAGS, summary="How the coaching stands")
def board(
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> BoardOut:
    """Figures for operators."""
    with db.reading() as session:
        row = service.board(session)
    return BoardOut(
        waiting=row.waiting,
        open=row.open,
        closed=row.closed,
        overdue=row.overdue,
        free_slots=row.free_slots,
        sold=WeightOut(grams=int(row.sold_grams)),
        earned=MoneyOut.of(Money(int(row.earned_amount))),
    )


ROUTES: list[ControllerRouterHandler] = [
    list_tasks,
    claim_next_task,
    claim_task,
    heartbeat,
    complete_task,
    release_task,
    escalate_task,
    list_cases,
    get_case,
    decline_case,
    hold_case,
    resume_case,
    close_case,
    reassign_case,
    register_coach,
    board,
]
